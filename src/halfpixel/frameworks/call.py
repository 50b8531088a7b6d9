"""What a call is: one public function of a framework with its flags set, and what it declares."""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol, TypedDict, overload

import numpy as np

from ..arrays import AnyArray
from ..numerics.computation import Computation, Computed
from ..numerics.coordinates import COORDINATE_RULES
from ..numerics.error_model import ErrorModel
from ..numerics.memory_layouts import LAYOUTS
from ..numerics.nonfinite import Evaluated, default
from ..operators import Resize
from ..operators.request import Operation, Request
from .factors import Scaling
from .releases import LATEST, Ranged, Release, around, by_package, contains

DType = Literal["float32", "float64", "float16", "bfloat16", "uint8", "uint16", "int16"]
FrameworkObject = Any  # a module, function, tensor or model of a framework: none is typed for us
Names = Mapping[str, FrameworkObject]

# the dtypes that every call takes, in which weights can be looked at: those of gradients and sweeps
WIDE: tuple[DType, ...] = ("float32", "float64")
HALVES: tuple[DType, ...] = ("float16", "bfloat16")
INTEGERS: tuple[DType, ...] = ("uint8", "uint16", "int16")

# NumPy has no bfloat16: its values travel as float32, which holds them all, under this label.
BFLOAT16 = np.dtype("float32", metadata={"holds": "bfloat16"})


def dtype_name(values: AnyArray) -> str:
    """The dtype of an array's values, by the name that it has in every framework."""
    metadata = values.dtype.metadata  # which the equality of dtypes leaves out, and a cache with it
    return str(metadata["holds"]) if metadata else _named(values.dtype)


@functools.lru_cache(maxsize=256)
def _named(dtype: np.dtype[Any]) -> str:
    return str(dtype)  # NumPy takes as long to find it as to resize a line of pixels


class Name(str):
    """A name or a dotted path in an expression, such as ``x`` or ``cv2.INTER_LINEAR``, or several flags
    joined by `` | ``."""

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True)
class Method:
    """A method of what an expression makes: ``Image.fromarray(x).resize``."""

    of: Expression
    name: str

    def __str__(self) -> str:
        return f"{self.of}.{self.name}"


@dataclass(frozen=True)
class Expression:
    """A function call kept as data: what is printed for the user is what is run.

    >>> print(Expression(Name("F.interpolate"), (Name("x"),), {"size": (8, 8), "mode": "nearest"}))
    F.interpolate(x, size=(8, 8), mode='nearest')
    """

    function: Name | Expression | Method
    args: tuple[object, ...] = ()
    kwargs: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        args = [_text(value) for value in self.args]
        kwargs = [f"{name}={_text(value)}" for name, value in self.kwargs.items()]
        return f"{self.function}({', '.join(args + kwargs)})"

    def evaluate(self, names: Names) -> FrameworkObject:
        """Run it. Names are looked up in ``names``, dotted paths by attribute."""
        function = evaluate(self.function, names)
        args = [evaluate(value, names) for value in self.args]
        return function(*args, **{k: evaluate(v, names) for k, v in self.kwargs.items()})


def evaluate(value: object, names: Names) -> FrameworkObject:
    """The value that an argument of an expression stands for."""
    if isinstance(value, Name) and " | " in value:
        flags = (evaluate(Name(flag), names) for flag in value.split(" | "))
        return functools.reduce(operator.or_, flags)
    if isinstance(value, Name):
        head, *path = value.split(".")
        result = names[head]
        for attribute in path:
            result = getattr(result, attribute)
        return result
    if isinstance(value, Expression):
        return value.evaluate(names)
    if isinstance(value, Method):
        return getattr(value.of.evaluate(names), value.name)
    return value


Run = Callable[[Names, Expression, dict[str, AnyArray]], AnyArray]


def _text(value: object) -> str:
    return str(value) if isinstance(value, Expression) else repr(value)


class FrameworkError(RuntimeError):
    """A framework is installed, and cannot be imported or has died."""


class NotAnArray(TypeError):
    """A framework returned something that only resembles an array of numbers."""


