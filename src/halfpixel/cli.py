"""The command line: ``halfpixel golden`` and ``halfpixel golden-check``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0 if all is well, 1 if a golden is not, 2 for a wrong call."""
    parser = argparse.ArgumentParser(prog="halfpixel", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("golden", help="write every golden file anew from the exact reference")
    commands.add_parser(
        "golden-check", help="fail on a missing, extra, edited or badly formatted golden"
    )
    chosen = parser.parse_args(arguments)
    return {"golden": _golden, "golden-check": _golden_check}[chosen.command]()


def _golden() -> int:
    from . import goldens, suite

    written, removed, unchanged = goldens.write(suite.golden_cases(), suite.golden_pages())
    for verb, paths in (("wrote", written), ("removed", removed)):
        for path in paths:
            print(f"{verb} {goldens.shown(path)}")
    print(f"goldens: {len(written)} written, {len(removed)} removed, {unchanged} unchanged")
    return 0


def _golden_check() -> int:
    from . import goldens, suite

    found = list(goldens.problems(suite.golden_cases(), suite.golden_pages()))
    for line in found:
        print(line, file=sys.stderr)
    count = sum(1 for _ in (*suite.golden_cases(), *suite.golden_pages()))
    print(
        f"goldens: {count} files, {len(found)} with a problem"
        if found
        else f"goldens: {count} files, all exact"
    )
    return 1 if found else 0
