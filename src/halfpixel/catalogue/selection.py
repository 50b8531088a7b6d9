"""The catalogue at chosen releases: every answer that is computed inside is about these.

A call in the catalogue is as in the latest releases. What asks the catalogue keeps what it found, so it is
told to forget that where the catalogue becomes another one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from ..frameworks import FRAMEWORKS, Call, Framework, Release
from ..frameworks.call import Change

# what imports frameworks, or is one, keeps nothing that depends on the release of a call; nor does what is
# computed of the cases, conventions and sizes that it is given alone
_INDEPENDENT = (
    "frameworks",
    "numerics",
    "operators",
    "records.record",
    "conformance.cases",
    "conformance.goldens",
    "conformance.verdicts",
    "conversion.models",
    "conversion.sizes",
)


@contextmanager
def at_releases(releases: Mapping[str, Release]) -> Iterator[None]:
    """The calls of frameworks as they are in given releases; what a release does not have is not there.

    Args:
        releases: by the name of a framework; of any other one, the latest.

    Raises:
        ValueError: a release has no call that is known.

    >>> from halfpixel.catalogue.rules import find_rules
    >>> with at_releases({"opencv": Release("4.7.0")}):
    ...     (rule,) = find_rules(framework="opencv", call="resize-INTER_NEAREST_EXACT (w")
    >>> rule.exactness
    'exact, rule fixed_16_lower'
    """
    entries = FRAMEWORKS
    assert isinstance(entries, dict)
    before = dict(entries)
    chosen = {name: _as_in(before[name], release) for name, release in releases.items()}
    try:
        entries.update(chosen)
        forget()
        yield
    finally:
        entries.update(before)
        forget()


def _as_in(framework: Framework, release: Release) -> Framework:
    calls = tuple(now for call in framework.calls if (now := _call(call, release)) is not None)
    if not any(call.follows for call in calls):
        first = min(min(call.ranges) for call in framework.calls if call.follows)
        raise ValueError(
            f"no call of {framework.name} {release} is known; those of the earliest release are {first}"
        )
    return replace(framework, calls=calls)


def _call(call: Call, release: Release) -> Call | None:
    """The call in a release, of which it says that it is about."""
    now = call.at(release)
    if now is None:
        return None
    follows = {f"=={release.own}": convention for convention in now.follows.values()}
    unchanged: Mapping[str, Change] = {}
    return replace(now, follows=follows, changes=unchanged)


def forget() -> None:
    """Empty every cache of what was read of the catalogue."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "halfpixel" and not _is_independent(name):
            for value in list(vars(module).values()):
                _clear(value)
                if isinstance(value, type):
                    for method in vars(value).values():
                        _clear(method)


def _is_independent(module: str) -> bool:
    inner = module.removeprefix("halfpixel.")
    return any(inner == one or inner.startswith(f"{one}.") for one in _INDEPENDENT)


def _clear(value: object) -> None:
    """Empty a function's cache, if it has one; of a function that is imported, where it is defined."""
    clear = getattr(value, "cache_clear", None)
    if callable(clear) and not isinstance(value, type) and not _is_independent(value.__module__):
        clear()