def array(result: object) -> AnyArray:
    """What a framework returned.

    Raises:
        NotAnArray: it is of a subclass of NumPy's array, or its bytes are not in the machine's order.
    """
    if type(result) is not np.ndarray:
        kind = f"{type(result).__module__}.{type(result).__qualname__}"
        raise NotAnArray(f"returned a {kind}, not a NumPy array")
    if not result.dtype.isnative:
        raise NotAnArray(f"returned dtype {result.dtype.str}, whose bytes are swapped")
    return result


@dataclass(frozen=True)
class Refusal:
    """A declared refusal: the framework raises, and says this.

    Attributes:
        words: a regular expression found in the framework's message.
        why: the reason, for a reader.
        when: whether it holds for a request, a dtype and the loaded names; always, by default.
        dtypes: the dtypes that it is about: a request or two show it. Empty where the dtype does not matter.
        releases: those that raise it (PEP 440 specifiers); all, if empty.
    """

    words: str
    why: str
    when: Callable[[Request, str, Names], bool] = lambda request, dtype, names: True
    dtypes: tuple[DType, ...] = ()
    releases: str = ""

    def holds(self, request: Request, dtype: str, names: Names) -> bool:
        return (not self.dtypes or dtype in self.dtypes) and self.when(request, dtype, names)

    def matches(self, message: str) -> bool:
        return re.search(self.words, message) is not None


@dataclass(frozen=True)
class Crash:
    """A declared crash: where a framework ends the process, so that the call is not run there.

    Attributes:
        why: the reason, for a reader.
        releases: those that crash (PEP 440 specifiers).
        when: whether it holds for a request.
        dtypes: the dtypes that it is about; all, if empty.
    """

    why: str
    releases: str
    when: Callable[[Request], bool]
    dtypes: tuple[DType, ...] = ()


class Recomputation(Protocol):
    """From a computation to what a defect makes of it; a case stays a case."""

    def __call__(self, computation: Computed, /) -> Computed: ...


@dataclass(frozen=True)
class Defect:
    """A declared defect: where a framework computes something else than it says, and what.

    Attributes:
        why: the formula, for a reader; docs/findings.md has the rest.
        releases: those that have it (PEP 440 specifiers).
        when: whether it holds for a request.
        result: from a case to the case as it is computed: with other expected values, perhaps by another
            convention.
        instead: the attributes of the convention that have other values; None where what is computed is no
            convention.
    """

    why: str
    releases: str
    when: Callable[[Request], bool]
    result: Recomputation
    instead: Mapping[str, Any] | None = None


def _both(one: Defect, other: Defect) -> Defect:
    """A defect, and then another one."""
    known = one.instead is not None and other.instead is not None
    return replace(
        one,
        why=f"{one.why}; {other.why}",
        result=lambda case: other.result(one.result(case)),
        instead={**(one.instead or {}), **(other.instead or {})} if known else None,
    )


@dataclass(frozen=True)
class OtherRule:
    """The coordinate rule of requests that another kernel of a call answers.

    Attributes:
        why: which kernel, and where it is chosen.
        when: whether it answers a request.
        rule: by which it computes coordinates; None where they are exact.
    """

    why: str
    when: Callable[[Request], bool]
    rule: str | None


class Change(TypedDict, total=False):
    """Fields of a call that have other values in a range of releases."""

    expression: Callable[[Request], Expression | None]
    run: Run
    arithmetic: Mapping[DType, ErrorModel]
    since: Mapping[DType, str]
    returns: Mapping[DType, str]
    roundings: Mapping[DType, tuple[str, ...]]
    rounding: Callable[[tuple[str, ...], Names], str]
    refusals: tuple[Refusal, ...]
    defects: tuple[Defect, ...]
    crashes: tuple[Crash, ...]
    scaling: Scaling | None
    backward: Callable[[Request], Expression | None] | None
    needs: tuple[str, ...]
    broken: tuple[DType, ...]
    left_out: tuple[LeftOut, ...]
    unpredicted: Mapping[DType, str]


