"""Calls that resize as people write them: from a call that was parsed to the calls of the catalogue.

A call's arguments are bound to its function's signature, and its flags compared with those of every call of
the catalogue, which are read in the same way. So a call that is added there is read here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ...frameworks import Call
from . import mistakes, ranks
from .catalogue import match, refused, unmatched, values_of
from .flags import bound, defaults, is_constant, is_dotted, keyed
from .names import function_of
from .pictures import PICTURE
from .reading import Flags, Reading
from .signatures import BY_NAME, Function
from .text import (
    Another,
    Branch,
    Choice,
    Raises,
    Unreadable,
    Variable,
    Written,
    choices_of,
)


def read(written: Written) -> Reading:
    """Read a call that resizes, without conditional expressions among its flags.

    Raises:
        Unreadable: it is no function that is known, or its arguments are not in the catalogue.
    """
    function = function_of(written.function)
    warnings = mistakes.of(function, bound(function, written), written)
    reading = _with_notes(keyed(written), written, warnings)
    reading, adapt = _adapted(reading)
    calls = match(reading)
    other_reading = None
    if (calls is None or reading.function.pictures) and reading.function.becomes:
        other = BY_NAME[reading.function.becomes]
        flags = {**defaults(other), **reading.flags}
        other_reading = replace(reading, function=other, flags=flags)
        more = match(other_reading) or ()
        known = {call.where for call in calls or ()}  # of tensors, or of images of Pillow
        calls = (*(calls or ()), *(call for call in more if call.where not in known)) or None
    scaled = reading.framework == "onnx" and reading.by == "factors"
    if calls is None and (scaled or reading.function.name == "onnx.Resize"):
        calls = ()
    if calls is None:
        errors = [unmatched(one) for one in (other_reading, reading) if one is not None]
        raise next((one for one in errors if isinstance(one, Raises)), errors[-1])
    if calls and not any(call.follows for call in calls) and reading.framework != "onnx":
        raise Raises(refused(reading.function.name, calls[0]))
    following = tuple(adapt(call) for call in calls if call.follows)
    return _of_kinds(replace(reading, calls=following), calls)


def _adapted(reading: Reading) -> tuple[Reading, Callable[[Call], Call]]:
    """A reading without the arguments that make another call of the catalogue's by a number, and what these
    make of it."""
    given = [
        (change, reading.flags[name])
        for name, change in reading.function.adapts.items()
        if reading.flags[name] is not None
    ]

    def adapt(call: Call) -> Call:
        for change, number in given:
            call = change(call, number)
        return call

    adapts = reading.function.adapts
    flags = {**reading.flags, **dict.fromkeys(adapts)}
    ways = {**reading.ways, **{name: reading.flags[name] for name in adapts}}
    return replace(reading, flags=flags, ways=ways), adapt


def _of_kinds(reading: Reading, calls: Sequence[Call]) -> Reading:
    """A reading that says of which images it is, where a call refuses the others."""
    refusing = [call for call in calls if not call.follows]
    if not (reading.function.pictures and refusing and reading.calls):
        return reading
    (call, *_), (other, *_) = reading.calls, refusing
    where = call.where.removeprefix("where ")
    note = f"{where}: {other.where}, {refused(reading.function.name, other)}"
    return replace(reading, notes=(*reading.notes, note))


def choices(written: Written, *, each_value: bool = False) -> tuple[Branch, ...]:
    """The calls without conditional expressions that a call is: one for each branch.

    A size that is a name on either condition stays one expression, and the image is not looked into.

    Args:
        written: the call.
        each_value: a flag that is a name is one branch for each value that it can have.

    Raises:
        Unreadable: it is no function that is known, or has too many branches.
    """
    function = function_of(written.function)
    skipped: list[str | int] = [0, function.image] if function.image else []
    for name in (*function.size, *function.factors):
        value = _argument(function, written, name)
        if isinstance(value, Choice) and all(isinstance(leaf, Variable) for leaf in value.leaves):
            skipped += [name, list(function.signature.parameters).index(name)]
    if not each_value:
        return choices_of(_decidable(function, written, each_value=False), skipped)
    return choices_of(_decidable(function, written, each_value=True), skipped, most=_MOST_VALUES)


def _decidable(function: Function, written: Written, *, each_value: bool) -> Written:
    """A call whose names for True or False, or for any value of a flag, are choices."""
    truths = [name for name in (*function.flags, *function.ways) if name in _TRUTHS]
    listed = _LISTED if each_value else ()
    rank = ranks.of(function, bound(function, written)) if each_value else 2

    def each(name: str, value: Any) -> Any:
        if name in truths and isinstance(value, Variable):
            return Choice(value.text, True, False, value.text)
        if name in listed and isinstance(value, Choice):
            then, otherwise = each(name, value.then), each(name, value.otherwise)
            return replace(value, then=then, otherwise=otherwise)
        named = isinstance(value, Variable) and name in listed
        if named and not is_constant(function, name, value):
            return _each_value(function, name, value, rank)
        return value

    names = list(function.signature.parameters)
    if each_value:
        written = _size_or_factors(function, written)
    args = tuple(each(name, value) for name, value in zip(names, written.args, strict=False))
    kwargs = {name: each(name, value) for name, value in written.kwargs.items()}
    return replace(written, args=args + written.args[len(names) :], kwargs=kwargs)


def _size_or_factors(function: Function, written: Written) -> Written:
    """A call of torch with a name for the size and one for the factor, of which one is None: either."""
    if function.framework != "torch" or not function.size or not function.factors:
        return written
    arguments = bound(function, written)
    size, factor = arguments[function.size[0]], arguments[function.factors[0]]
    if not isinstance(size, Variable) or not isinstance(factor, Variable):
        return written
    absent = f"{size.text} is None"
    either = {
        function.size[0]: Choice(absent, None, size, size.text),
        function.factors[0]: Choice(absent, factor, None, factor.text),
    }
    places = list(function.signature.parameters)
    args = tuple(either.pop(places[i], value) for i, value in enumerate(written.args))
    return replace(written, args=args, kwargs={**written.kwargs, **either})


def _each_value(function: Function, name: str, value: Variable, rank: int) -> Any:
    """A choice among the values of a flag; the name where nothing lists them."""
    values, words = values_of(function, name, rank), function.words.get(name, {})
    module = _CONSTANTS_OF.get(function.framework)
    others = function.constants.get(name) and not module and function.framework != "tensorflow"
    if len(values) < _FEWEST or others:  # an enumeration is no word
        return value
    spelled = {one: Variable(f"{module}.{one}") if module else one for one in values}
    choice: Any = Another(value.text, ", ".join(map(str, spelled.values())))
    for one, constant in reversed(list(spelled.items())):
        also = [key for key, word in words.items() if word == one and key != one]
        alike = f"{value.text} in {(one, *also)}" if also and not module else ""
        choice = Choice(alike or f"{value.text} == {constant!r}", constant, choice, value.text)
    return choice


# flags of which the catalogue has every value that does not raise
_LISTED = ("data_format", "interpolation", "method", "mode", "padding_mode", "resample")
# whose flags are constants of a module, and no words
_CONSTANTS_OF = {"opencv": "cv2", "pillow": "Image"}
_MOST_VALUES = 32  # branches, where values of flags are listed
_FEWEST = 2  # values of a flag of which each is answered
# flags that are True or False
_TRUTHS = (
    "align_corners",
    "antialias",
    "crop_to_aspect_ratio",
    "half_pixel_centers",
    "pad_to_aspect_ratio",
    "preserve_aspect_ratio",
)


def _argument(function: Function, written: Written, name: str) -> Any:
    position = list(function.signature.parameters).index(name)
    return written.args[position] if position < len(written.args) else written.kwargs.get(name)


def _with_notes(reading: Reading, written: Written, mistaken: Sequence[str]) -> Reading:
    """A reading with what the answer leaves out or takes for granted, and what is said by mistake."""
    function, arguments = reading.function, bound(reading.function, written)
    notes = [*written.notes, *reading.notes]
    image = _image(function, arguments, written)
    if function.method:
        array = _array_of(image)
        notes = [*function.assumed, *notes]
        notes = notes if array == "x" else [f"x in the code is {array}", *notes]
    elif function.box:
        notes.insert(0, _boxed(function, arguments, image))
        notes.insert(1, "the box lies within the image: what lies outside would be zeros")
    elif image is not None and not _name_of(image):
        picture = reading.ways.get("image") == PICTURE
        notes.insert(0, f"x in the code is {_array_of(image) if picture else image}")
    if (
        function.rank is None
        and not function.whole_shape
        and not ranks.says_so(function, arguments)
    ):
        notes.insert(
            0, "x is (N, C, H, W): nothing in the call says along how many axes it resizes"
        )
    if reading.ways.get("data_format") == "channels_first":
        notes.append("its image and its result are (N, C, H, W)")
    warnings = []
    if written.around and not (function.method and written.around in _AS_ARRAY):
        warnings.append(f"{written.around} stands around the call and is not part of the answer")
    for name, what in function.told.items():
        if arguments[name] != function.signature.parameters[name].default:
            warnings.append(f"{name}={arguments[name]!r}: {what}")
    warnings += mistaken
    named = _name_of(_made_of(image) if function.method else image)
    named = "" if function.box else named  # its sizes are not those of what is resized
    return replace(
        reading,
        image=named,
        underneath=written.underneath,
        notes=tuple(notes),
        warnings=tuple(warnings),
    )


def _boxed(function: Function, arguments: Flags, image: object) -> str:
    """What is resized, where that is a rectangle of the image."""
    top, left, height, width = (arguments[name] for name in function.box)
    return (
        f"x in the code is the box of {image}: its rows {top} to {_end(top, height)} and columns {left} to "
        f"{_end(left, width)}, the last not included"
    )


def _end(start: Any, length: Any) -> str:
    both = isinstance(start, int) and isinstance(length, int)
    return str(start + length) if both else f"{start} + {length}"


def _image(function: Function, arguments: Flags, written: Written) -> Any:
    """What is resized; None of a layer that is not called.

    Raises:
        Unreadable: a layer is called with more than an image.
    """
    if function.method:
        return written.receiver
    if not function.is_layer or written.applied is None:
        return arguments.get(function.image)
    applied = written.applied
    unused = ("training",) if function.framework == "keras" else ()
    given = [*applied.args, *(v for k, v in applied.kwargs.items() if k not in unused)]
    if len(given) != 1:
        raise Unreadable(f"{function.name}: the layer is called with one image, got {applied}")
    return given[0]


# what makes an array of an image
_AS_ARRAY = ("np.asarray(…)", "np.array(…)", "numpy.asarray(…)", "numpy.array(…)")


def _made_of(image: Any) -> Any:
    """The array of which an image of Pillow is made; of any other, the image."""
    made = isinstance(image, Written) and image.function.split(".")[-1] == "fromarray"
    return image.args[0] if made and len(image.args) == 1 and not image.kwargs else image


def _array_of(image: object) -> str:
    """An image of Pillow as the array that the code has."""
    array = _made_of(image)
    return str(array) if array is not image else f"np.asarray({image})"


# methods that leave an image's values as they are
_KEEPING = ("contiguous", "detach", "clone", "cpu", "cuda", "copy")


def _name_of(image: object) -> str:
    """The name of an image to which nothing is done that changes its values or its axes; else empty."""
    text = image.text if isinstance(image, Variable) else ""
    if isinstance(image, Written):
        name, _, method = image.function.rpartition(".")
        text = name if method in _KEEPING else ""
    return text if text and is_dotted(text) else ""
