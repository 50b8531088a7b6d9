"""The page on arithmetics: the roundings of each call, and a plot of how the error grows with size.

Generated from the tables that the tests use and from the measurements of ``make growth``.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..frameworks import FRAMEWORKS, Call
from ..numerics.coordinates import COORDINATE_RULES
from ..numerics.integer_kernels import ROUNDINGS
from ..operators import Resize
from . import smallest as smallest_errors
from .drawing import GRID, drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS = {name: framework.colour for name, framework in FRAMEWORKS.items()}
_NAMES = {name: framework.title for name, framework in FRAMEWORKS.items()}
_RULED, _RULED_COLOUR = "its own rule", "#666666"
_SHOWN = (16, 256, 4096)
_LIMITS = (0.3, 1e8)  # of the errors in a plot
_LABEL_HEIGHT = 0.05  # of a plot's height
_OTHERS = "lanczos, gaussian and others"

# a plot: title, the modes that it shows, and with or without antialias (None: both)
_PANELS: tuple[tuple[str, tuple[str, ...], bool | None], ...] = (
    ("linear", ("linear",), False),
    ("cubic", ("cubic",), False),
    ("area", ("area", "adaptive_area", "area_linear"), None),
    ("linear, antialiased", ("linear",), True),
    ("cubic, antialiased", ("cubic",), True),
    (_OTHERS, ("lanczos", "gaussian", "mitchell", "hamming", "box"), None),
)

# notes in the plots: (panel, size, error, text)
_NOTES = (
    ("linear", 40, 3.5, "coordinates in double (IPP)"),
    ("linear", 16, 1.2e7, "a crop's\nlast row lost"),
    ("cubic", 32, 35000, "weights from a table of 1024"),
    ("cubic", 48, 7, "against that table; IPP"),
    ("area", 16, 3e4, "INTER_AREA drops ends under 1/1000 pixel"),
    ("area", 32, 2.5, "whole pixels; coordinates in double"),
    (_OTHERS, 90, 1.2e5, "gaussian: a tap lost"),
    (_OTHERS, 90, 1.2e7, "box: a tap more"),
    (_OTHERS, 32, 6, "gaussian against its own coordinates"),
)

_TOP = """\
# Arithmetics

A convention defines what a resize computes. An *arithmetic* describes how a framework evaluates it, where
that affects the result. Every error bound of halfpixel is derived from the numbers on this page
([verdicts.py](../src/halfpixel/conformance/verdicts.py) has the formula); none is tuned.
`make docs` generates the tables from those that the tests use; `make growth` measures the errors and draws
the plot.

## How the error grows with size

{pictures}

The plots show the largest error of each float32 call against the exact convention, in units of 2⁻²⁴. The
images are noise in −1..1, resized to 3/2, 2/3, double and half the size along either axis. Two effects
explain all of it:

- **The coordinate is rounded.** In float32, a coordinate near the end of a row of n pixels is off by up to
  n·2⁻²⁴ a rounding. The output is off by that times the difference between neighbouring pixels, so the
  error doubles with the size. The sum itself is accurate: if the coordinate is computed in double, or is a
  whole number, the error stays within a few units at any size (OpenCV with IPP; torch's area).
- **The call follows another coordinate rule.** TensorFlow's bicubic takes its weights from a table of 1024
  entries, which is an error of 1/2048 of a pixel at any size. Compared with the coordinates of that rule,
  the error is a few units. The same holds for the pixel that a box kernel gains or loses, and for the last
  row that a crop loses. OpenCV's area drops the ends of windows that cover less than a thousandth of a
  pixel, which needs 1000 output pixels or more ([findings](findings.md)).
"""

_MEASURED = """
Measured with {environments}. Dashed grey lines compare with the coordinates of the call's own rule.
"""


def weighs(convention: Resize) -> bool:
    """Whether a convention takes every size, and its error can grow with the size."""
    return convention.mode != "nearest" and convention.takes_every_size


_SMALLEST = """\
## The smallest error that is seen

By how many units in the last place all values of a result may be off at once until a trial of the default
run fails: the least of all trials that change the size, where 1 is any change at all. `make growth` measures
it. Where coordinates, weights and sums are numbers of their dtypes, as at ratios of powers of two, nothing is
rounded, and the bound is zero. Where more than {goal} units pass, the table says why.
"""


def page(growth: Mapping[str, Any], smallest: Mapping[str, Any], calls: Sequence[Call]) -> str:
    """docs/arithmetics.md, as Markdown.

    Args:
        growth: what ``bench/growth.py`` measured: environments, sizes, errors by call.
        smallest: what ``bench/smallest.py`` measured.
        calls: every resize call.
    """
    environments = "; ".join(f"{k} {v}" for k, v in growth["environments"].items())
    sections = [
        (_TOP + _MEASURED).format(environments=environments, pictures="\n".join(_shown())),
        _table(("call", *(str(n) for n in _SHOWN)), _growth_rows(growth)),
        _SMALLEST.format(goal=smallest_errors.GOAL),
        _table(
            ("call", *smallest_errors.DTYPES, "why no smaller"),
            smallest_errors.rows(smallest["smallest"], calls),
        ),
        "## Coordinate rules\n\nA coordinate rule changes which pixel is read, or its weight, not only the "
        "precision. The reference follows the same rule, so no tolerance is needed.\n",
        "\n".join(_rules(calls)),
        "## Integers\n\nEvery value of an integer image is predicted, so the error bound is zero.\n",
        "\n".join(_roundings(calls)),
        "## Floating point, call by call\n\nThe table lists the roundings from the sizes to a coordinate, "
        "plus those from there to the distance that the kernel evaluates; the largest error of one weight in "
        "unit roundoffs; and the source of these numbers. *n* in the bound, the number of taps, follows from "
        "the convention.\n",
        _table(
            ("call", "dtype", "coordinates", "weight error", "sums in", "source"),
            _arithmetic_rows(calls),
        ),
    ]
    return "\n".join(sections)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _growth_rows(growth: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    shown = [growth["sizes"].index(n) for n in _SHOWN]
    for name, errors in growth["errors"].items():
        identifier, *rest = name.split(" ", 1)
        yield (
            f"`{identifier}`" + (f" {_against(rest[0])}" if rest else ""),
            *(f"{errors[i]:,.1f}" if errors[i] < 100 else f"{errors[i]:,.0f}" for i in shown),
        )


def _against(rest: str) -> str:
    return f"against `{rest}`" if rest in COORDINATE_RULES else rest


def _users(calls: Sequence[Call], name: str) -> str:
    """The calls that follow a rule or an integer arithmetic; aliases only if no other call does."""
    users = [
        call
        for call in calls
        if any(a.coordinate_rule == name for a in call.arithmetic.values())
        or any(name in choice for choice in call.roundings.values())
    ]
    return _listed(users) or _earlier_users(calls, name) or "an execution mode"


def _earlier_users(calls: Sequence[Call], name: str) -> str:
    """The calls that follow an integer arithmetic in some releases only, by range."""
    users_of: dict[str, list[Call]] = {}
    for call in calls:
        for releases, change in call.changes.items():
            if any(name in choice for choice in change.get("roundings", {}).values()):
                conjunction = "with " if releases[:1].isalpha() else ""
                users_of.setdefault(f"{call.framework} {conjunction}{releases}", []).append(call)
    return "; ".join(f"{releases}: {_listed(users)}" for releases, users in users_of.items())


def _listed(users: Sequence[Call]) -> str:
    named = [call for call in users if not call.variant] or users
    return ", ".join(f"`{call.id}`" for call in named)


def _rules(calls: Sequence[Call]) -> Iterator[str]:
    for name, rule in COORDINATE_RULES.items():
        if rule.applies is None:  # others are of libraries that are not in the catalogue
            yield f"- **`{name}`**: {rule.formula}"
            yield f"  Calls: {_users(calls, name)}. Source: {rule.source}.\n"


def _roundings(calls: Sequence[Call]) -> Iterator[str]:
    for name, rounding in ROUNDINGS.items():
        text = (rounding.predict.__doc__ or "").partition("Raises:")[0]
        words = " ".join(text.split())
        yield f"- **`{name}`**: {words}"
        yield f"  Calls: {_users(calls, name)}. Source: {rounding.origin}.\n"


def _arithmetic_rows(calls: Sequence[Call]) -> Iterator[Sequence[str]]:
    for call in calls:
        known = {d: a for d, a in call.arithmetic.items() if d in ("float32", "float64")}
        if not call.plain or call.hands_on or _mode(call) in (None, "nearest"):
            continue
        for dtype, a in known.items():
            roundings = f"{a.coordinates}, {a.coordinate_roundings}"
            if a.distance_roundings:
                roundings += f" + {a.distance_roundings}"
            yield (
                f"`{call.id}`",
                dtype,
                roundings,
                f"{a.weight_error:.3g}" + (", normalised" if a.normalised else ""),
                a.accumulation,
                a.source,
            )


def _convention(call: Call) -> Resize | None:
    return call.latest if call.follows else None


def _mode(call: Call) -> str | None:
    convention = _convention(call)
    return None if convention is None else convention.mode


def _name(title: str) -> str:
    """The file of a plot."""
    return f"error-growth-{title.replace(',', '').replace(' ', '-')}.svg"


def _shown() -> Iterator[str]:
    for title, *_ in _PANELS:
        words = f"Error of every {title} call in float32 by size, 16 to 4096 pixels"
        yield f"![{words}](pictures/{_name(title)})"


def pictures(growth: Mapping[str, Any], calls: Sequence[Call]) -> dict[str, str]:
    """The plots in docs/pictures by name, as narrow as a phone; the same text for the same numbers.

    Needs Matplotlib.

    Raises:
        KeyError: what was measured is not a call, or has no panel.
    """
    sizes, known = growth["sizes"], _panels_of(calls)
    lines: dict[str, list[tuple[str, bool, Sequence[float]]]] = {}
    for name, errors in growth["errors"].items():
        identifier, *rest = name.split(" ", 1)
        framework, panel = known[identifier]
        label = _RULED if rest and rest[0] in COORDINATE_RULES else _label(framework, rest)
        lines.setdefault(panel, []).append((label, bool(rest), errors))
    return {
        _name(title): drawn((3.7, 3), functools.partial(_plot, title, sizes, lines[title]))
        for title, *_ in _PANELS
    }


def _label(framework: str, rest: Sequence[str]) -> str:
    return " ".join([_NAMES[framework], *rest])


def _colour(label: str) -> str:
    framework = next((key for key, name in _NAMES.items() if label.startswith(name)), None)
    return _COLOURS[framework] if framework else _RULED_COLOUR


def _plot(
    title: str,
    sizes: Sequence[int],
    lines: Sequence[tuple[str, bool, Sequence[float]]],
    figure: Figure,
) -> None:
    axis = figure.subplots()
    axis.set_title(title, loc="left", fontweight="bold")
    axis.set(xscale="log", yscale="log", ylim=_LIMITS)
    axis.set_xticks(sizes[::2], [str(n) for n in sizes[::2]])
    axis.minorticks_off()
    axis.grid(color=GRID, linewidth=0.5)
    axis.spines[["top", "right"]].set_visible(False)
    axis.set_xlabel("pixels along the axis")
    axis.set_ylabel("largest error in units of 2⁻²⁴")
    for panel, x, y, words in _NOTES:
        if panel == title:
            axis.text(x, y, words, fontsize=7)
    for label, dashed, errors in lines:
        # where lines coincide, both show
        width = 2.4 if label == _NAMES["torch"] else 1.2
        style = "--" if dashed else "-"
        axis.plot(
            sizes, errors, style, color=_colour(label), linewidth=width, marker=".", markersize=4
        )
    _label_ends(axis, sizes[-1], [(label, errors[-1]) for label, _, errors in lines])


def _label_ends(axis: Axes, x: int, ends: Iterable[tuple[str, float]]) -> None:
    """Names right of the ends of the lines, apart from one another: each once for ends that are close."""
    low, high = (math.log10(limit) for limit in _LIMITS)
    height = _LABEL_HEIGHT * (high - low)
    wanted: list[tuple[float, str]] = []
    for label, end in sorted(ends, key=lambda one: one[1]):
        at = math.log10(end)
        if not any(known == label and at - other < 1 for other, known in wanted):
            wanted.append((at, label))
    below = low - height
    for at, label in wanted:
        below = max(at, below + height)
        axis.annotate(
            label,
            (x, 10**below),
            (6, 0),
            textcoords="offset points",
            color=_colour(label),
            fontsize=8,
            va="center",
            annotation_clip=False,
        )


def _panels_of(calls: Sequence[Call]) -> dict[str, tuple[str, str]]:
    """The framework and the panel of every call that has one."""
    return {
        call.id: (call.framework, title)
        for call in calls
        for convention in call.follows.values()
        for title, modes, antialias in _PANELS
        if convention.mode in modes and antialias in (None, convention.antialias)
    }
