"""What calls declare of a change, held to what the record shows: a disagreement is a change of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ..catalogue.rules import written
from ..frameworks import Call
from ..frameworks.call import INTEGERS
from .changes import SILENT, Change, Kind
from .effects import Effect, Example
from .seen import Difference, Seen

SEEN, NOT_SEEN, ONLY_SEEN = "seen", "not seen", "only seen"
_NOTHING = Seen()
_UNDECLARED = "another result came out; the catalogue declares no change"


def held(call: Call, declared: Iterable[Change], recorded: Seen | None) -> list[Change]:
    """The changes of a call, with what the record shows of each; and what it alone shows.

    Args:
        call: of the catalogue.
        declared: the changes that it declares between two releases that are recorded.
        recorded: what the record shows of it; None if both releases do the same.
    """
    seen = recorded or _NOTHING
    changes = [_held(change, seen) for change in declared if change.kind != "rounding"]
    return [*changes, *_undeclared(call, changes, seen), *_rounded(call, changes, seen)]


def _shown(change: Change, seen: Seen) -> set[str]:
    """The dtypes of which the record shows a change of this kind."""
    if change.kind in SILENT:  # of integers one level, where that is what is declared
        one_level = {dtype for dtype in seen.rounded if dtype in INTEGERS}
        return {*seen.other_values, *seen.results, *one_level}
    if change.kind == "removed":
        return {"every"} if seen.removed else {*seen.refuses}
    if change.kind == "appeared":
        return {"every"} if seen.appeared else {*seen.accepts}
    return {*(seen.refuses if change.kind == "refuses" else seen.accepts)}


def _held(change: Change, seen: Seen) -> Change:
    shown = _shown(change, seen)
    confirmed = shown if not change.dtypes or "every" in shown else shown & set(change.dtypes)
    if not confirmed:
        return replace(change, seen=NOT_SEEN)
    example = next((one for one in seen.values if one.dtype in confirmed), None)
    if change.kind in SILENT and example is not None and not _has_example(change):
        effect = Effect((example.dtype,), example=_example(example))
        return replace(change, seen=SEEN, effects=(*change.effects, effect))
    return replace(change, seen=SEEN)


def _has_example(change: Change) -> bool:
    return any(effect.example is not None for effect in change.effects)


def _example(one: Difference) -> Example:
    return Example(one.dtype, one.image, one.old, one.new, one.probe)


def _of_call(change: Change) -> bool:
    """Whether the whole call is new or gone."""
    return change.kind in ("appeared", "removed")


def _undeclared(call: Call, changes: list[Change], seen: Seen) -> Iterator[Change]:
    """What the record shows, and no call declares."""

    def left(dtypes: Iterable[str], *kinds: Kind) -> list[str]:
        named = [c for c in changes if c.kind in kinds and not (_of_call(c) and c.seen != SEEN)]
        if any(not change.dtypes for change in named):
            return []
        return [d for d in dtypes if not any(d in change.dtypes for change in named)]

    values = left(seen.other_values, *SILENT, "appeared", "removed")
    if values:
        example = next(one for one in seen.values if one.dtype == values[0])
        effect = Effect(tuple(values), example=_example(example))
        yield _only_seen("meaning", call, "", _UNDECLARED, values, (effect,))
    # what is copied of a dtype that one release takes not at all is no result of its own
    results = left(seen.results, *SILENT, "appeared", "removed", "refuses", "accepts")
    for both in dict.fromkeys(seen.results[dtype] for dtype in results):
        alike = [d for d in results if seen.results[d] == both and d not in values]
        if alike:
            yield _only_seen("result", call, f"returns {both[0]}", f"returns {both[1]}", alike)
    for words, alike in _by_words(seen.refuses, left(seen.refuses, "refuses", "removed")):
        yield _only_seen("refuses", call, "returns a result", words, alike)
    for words, alike in _by_words(seen.accepts, left(seen.accepts, "accepts", "appeared")):
        yield _only_seen("accepts", call, words, "returns a result", alike)
    if seen.appeared and not any(change.kind == "appeared" for change in changes):
        yield _only_seen("appeared", call, "", "it is there", ())
    if seen.removed and not any(change.kind == "removed" for change in changes):
        yield _only_seen("removed", call, "it is there", "", ())


def _by_words(words: Mapping[str, str], dtypes: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """What is raised, with the dtypes for which it is."""
    by_words: dict[str, list[str]] = {}
    for dtype in dtypes:
        by_words.setdefault(f"raises: {words[dtype]}", []).append(dtype)
    yield from by_words.items()


def _only_seen(
    kind: Kind,
    call: Call,
    old: str,
    new: str,
    dtypes: Iterable[str],
    effects: tuple[Effect, ...] = (),
) -> Change:
    code, named = str(written(call)), tuple(dtypes)
    return Change(kind, call, code, old, new, named, lambda call: None, effects, seen=ONLY_SEEN)


def _rounded(call: Call, changes: list[Change], seen: Seen) -> Iterator[Change]:
    """What came out otherwise by rounding alone."""
    if seen.rounded and not any(change.silent for change in changes):
        by_dtype = (f"{dtype} up to {off:.2g}" for dtype, off in seen.rounded.items())
        words = f"last digits: {', '.join(by_dtype)}"
        dtypes = tuple(seen.rounded)
        yield Change(
            "rounding", call, str(written(call)), "", words, dtypes, lambda call: None, seen=SEEN
        )
