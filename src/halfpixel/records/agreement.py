"""Whether the catalogue says of every release what the record has of it, by the judge of the suites.

An outcome is held to what the call declares for its release: existence, convention, dtypes, refusals,
defects, integer arithmetic. What is off by rounding alone, where the last bits depend on the processor, is a
line of ``rounding.json`` beside the records: reviewed, and no more than it says.
"""

from __future__ import annotations

import argparse
import functools
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np

from ..conformance.cases import Case
from ..conformance.verdicts import Verdict, verdict_on
from ..frameworks import Call, DType, Names, Release
from ..frameworks.call import INTEGERS
from ..numerics.computation import Computation
from ..operators import Resize
from . import probes, record
from .record import Crash, Outcome, Record, Refusal


@dataclass(frozen=True)
class Disagreement:
    """Where the catalogue says something else of a release than the record has.

    Attributes:
        call, dtype, probe: what was asked.
        release: in which it was.
        text: the call, as it is written.
        reason: what the catalogue says, and what came out, in a line.
        levels: of integers that are off, how far the worst is; of anything else None.
        outcome: what came out.
    """

    call: str
    dtype: str
    probe: str
    release: str
    text: str
    reason: str
    levels: int | None = None
    outcome: Outcome | None = None


def release_of(one: Record) -> Release:
    """The release of a record, with those of the packages beside it."""
    own = one.release.partition("+")[0]
    return Release(own, {name: version.partition("+")[0] for name, version in one.packages.items()})


def names_of(one: Record) -> Names:
    """What refusals and roundings ask of a loaded framework, as it was where the record was made."""
    kernels: Mapping[str, Any] = one.provenance["kernels"]
    processor = one.provenance["processor"].split()
    ipp = SimpleNamespace(
        useIPP=lambda: kernels.get("ipp") != "none", getIppVersion=lambda: kernels.get("ipp", "")
    )
    instructions = {"avx2": "*AVX2", "avx512f": "*AVX512-SKX"}  # as OpenCV has them
    features = " ".join(name for flag, name in instructions.items() if flag in processor)
    capability = kernels.get("capability", "unknown")
    if capability == "unknown":
        capability = "AVX2" if "avx2" in processor else "DEFAULT"
    cpu = SimpleNamespace(get_cpu_capability=lambda: capability)
    return {
        "cv2": SimpleNamespace(ipp=ipp, getCPUFeaturesLine=lambda: features),
        "torch": SimpleNamespace(backends=SimpleNamespace(cpu=cpu)),
        "capability": capability,
        "onednn": kernels.get("onednn", False),
    }


def disagreements(
    framework: str, releases: Iterable[str], calls: Iterable[Call] | None = None
) -> Iterator[Disagreement]:
    """Hold what is recorded of some releases to the catalogue.

    Outcomes that several releases share are judged once for each way in which the call declares them.

    Args:
        framework: its name.
        releases: those that are looked at.
        calls: those that are looked at; all by default.
    """
    known: dict[tuple[str, str, str], list[tuple[Call | None, list[Disagreement]]]] = {}
    for release in releases:
        one, digests = record.read(framework, release), record.behaviours(framework, release)
        for call in probes.calls(framework) if calls is None else calls:
            now = call.at(release_of(one))
            # what is the same, declared the same and judged by the same names is off in the same way
            digest = digests.get(call.name, "absent")
            alike = known.setdefault((call.name, digest, str(one.provenance["kernels"])), [])
            judged = next((judged for other, judged in alike if other == now), None)
            if judged is None:
                judged = list(of_call(call, one))
                alike.append((now, judged))
            yield from (replace(each, release=release) for each in judged)


