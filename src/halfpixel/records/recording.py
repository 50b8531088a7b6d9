"""Record releases: ``make record FRAMEWORK=opencv RELEASES="4.10.0.84 4.12.0.88"``.

Each release is installed into a throw-away environment, its probes are run there, and what came out is
written to golden/releases/. A run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from ..frameworks import FRAMEWORKS, Release
from . import environments, observation, probes, record
from .environments import Workshop, workshop
from .record import Record, RecordError


def recorded(made: Workshop, framework: str, release: str, folder: Path) -> Record:
    """Run the probes of a release in an environment of its own.

    Args:
        made: where the environment is installed.
        framework: its name.
        release: as the package index has it; ``2.21.0+keras3.8.0`` with another Keras than came with it.
        folder: where what came out so far is kept.

    Raises:
        RecordError: it cannot be installed or imported.
    """
    era = environments.era_of(framework, release)
    named = environments.asked_for(era, release)
    own = named.pop("release")
    plan = folder / f"{framework}-{release}.plan.json"
    out = plan.with_name(f"{framework}-{release}.jsonl")
    text = probes.plan(framework, Release(own, named))
    if not plan.exists() or plan.read_text(encoding="utf-8") != text:
        out.unlink(missing_ok=True)  # it answers other questions
        plan.write_text(text, encoding="utf-8")
    where = made.environment(framework, release)
    observation.run(where.python, plan, out, where.variables)
    _, plus, more = release.partition("+")
    return observation.record_of(framework, plan, out, plus + more)


def main(arguments: list[str] | None = None) -> int:
    """Record some releases of a framework. The exit status is 1 if one could not be recorded."""
    parser = argparse.ArgumentParser(prog="make record", description=__doc__)
    parser.add_argument("framework", choices=list(FRAMEWORKS))
    parser.add_argument("releases", nargs="+", help="as the package index has them")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    chosen = parser.parse_args(arguments)
    folder = chosen.folder / f"halfpixel-record-{chosen.framework}"
    folder.mkdir(parents=True, exist_ok=True)
    failed = {}
    with workshop(folder / "layers") as made:
        for number, release in enumerate(chosen.releases, 1):
            start, head = (
                time.monotonic(),
                f"[{number}/{len(chosen.releases)}] {chosen.framework} {release}",
            )
            try:
                one = recorded(made, chosen.framework, release, folder)
            except RecordError as error:
                failed[release] = str(error)
                print(f"{head}: not recorded: {error}", flush=True)
                continue
            changed = record.write(one)
            took = time.monotonic() - start
            print(
                f"{head}: {len(one.outcomes)} outcomes, {len(one.absent)} calls absent, "
                f"{len(changed)} files changed, {took:.0f} s",
                flush=True,
            )
    record.pruned(chosen.framework)
    record.write_unrecorded(chosen.framework, failed)
    for kept in folder.glob("*.json*"):
        if not any(release in kept.name for release in failed):
            kept.unlink()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
