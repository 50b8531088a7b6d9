"""The command line: ``halfpixel convert``, ``halfpixel golden`` and ``halfpixel golden-check``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from .conversions import TARGETS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0 if all is well, 1 if a golden is not, 2 for a wrong call."""
    parser = argparse.ArgumentParser(prog="halfpixel", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("golden", help="write every golden file anew from the exact reference")
    commands.add_parser(
        "golden-check", help="fail on a missing, extra, edited or badly formatted golden"
    )
    convert = commands.add_parser(
        "convert", help="what a call of a transposed convolution is in another framework, with code"
    )
    convert.add_argument("call", help="as you write it; it is parsed, and never run")
    convert.add_argument("--to", required=True, choices=TARGETS, help="the other framework")
    convert.add_argument(
        "--weight", type=_sizes, metavar="N,N,N,N", help="the weight's shape, in the call's layout"
    )
    convert.add_argument(
        "--input", type=_sizes, metavar="H,W", help="the input's size in pixels, where it matters"
    )
    convert.add_argument("--format", choices=("text", "json"), default="text")
    chosen = parser.parse_args(arguments)
    run = {"convert": _convert, "golden": _golden, "golden-check": _golden_check}[chosen.command]
    try:
        status = run(chosen)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the answer has seen enough: halfpixel convert … | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def _sizes(text: str) -> tuple[int, ...]:
    try:
        sizes = tuple(int(entry) for entry in text.split(","))
    except ValueError:
        sizes = ()
    if not sizes or min(sizes) < 1:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not whole numbers from 1, with commas between"
        )
    return sizes


def _convert(chosen: argparse.Namespace) -> int:
    from .answers import convert

    try:
        answer = convert(chosen.call, chosen.to, weight=chosen.weight, input_size=chosen.input)
    except ValueError as error:
        print(f"halfpixel convert: {error}", file=sys.stderr)
        return 2
    print(answer.json() if chosen.format == "json" else answer)
    return 0


def _golden(chosen: argparse.Namespace) -> int:
    from . import goldens, suite

    written, removed, unchanged = goldens.write(suite.golden_cases(), suite.golden_pages())
    for verb, paths in (("wrote", written), ("removed", removed)):
        for path in paths:
            print(f"{verb} {goldens.shown(path)}")
    print(f"goldens: {len(written)} written, {len(removed)} removed, {unchanged} unchanged")
    return 0


def _golden_check(chosen: argparse.Namespace) -> int:
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