def of_call(call: Call, one: Record) -> Iterator[Disagreement]:
    """Where a call and a record disagree."""
    release, names = release_of(one), names_of(one)
    now = call.at(release)
    recorded = call.name not in one.absent
    if now is not None and not recorded:
        text = "it is declared for this release, which lacks it: " + one.absent[call.name]
        yield Disagreement(call.name, "", "", one.release, call.name, text)
        return
    if not recorded:
        return
    for probe in probes.of_call(call, release):
        if now is not None and not _claims(now, probe):
            continue
        key = (call.name, probe.dtype, probe.name)
        if key not in one.outcomes:
            yield Disagreement(*key, one.release, str(probe.expression), "nothing is recorded")
            continue
        outcome = one.outcomes[key]
        verdict = judged(probe, outcome, release, names)
        if verdict is not None and verdict.kind == "changed":
            reason = verdict.reason + (f": {verdict.words}" if verdict.words else "")
            levels = _levels(verdict, outcome)
            yield Disagreement(*key, one.release, str(probe.expression), reason, levels, outcome)


def _claims(now: Call, probe: probes.Probe) -> bool:
    """Whether the catalogue says anything of what is asked of a release."""
    return (
        probe.dtype not in now.unpredicted and now.expression(probe.computation.request) is not None
    )


def _levels(verdict: Verdict, outcome: Outcome) -> int | None:
    if (
        not isinstance(outcome, np.ndarray)
        or outcome.dtype.kind not in "iu"
        or not verdict.got.size
    ):
        return None
    return int(np.max(abs(outcome.astype(np.float64) - verdict.case.expected)))


def judged(probe: probes.Probe, outcome: Outcome, release: Release, names: Names) -> Verdict | None:
    """The verdict on an outcome; None where the declared end of the process came."""
    now = probe.now
    case = case_of(probe, now or probe.call, names)
    crash = now.crash(case.request, probe.dtype) if now is not None else None
    if isinstance(outcome, Crash):
        if crash is not None:
            return None
        reason = f"ended the process ({outcome.how}), which is not declared"
        return Verdict("changed", probe.call, case, probe.dtype, str(release), reason=reason)
    if crash is not None and not isinstance(outcome, Refusal):
        reason = "returned a result; it is declared to end the process"
        return Verdict("changed", probe.call, case, probe.dtype, str(release), reason=reason)
    got = outcome.text if isinstance(outcome, Refusal) else outcome
    if now is None and isinstance(got, np.ndarray):
        reason = "returned a result; the catalogue does not have it in this release"
        reason += _later(probe, got, names)
        return Verdict("changed", probe.call, case, probe.dtype, str(release), reason=reason)
    case = _expected(case) if isinstance(got, np.ndarray) else case
    return verdict_on(got, probe.call, case, probe.dtype, release, names)


def _later(probe: probes.Probe, got: np.ndarray[Any, Any], names: Names) -> str:
    """Whether an output is what the call declares of the latest releases, in words."""
    case = _expected(case_of(probe, probe.call, names))
    later = verdict_on(got, probe.call, case, probe.dtype, Release("9999"), names)
    return " (it is as in the latest)" if later.kind == "conforms" else " (not as in the latest)"


def _expected(case: Case) -> Case:
    """The case with its expected values, computed once a process for all releases that are held to them."""
    x = case.inputs["x"].tobytes()
    key = (case.convention, x, case.request, case.rule)
    if key not in _EXPECTED:
        _EXPECTED[key] = np.asarray(case.reference())
    return replace(case, expected=_EXPECTED[key])


_EXPECTED: dict[tuple[Any, ...], Any] = {}


def case_of(probe: probes.Probe, now: Call, names: Names) -> Case:
    """What a call is held to on a probe, without its expected values: of the convention that it follows in a
    release, by its coordinate rule or its integer arithmetic.

    Args:
        probe: its expression was made for the release.
        now: the call as it is there.
        names: what its rounding asks.
    """
    given = probe.computation
    common: dict[str, Any] = {"name": probe.name, "pins": "", "source": ""}
    if now.operation == "conv_transpose":
        return Case(given.convention, given.inputs, given.size, **common)
    convention = now.latest if now.follows else Resize(mode="linear")
    first: DType = next(iter(now.arithmetic), "float32")
    dtype = probe.dtype if probe.dtype in now.arithmetic else first
    rule = rule_of(now, dtype, names)
    same = given.inputs["x"].shape[2:] == given.size
    if same and not now.stored:
        rule = None  # cv2.dnn copies an image of unchanged size
    scales, size = given.scales, given.size
    if now.scaling is not None:
        made = _by_factors(now, probe, convention)
        scales, size = made.scales, made.size
        if scales is None and now.scaling.uses_factors and probe.dtype in INTEGERS:
            height, width = (Fraction(n_out, n_in) for n_in, n_out in made.sizes)
            scales = (height, width)
    held = probe.dtype if rule and probe.dtype in INTEGERS else "float32"
    return Case(convention, given.inputs, size, rule, held, scales=scales, **common)