@dataclass(frozen=True)
class LeftOut:
    """Edges (:mod:`halfpixel.conformance.edge_cases`) at which a call is not run.

    Attributes:
        why: the reason.
        edges: their names, or kinds of them; all, if empty.
        dtypes: those in which they are not run; all, if empty.
    """

    why: str
    edges: tuple[str, ...] = ()
    dtypes: tuple[DType, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Call:
    """One public function of a framework with its flags set.

    Its fields are those of the latest releases. What holds in some releases only has a range of them
    (:mod:`.releases`: PEP 440 specifiers, of a package beside the framework after its name), and :meth:`at`
    is the call as it is in one release.

    Attributes:
        framework: its name: torch, tensorflow or opencv.
        name: what ``-k`` selects, unique in its framework.
        operation: resize or conv_transpose.
        follows: release ranges and the resize convention followed in each. For a
            transposed convolution the convention comes with the request: ``expression`` says which ones
            the call can express. Empty for a call that the framework always refuses.
        releases: those that have the call; if empty, those of ``follows``, or all where that is empty.
        changes: release ranges in which other fields have other values than in the latest releases; where
            ranges of two packages hold, both.
        expression: the call on a request, as a user would write it; None if its arguments cannot say it.
        run: evaluates the expression on inputs of one dtype, (N, C, H, W) in and out.
        arithmetic: for each dtype it takes, the roundings on the way.
        returns: for each dtype, the dtype of the result.
        since: of dtypes that came later than the call, the releases that take them;
            another may refuse one in any words, and what it answers is held to the same.
        other_rules: where coordinates are computed by another rule than ``arithmetic`` says.
        roundings: for a dtype whose results are integers that are not copied, the arithmetics
            (:data:`halfpixel.numerics.integer_kernels.ROUNDINGS`) that it may follow.
        rounding: which of them it follows in the environment of the loaded names.
        refusals: what the framework is known to refuse, with its words.
        defects: where it is known to compute something else than its convention.
        crashes: where it is known to end the process, and is not run.
        variant: another way to say what a call of the same framework says; it is not swept.
        stored: its conventions have goldens. If not, their expected values are computed as they are
            needed, with its coordinate rule, unless another call's conventions are the same.
        scaling: what it makes of factors, if it is given those and no size: it is run on the cases with
            scales too, and is not swept.
        backward: the call to differentiate on a request, where the backward pass makes something else of
            factors than the call does; None where they agree.
        needs: modules beside the framework that it cannot run without.
        where: of a call that is written like another one and follows another convention: the sizes at
            which it is that one, in words.
        is_node: it is an ONNX node that the framework runs: its image is (N, C, H, W), and the model says
            the size of its output.
        one_image: it takes a batch of one image.
        offered: it is an answer to what a call is in this framework; what hands more through is not.
        hands_on: the id of the call of another framework that it hands its image on to, whose kernel runs: a
            few cases show that it does.
        compiled: its framework compiles it anew for each size, which takes some tenths of a second: few of
            its cases run by default, and in pytest only where the framework is named, or with ``-m sweep``.
        own_code: a variant with code of its own to be traced: it is run in its framework's modes too.
        broken: dtypes that it takes and computes wrongly at some values (docs/findings.md).
        left_out: edges at which it is not run.
        unpredicted: dtypes that it takes, and what is not known of how it computes them: they are not run.
    """

    framework: str
    name: str
    operation: Operation
    expression: Callable[[Request], Expression | None]
    run: Run
    arithmetic: Mapping[DType, ErrorModel]
    returns: Mapping[DType, str]
    follows: Mapping[str, Resize] = field(default_factory=dict)
    releases: str = ""
    changes: Mapping[str, Change] = field(default_factory=dict)
    since: Mapping[DType, str] = field(default_factory=dict)
    other_rules: tuple[OtherRule, ...] = ()
    roundings: Mapping[DType, tuple[str, ...]] = field(default_factory=dict)
    rounding: Callable[[tuple[str, ...], Names], str] = lambda choice, names: choice[0]
    refusals: tuple[Refusal, ...] = ()
    defects: tuple[Defect, ...] = ()
    crashes: tuple[Crash, ...] = ()
    variant: bool = False
    stored: bool = True
    scaling: Scaling | None = None
    backward: Callable[[Request], Expression | None] | None = None
    needs: tuple[str, ...] = ()
    where: str = ""
    is_node: bool = False
    one_image: bool = False
    offered: bool = True
    hands_on: str = ""
    compiled: bool = False
    own_code: bool = False
    broken: tuple[DType, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    unpredicted: Mapping[DType, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.framework}-{self.name}"

    @property
    def ranges(self) -> tuple[str, ...]:
        """The ranges of releases in which it follows a convention, the latest last."""
        return tuple(self.follows)

    @property
    def latest(self) -> Resize:
        """The resize convention that it follows in the latest releases; of a call that follows one."""
        return Ranged(self.follows).latest

    def at(self, release: str | Release) -> Call | None:
        """The call as it is in a release: ``follows`` has the one convention, ``arithmetic`` the dtypes that
        the release takes, and what it refuses and computes wrongly is what that release does.

        Args:
            release: a version of the framework (PEP 440), perhaps with those of the packages beside it.

        Returns:
            The call; None if the release does not have it.

        Raises:
            ValueError: two ranges have the release, or it is no version.
        """
        known: dict[str | Release, Call | None] = self.__dict__.setdefault("_by_release", {})
        if release not in known:
            alike: dict[tuple[str, ...], Call | None] = self.__dict__.setdefault("_by_ranges", {})
            holding = tuple(one for one in self._ranges if contains(one, release))
            if holding not in alike:
                alike[holding] = self._as_in(release)
            known[release] = alike[holding]
        return known[release]

    @functools.cached_property
    def _ranges(self) -> tuple[str, ...]:
        """The ranges that it declares, each once: what it is depends on which of them have the release."""
        return tuple(dict.fromkeys(self.every_range))

    def _as_in(self, release: str | Release) -> Call | None:
        now = Ranged(self.follows).range_of(release)
        if (self.follows and now is None) or not contains(self.releases, release):
            return None
        changes: Change = {}
        for ranged in by_package(self.changes):
            changes |= ranged.at(release) or {}
        changed = replace(self, **changes) if changes else self
        return replace(
            changed,
            follows={} if now is None else {now: self.follows[now]},
            changes={},
            since={},
            arithmetic={
                dtype: one
                for dtype, one in changed.arithmetic.items()
                if contains(changed.since.get(dtype, ""), release)
                and dtype not in changed.unpredicted
            },
            refusals=tuple(
                replace(one, releases="") if one.releases else one  # all is about this release
                for one in changed.refusals
                if contains(one.releases, release)
            ),
            defects=tuple(one for one in changed.defects if contains(one.releases, release)),
            crashes=tuple(one for one in changed.crashes if contains(one.releases, release)),
        )

    @property
    def rounded(self) -> set[DType]:
        """The dtypes whose results are rounded to integers in some release."""
        return set(self.roundings).union(
            *(one.get("roundings", ()) for one in self.changes.values())
        )

    @property
    def rounding_alike(self) -> Iterator[Call]:
        """The call as it is in a release of each convention with each choice of integer arithmetics, the
        latest first: a convention of earlier releases may have been followed with others, or with none."""
        changes = [name for name, change in self.changes.items() if "roundings" in change]
        if len(self.follows) == 1 and not changes:  # every release that has it does the same
            now = self.at(Release(LATEST))
            if now is not None and now.follows:
                yield now
                return
        known: set[object] = set()
        for release in (Release(LATEST), *around((self.releases, *self.follows, *changes))):
            now = self.at(release)
            if now is not None and now.follows:
                key = (now.latest, *sorted(now.roundings.items()))
                if key not in known:
                    known.add(key)
                    yield now

    @property
    def every_range(self) -> Iterator[str]:
        """Every range of releases that it declares."""
        yield from (self.releases, *self.follows, *self.changes, *self.since.values())
        for changed in (vars(self), *self.changes.values()):
            for kind in ("refusals", "defects", "crashes"):
                yield from (one.releases for one in changed.get(kind, ()))

    def check_releases(self) -> None:
        """Check every range of releases that it declares.

        Raises:
            ValueError: one is no range, or two of ``follows``, or of ``changes`` of one package, overlap.
        """
        Ranged(self.follows).check()
        for ranged in by_package(self.changes):
            ranged.check()
        for releases in self.every_range:
            Ranged({releases: None}).check()

    @functools.cached_property
    def defects_now(self) -> tuple[Defect, ...]:
        """Those of its defects that the latest releases have."""
        return tuple(one for one in self.defects if contains(one.releases, LATEST))

    @property
    def rule(self) -> str | None:
        """The coordinate rule of its arithmetic in its first dtype; one that is stored is that of all. None
        of a call that is not known in any dtype of a release."""
        first = next(iter(self.arithmetic.values()), None)
        return first.coordinate_rule if first else None

    @property
    def plain(self) -> bool:
        """Whether it is given sizes, and no other call of its framework says the same."""
        return not self.variant and self.scaling is None

    @property
    def runs_few(self) -> bool:
        """Whether a few of the cases are enough: it is dear, or says what another call says."""
        return self.variant or self.compiled

    @property
    def stored_rule(self) -> str | None:
        """The coordinate rule, if it has goldens of its own."""
        return self.rule if self.rule and COORDINATE_RULES[self.rule].stored else None

    def shown_rule(self, dtype: DType) -> str | None:
        """The coordinate rule that shows at the sizes of the goldens, in a dtype."""
        rule = self.arithmetic[dtype].coordinate_rule
        return rule if rule and COORDINATE_RULES[rule].computed else self.stored_rule

    def rule_at(self, request: Request, dtype: DType) -> str | None:
        """The coordinate rule by which a request is computed in a dtype; None where it is exact."""
        for other in self.other_rules:
            if other.when(request):
                return other.rule
        return self.arithmetic[dtype].coordinate_rule

    def convention(self, release: str | Release) -> Resize | None:
        """The resize convention that a release follows, or None if no range has it."""
        now = self.at(release)
        return next(iter(now.follows.values()), None) if now else None

    def evaluated(self, convention: Resize, dtype: DType, names: Names) -> Evaluated:
        """What its kernel visits and in which form it adds up, in the environment of the loaded names."""
        one = self.arithmetic[dtype]
        if convention.mode == "nearest":  # copies, whatever the number
            return Evaluated("taps", one.sums or "float64", "float64")
        name = self.rounding(one.evaluation, names) if one.evaluation else default(convention)
        return Evaluated(
            name, one.sums or one.accumulation, self.returns[dtype], one.flushes, one.saturates
        )

    def refusal(self, request: Request, dtype: str, names: Names) -> Refusal | None:
        """The declared refusal that holds for a request, or None if the framework should answer."""
        return next((r for r in self.refusals if r.holds(request, dtype, names)), None)

    def refuses(self, dtype: str) -> bool:
        """Whether a refusal is declared that is about a dtype: in the latest releases or, of a call
        :meth:`at` a release, in that."""
        return any(dtype in r.dtypes and contains(r.releases, LATEST) for r in self.refusals)

    def defect(self, request: Request) -> Defect | None:
        """The declared defect that shows on a request, or None; of a release, ask the call :meth:`at` it.
        Of several that show, one that has them all, from the first to the last."""
        showing = tuple(one for one in self.defects if one.when(request))
        return functools.reduce(_both, showing) if showing else None

    def crash(self, request: Request, dtype: str) -> Crash | None:
        """The declared crash that a request would cause, or None; of a release, ask :meth:`at` it."""
        return next(
            (c for c in self.crashes if (not c.dtypes or dtype in c.dtypes) and c.when(request)),
            None,
        )

    def __call__(self, case: Computation, dtype: str, names: Names) -> AnyArray:
        """Run it on a case.

        Args:
            case: one that the call can express.
            dtype: of the inputs.
            names: what the framework's ``load`` returned.

        Returns:
            The framework's result as an array, (N, C, H, W).

        Raises:
            ValueError: the arguments of the call cannot express the case.
            Exception: whatever the framework raises.
        """
        return self.evaluate(
            self.expression_of(case.request), case, self.arrays(case, dtype), names
        )

    def expression_of(self, request: Request) -> Expression:
        """The call on a request, as a user would write it.

        Raises:
            ValueError: the arguments of the call cannot express the request.
        """
        expression = self.expression(request)
        if expression is None:
            raise ValueError(f"{self.id} has no arguments for {request.convention}")
        return expression

    def arrays(self, case: Computation, dtype: str) -> dict[str, AnyArray]:
        """The inputs of a case in a dtype, in C order or in the layout that the case asks for: copies, as
        others read the case too."""
        numpy_dtype = BFLOAT16 if dtype == "bfloat16" else dtype
        with np.errstate(over="ignore"):
            inputs = {k: np.array(v, numpy_dtype, order="C") for k, v in case.inputs.items()}
        if case.layout:  # of images and kernels; a bias is a line
            layout = LAYOUTS[case.layout].of
            return {k: layout(v) if v.ndim == 4 else v for k, v in inputs.items()}
        return inputs

    def evaluate(
        self,
        expression: Expression,
        case: Computation,
        inputs: dict[str, AnyArray],
        names: Names,
    ) -> AnyArray:
        """Run what was said on the inputs of a case; whatever the framework raises goes through."""
        # a resize is linear: its gradient is the same at every image, zeros too
        if case.gradient and case.operation == "resize":
            g = inputs["x"]
            inputs = {"x": np.zeros((*g.shape[:2], *case.size), g.dtype), "g": g}
        return self.run(names, expression, inputs)


class Calls(Sequence[Call]):
    """The calls of a framework, which are made when they are first asked for: most commands are about one or
    two frameworks.

    Args:
        make: what yields them.
    """

    def __init__(self, make: Callable[[], Iterable[Call]]) -> None:
        self._make = make

    @functools.cached_property
    def _made(self) -> tuple[Call, ...]:
        return tuple(self._make())

    @functools.cached_property
    def by_name(self) -> Mapping[str, Call]:
        """The calls by their names."""
        return {call.name: call for call in self}

    @overload
    def __getitem__(self, index: int) -> Call: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Call, ...]: ...
    def __getitem__(self, index: int | slice) -> Call | tuple[Call, ...]:
        return self._made[index]

    def __iter__(self) -> Iterator[Call]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


@dataclass(frozen=True)
class Gradient:
    """How a framework differentiates: its calls' gradients are calls too.

    Attributes:
        expression: from a call and the name of one of its inputs to the gradient with respect to it.
        run: evaluates that on the call's inputs and the cotangent ``g``, (N, C, H, W) in and out; the
            weight in and out as ONNX has it, the gradient of a bias (1, C, 1, 1).
        refusals: calls that it is known not to differentiate.
    """

    expression: Callable[[Expression, str], Expression]
    run: Run
    refusals: tuple[Refusal, ...] = ()

    def within(self, mode: Mode) -> Gradient:
        """The gradient of calls that a mode executes."""

        def run(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
            return self.run({**names, **mode.names(names)}, expression, inputs)

        return replace(self, run=run, refusals=(*self.refusals, *mode.refusals))

    def of_conv_transpose(self, call: Call) -> Call:
        """The gradient of a transposed convolution, to be run on gradient cases."""

        def expression(request: Request) -> Expression | None:
            forward = call.expression(request)
            return None if forward is None else self.expression(forward, request.gradient)

        return replace(call, name=f"{call.name}-gradient", expression=expression, run=self.run)

    def of(self, call: Call) -> Call:
        """The gradient of a resize, to be run on gradient cases."""

        def expression(request: Request) -> Expression | None:
            # the resize goes from request.size to the size of the cotangent
            images, channels, height, width = request.shape
            shape = (images, channels, *request.size)
            resize = replace(request, shape=shape, size=(height, width), gradient="")
            forward = (call.backward or call.expression)(resize)
            return None if forward is None else self.expression(forward, "x")

        def run(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
            x, g = inputs["x"], inputs["g"]
            cotangent = g.astype(call.returns[str(x.dtype)], copy=False)  # type: ignore[index]
            before = cotangent.tobytes()
            result = self.run(names, expression, {"x": x, "g": cotangent})
            if cotangent is not g and cotangent.tobytes() != before:
                g[...] = cotangent  # so that it is seen in the input
            return result

        return replace(
            call,
            name=f"{call.name}-gradient",
            expression=expression,
            run=run,
            arithmetic={
                dtype: call.arithmetic[dtype] for dtype in WIDE if dtype in call.arithmetic
            },
            returns={dtype: dtype for dtype in WIDE if dtype in call.returns},
            roundings={},
            refusals=self.refusals,
            defects=(),
        )


def _nothing(names: Names) -> Names:
    return {}


def _here() -> str | None:
    return None


@dataclass(frozen=True, kw_only=True)
class Mode:
    """Another way to execute a framework's calls: compiled, traced, converted, on another device.

    Attributes:
        name: what ``-k`` selects, at the end of the call's name.
        expression: from a call to the same call in this mode, as a user would write it.
        names: what that uses beside the framework's own names, made anew for each run.
        refusals: what the mode is known to refuse, with its words, beside what the call refuses.
        rules: the coordinate rules of the calls that it computes in another way, by (mode of the
            convention, dtype): a deviation is declared here, with its formula.
        why_absent: why it cannot be run on this machine, or None; nothing is imported to find out.
        differentiates: the dtypes in which gradients are asked of it.
    """

    name: str
    expression: Callable[[Expression], Expression]
    names: Callable[[Names], Names] = _nothing
    refusals: tuple[Refusal, ...] = ()
    rules: Mapping[tuple[str, DType], str] = field(default_factory=dict)
    why_absent: Callable[[], str | None] = _here
    differentiates: tuple[DType, ...] = WIDE

    def of(self, call: Call, convention: Resize) -> Call:
        """A call in this mode; ``convention`` is the one that it follows."""

        def expression(request: Request) -> Expression | None:
            eager = call.expression(request)
            return None if eager is None else self.expression(eager)

        def run(names: Names, expression: Expression, inputs: dict[str, AnyArray]) -> AnyArray:
            return call.run({**names, **self.names(names)}, expression, inputs)

        arithmetic = {
            dtype: replace(
                given,
                coordinate_rule=self.rules.get((convention.mode, dtype), given.coordinate_rule),
            )
            for dtype, given in call.arithmetic.items()
        }
        return replace(
            call,
            name=f"{call.name}-{self.name}",
            expression=expression,
            run=run,
            arithmetic=arithmetic,
            refusals=(*call.refusals, *self.refusals),
        )


def wrapped(function: str, **flags: object) -> Callable[[Expression], Expression]:
    """A mode that takes a call's function and returns another one: ``torch.compile(f)(x, size=...)``."""

    def expression(call: Expression) -> Expression:
        return replace(call, function=Expression(Name(function), (call.function,), flags))

    return expression


@dataclass(frozen=True, kw_only=True)
class Framework:
    """A framework: how to find it, load it and describe it. Its calls stand in the same file.

    Attributes:
        name: as users and markers write it.
        title: for people.
        colour: of its lines in plots, as matplotlib has it.
        module: what ``import`` takes.
        distributions: the packages that bring the module; the first is the one to install.
        needs: modules beside it that it cannot run without; without them it is not there.
        calls: everything it can be asked: a tuple, or :class:`Calls`.
        load: imports it, pins it to one thread, and returns the names that expressions use.
        environment: after ``load``: what may move the last bits (threads, instruction set, backends).
        gradient: from a call on ``x`` to the gradient of its result, ``g`` being the cotangent, as a
            user would write it and evaluated; None for a framework without automatic differentiation.
        modes: the other ways to execute its calls.
        beside: packages whose releases some ranges of its calls are about, by the modules or the frameworks
            that they are.
        converted: `halfpixel convert` reads and offers its calls: their functions are those of a
            :class:`~.library.Library`.
        writes: the libraries beside the one of its name in whose functions its calls are written.
    """

    name: str
    title: str
    colour: str
    module: str
    distributions: tuple[str, ...]
    calls: Sequence[Call]
    load: Callable[[], Names]
    environment: Callable[[Names], str]
    needs: tuple[str, ...] = ()
    gradient: Gradient | None = None
    modes: tuple[Mode, ...] = ()
    beside: tuple[str, ...] = ()
    converted: bool = True
    writes: tuple[str, ...] = ()
