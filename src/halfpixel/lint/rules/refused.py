"""HP001: the framework raises for a call, or its newest releases do not have the name."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from ...conversion.parse import Raises
from ...frameworks import FRAMEWORKS
from ...upgrades.environment import release_of
from ..code import File, KnownCall
from ..finding import Edit, Hit, renamed, replaced, without
from ..removed import REMOVED, Removed
from . import misplaced

_MODES = (
    "nearest",
    "nearest-exact",
    "linear",
    "bilinear",
    "bicubic",
    "trilinear",
    "area",
    "lanczos",
)
# what a function takes for a word, of those that the catalogue does not have all of
_WORDS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("F.interpolate", "mode"): _MODES,
    ("nn.Upsample", "mode"): _MODES,
    ("F.grid_sample", "mode"): ("bilinear", "nearest", "bicubic"),
    ("F.grid_sample", "padding_mode"): ("zeros", "border", "reflection"),
}
# what every layer of Keras takes beside its own arguments
_OF_LAYERS = (
    "activity_regularizer",
    "autocast",
    "batch_input_shape",
    "batch_size",
    "dtype",
    "dynamic",
    "input_dim",
    "input_dtype",
    "input_shape",
    "name",
    "trainable",
    "weights",
)


def check(file: File) -> Iterator[Hit]:
    """Calls for which the framework raises, and names that are gone."""
    for call in file.calls:
        others = file.is_guarded(call.node) or file.is_decided(call)
        if not others and not any(misplaced.of_call(call)):
            yield from _raises(call)
            yield from _absent(file, call)
    yield from _gone(file)


def _raises(call: KnownCall) -> Iterator[Hit]:
    known = (
        (name, words) for (function, name), words in _WORDS.items() if function == call.function
    )
    for name, words in known:
        value = call.literal(name)
        if isinstance(value, str) and value not in words:
            yield Hit(
                call.node,
                f"{call.function} raises: {name}={value!r} is not one of {', '.join(words)}"
                f"{_assumed(call)}",
            )
            return
    if call.hides_arguments or _is_of_every_layer(call) or _may_be_none(call):
        return
    if isinstance(call.read, Raises):
        yield Hit(call.node, f"{call.read}{_assumed(call)}", tuple(_fix(call)))
    elif isinstance(call.read, tuple):
        for branch in call.read:
            if isinstance(branch.read, Raises):
                yield Hit(call.node, f"where {branch.condition}: {branch.read}{_assumed(call)}")


def _absent(file: File, call: KnownCall) -> Iterator[Hit]:
    """Where the release that the project pins does not have a call."""
    environment = file.project.pins.environment
    for reading in call.readings if environment.releases else ():
        pinned = [(one, release_of(one.framework, environment)) for one in reading.calls]
        if pinned and all(r is not None and one.at(r) is None for one, r in pinned):
            one, release = pinned[0]
            ranges = one.releases or " or ".join(one.ranges)
            title = FRAMEWORKS[one.framework].title
            yield Hit(
                call.node,
                f"{reading.written} exists only in {title} {ranges}, and the project pins {release}"
                f"{_assumed(call)}",
            )
            return


def _assumed(call: KnownCall) -> str:
    defaults = ", ".join(map(str, call.call.assumed))
    return f" (with the default {defaults})" if defaults else ""


def _may_be_none(call: KnownCall) -> bool:
    """Whether a truth is a variable, which may be None, and be left out thereby."""
    given = (call.arguments.get(name) for name in ("align_corners", "recompute_scale_factor"))
    return any(isinstance(one, (ast.Name, ast.Attribute)) for one in given)


def _is_of_every_layer(call: KnownCall) -> bool:
    """Whether it has a keyword that all layers of Keras take, and that no signature lists."""
    own = call.signature.parameters
    given = (one.arg for one in call.node.keywords if one.arg not in own)
    return call.function.startswith("keras.layers.") and any(name in _OF_LAYERS for name in given)


def _fix(call: KnownCall) -> Iterator[Edit]:
    """Where one keyword is wrong, and what was meant is plain."""
    corners = call.keyword("align_corners")
    # torch raises for any align_corners beside nearest or area: without it, nothing else changes
    if (
        corners is not None
        and "align_corners option can only" in str(call.read)
        and isinstance(corners.value, ast.Constant)
        and not call.call.assumed
    ):
        edit = without(call.node, corners)
        if edit is not None:
            yield edit
    images = call.keyword("images")
    if (
        images is not None
        and call.function == "tf.image.crop_and_resize"
        and not call.keyword("image")
    ):
        yield renamed(images, "image")


def _gone(file: File) -> Iterator[Hit]:
    last = {name.rpartition(".")[2] for name in REMOVED}
    if not any(name.encode() in file.code for name in last):
        return
    for node in file.source.nodes:
        if isinstance(node, ast.Attribute) and node.attr in last:
            full = file.source.full_name(node, file.source.scope_of(node))
            if full is not None and full in REMOVED:
                yield from _removed(file, node, full, len(node.attr))
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                if (full := f"{node.module}.{alias.name}") in REMOVED:
                    yield from _removed(file, alias, full, 0)


def _is_of_old_release(file: File, removed: Removed) -> bool:
    """Whether a file is written for TensorFlow 1 as a whole."""
    contrib = any(one.startswith("tensorflow.contrib") for one in file.source.imported.values())
    return removed.distribution == "tensorflow" and contrib


def _removed(file: File, node: ast.Attribute | ast.alias, full: str, named: int) -> Iterator[Hit]:
    removed = REMOVED[full]
    if (
        file.is_guarded(node)
        or _is_of_old_release(file, removed)
        or file.project.pins.all_before(removed.distribution, removed.release)
    ):
        return
    edits: tuple[Edit, ...] = ()
    if removed.same and isinstance(node, ast.Attribute):
        whole = replaced(node, removed.same)
        edits = (Edit((whole.end[0], whole.end[1] - named), whole.end, removed.same),)
    yield Hit(
        node,
        f"{full} is removed since {removed.distribution} {removed.release}: {removed.instead}",
        edits,
    )