def _by_factors(now: Call, probe: probes.Probe, convention: Resize) -> Computation:
    """What the call makes, in a release, of the factors that it was given."""
    given, scaling = probe.computation, now.scaling
    assert scaling is not None
    expressible = now if now.expression(given.request) is not None else probe.call
    assert expressible.scaling is not None
    factors = expressible.scaling.factors(given.request)
    if factors is None:
        return given
    return scaling.computation(convention, given.inputs["x"], factors)


def rule_of(call: Call, dtype: DType, names: Names) -> str | None:
    """The coordinate rule, or the integer arithmetic, that a call follows where these names were loaded."""
    choice = call.roundings.get(dtype)
    return call.rounding(choice, names) if choice else call.arithmetic[dtype].coordinate_rule


# ---------------------------------------------------------------------------- what depends on the processor


@dataclass(frozen=True)
class RoundingDifference:
    """Integers that are off by rounding alone: which bits they have depends on the processor.

    Attributes:
        call, dtype: of the outcomes.
        releases: in which they are off.
        levels: how far at most.
        why: what rounds otherwise.
    """

    call: str
    dtype: str
    releases: tuple[str, ...]
    levels: int
    why: str

    def covers(self, one: Disagreement) -> bool:
        """Whether a disagreement is this one."""
        same = (self.call, self.dtype) == (one.call, one.dtype) and one.release in self.releases
        return same and one.levels is not None and one.levels <= self.levels


@functools.cache
def rounding_differences(framework: str) -> tuple[RoundingDifference, ...]:
    """What is known to be off by rounding: golden/releases/FRAMEWORK/rounding.json."""
    path = record.root() / framework / record.ROUNDING
    stored = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return tuple(
        RoundingDifference(**{**one, "releases": tuple(one["releases"])}) for one in stored
    )


def explained(framework: str, one: Disagreement) -> bool:
    """Whether a disagreement is at rounding level, as the file says."""
    return any(difference.covers(one) for difference in rounding_differences(framework))


# ---------------------------------------------------------------------------- a list for people


def listing(framework: str, releases: Iterable[str]) -> Iterator[str]:
    """The disagreements that nothing explains: a paragraph for what releases and probes have alike."""
    by_reason: dict[tuple[str, str], list[Disagreement]] = {}
    for one in disagreements(framework, releases):
        if not explained(framework, one):
            reason = re.sub(r"\d+ of \d+", "some", one.reason)
            by_reason.setdefault((one.call, reason), []).append(one)
    for (call, reason), alike in by_reason.items():
        dtypes = "/".join(dict.fromkeys(one.dtype for one in alike if one.dtype))
        names = sorted({one.probe for one in alike})
        where = ", ".join(dict.fromkeys(one.release for one in alike))
        worst = max((one.levels for one in alike if one.levels is not None), default=None)
        yield f"{framework} {call} {dtypes}: {reason}"
        yield f"    releases: {where}"
        yield f"    probes: {', '.join(names[:4])}{f' and {len(names) - 4} more' if len(names) > 4 else ''}"
        yield f"    e.g. {alike[0].text}" + (
            f"  (off by {worst} at most)" if worst is not None else ""
        )


def main(arguments: list[str] | None = None) -> int:
    """Print where catalogue and record disagree. The exit status is 1 if they do."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("framework", choices=record.frameworks())
    parser.add_argument("releases", nargs="*", help="all that are recorded, by default")
    chosen = parser.parse_args(arguments)
    lines = list(listing(chosen.framework, chosen.releases or record.releases(chosen.framework)))
    print("\n".join(lines) or "catalogue and record agree")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
