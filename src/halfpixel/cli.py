"""The command line: ``halfpixel`` convert, identify, compare, rules, show, golden and golden-check."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .conversions import TARGETS

if TYPE_CHECKING:
    from .comparison import Comparison


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0 if all is well, 1 if a golden is not, a function follows no
    convention or two are not the same, 2 for a wrong call."""
    parser = argparse.ArgumentParser(prog="halfpixel", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("golden", help="write every golden file anew from the exact reference")
    commands.add_parser(
        "golden-check", help="fail on a missing, extra, edited or badly formatted golden"
    )
    convert = commands.add_parser(
        "convert",
        help="what a resize or a transposed convolution is in another framework, with code",
    )
    convert.add_argument("call", help="as you write it; it is parsed, and never run")
    convert.add_argument("--to", required=True, choices=TARGETS, help="the other framework")
    convert.add_argument(
        "--weight",
        type=_sizes,
        metavar="N,N,…",
        help="the shape of a transposed convolution's weight, in the call's layout",
    )
    convert.add_argument(
        "--input",
        type=_sizes,
        metavar="H,W",
        help="the input's size in pixels, where it matters: H,W, or W, or D,H,W",
    )
    convert.add_argument("--format", choices=("text", "json"), default="text")
    identify = commands.add_parser("identify", help="which convention a function follows")
    identify.add_argument("function", help="path/to/file.py:function or package.module:function")
    identify.add_argument(
        "--layout", choices=("HW", "HWC", "CHW", "NHWC", "NCHW"), help="of its image"
    )
    identify.add_argument("--size-order", choices=("hw", "wh"), help="of its size")
    identify.add_argument(
        "--operation", choices=("resize", "conv_transpose"), help="if it is known"
    )
    identify.add_argument("--format", choices=("text", "json"), default="text")
    _compare_arguments(
        commands.add_parser("compare", help="how far two functions of an image are apart, and why")
    )
    _rules_arguments(commands.add_parser("rules", help="which calls follow which convention"))
    _show_arguments(
        commands.add_parser(
            "show", help="a convention's weights, and where it samples, as a drawing"
        )
    )
    chosen = parser.parse_args(arguments)
    run = {
        "convert": _convert,
        "identify": _identify,
        "compare": _compare,
        "rules": _rules,
        "show": _show,
        "golden": _golden,
        "golden-check": _golden_check,
    }[chosen.command]
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


def _rules_arguments(parser: argparse.ArgumentParser) -> None:
    from .frameworks import FRAMEWORKS

    parser.add_argument("--framework", choices=tuple(FRAMEWORKS))
    parser.add_argument("--operation", choices=("resize", "conv_transpose"))
    parser.add_argument("--convention", metavar="WORDS", help="each a part of its words")
    parser.add_argument("--exactly", action="store_true", help="WORDS are the whole convention")
    parser.add_argument("--call", metavar="WORDS", help="each a part of the call's name or text")
    parser.add_argument(
        "--variants", action="store_true", help="other ways to say the same, too (as --call does)"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")


def _rules(chosen: argparse.Namespace) -> int:
    from . import rules
    from .report import rule_table

    try:
        found = rules.selected(
            framework=chosen.framework,
            operation=chosen.operation,
            convention=chosen.convention,
            exactly=chosen.exactly,
            call=chosen.call,
        )
    except rules.Unknown as error:
        print(f"halfpixel rules: {error}", file=sys.stderr)
        return 1
    variants = chosen.variants or chosen.call is not None
    json = chosen.format == "json"
    print(rule_table.as_json(found) if json else rule_table.text(found, variants=variants))
    return 0


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "convention",
        nargs="+",
        help="its words in any order (linear half_pixel, cubic a=-0.5), or a call's name, then two "
        "sizes: pixels in, pixels out",
    )
    parser.add_argument("--factor", type=float, help="output pixels an input pixel; else the ratio")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def _show(chosen: argparse.Namespace) -> int:
    from . import rules
    from .report import sampling

    given = " ".join(chosen.convention).split()
    sizes = [int(word) for word in given[-2:] if word.isdecimal()]
    try:
        if len(sizes) != 2:
            raise ValueError("two sizes come last, pixels in and pixels out: linear half_pixel 3 7")
        convention = rules.convention_of(" ".join(given[:-2]))
        one = sampling.Sampling(convention, sizes[0], sizes[1], chosen.factor)
        one.weights()
    except ValueError as error:
        print(f"halfpixel show: {error}", file=sys.stderr)
        return 2
    unicode = "utf" in (sys.stdout.encoding or "").lower()
    width = shutil.get_terminal_size((100, 24)).columns
    print(one.as_json() if chosen.format == "json" else sampling.text(one, width, unicode=unicode))
    return 0


def _progress(words: str) -> None:
    """A line of a terminal that is written over."""
    print(f"\r\x1b[K{words}\r", end="", file=sys.stderr, flush=True)


def _identify(chosen: argparse.Namespace) -> int:
    from .identification import find, identify

    try:
        with contextlib.redirect_stdout(
            sys.stderr
        ):  # what the user's file prints is no part of the answer
            answer = identify(
                find(chosen.function),
                layout=chosen.layout,
                size_order=chosen.size_order,
                operation=chosen.operation,
                progress=_progress if sys.stderr.isatty() else None,
            )
    except ValueError as error:
        print(f"halfpixel identify: {error}", file=sys.stderr)
        return 2
    if sys.stderr.isatty():
        _progress("")
    print(answer.json() if chosen.format == "json" else answer)
    return 0 if answer.named else 1


def _compare_arguments(parser: argparse.ArgumentParser) -> None:
    for name in ("a", "b"):
        parser.add_argument(
            name,
            metavar=name.upper(),
            help="path/to/file.py:function, package.module:function, or a call of a resize as text",
        )
    parser.add_argument(
        "--input",
        type=_sizes,
        action="append",
        default=[],
        metavar="H,W",
        help="the size of the images that are made, in pixels; repeatable",
    )
    parser.add_argument(
        "--image",
        action="append",
        default=[],
        metavar="FILE",
        help="look at this image; repeatable",
    )
    parser.add_argument(
        "--output",
        type=_sizes,
        metavar="H,W",
        help="the size to ask for, of functions that take one",
    )
    parser.add_argument(
        "--layout", choices=("HW", "HWC", "CHW", "NHWC", "NCHW"), help="of the image that both take"
    )
    parser.add_argument(
        "--dtype", choices=("uint8", "float32"), help="of the images; by default both"
    )
    parser.add_argument(
        "--levels", type=float, metavar="N", help="so many levels of 255 apart are still the same"
    )
    parser.add_argument("--png", metavar="FILE", help="write a picture of the difference")
    parser.add_argument(
        "--html", metavar="FILE", help="write a page with pictures of the difference"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")


def _compare(chosen: argparse.Namespace) -> int:
    from .comparison import DTYPES, compare

    def progress(words: str) -> None:
        if sys.stderr.isatty():
            print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)

    try:
        # what the user's files and functions print is no part of the answer
        with contextlib.redirect_stdout(sys.stderr):
            _check_folders(chosen)
            answer = compare(
                chosen.a,
                chosen.b,
                input_sizes=chosen.input,
                images=chosen.image,
                output_size=chosen.output,
                layout=chosen.layout,
                dtypes=DTYPES if chosen.dtype is None else (chosen.dtype,),
                levels=chosen.levels,
                progress=progress,
            )
            progress("")
            _pictures(answer, chosen)
    except ValueError as error:
        progress("")
        if chosen.format == "json":
            print(json.dumps({"error": str(error)}, ensure_ascii=False))
        else:
            print(f"halfpixel compare: {error}", file=sys.stderr)
        return 2
    print(answer.json() if chosen.format == "json" else answer)
    return 0 if answer.same else 1


def _check_folders(chosen: argparse.Namespace) -> None:
    """That pictures can be written, before anything is computed.

    Raises:
        ValueError: there is no such folder.
    """
    for path in (chosen.png, chosen.html):
        if path is not None and not Path(path).parent.is_dir():
            raise ValueError(f"{path} cannot be written: there is no folder {Path(path).parent}")


def _pictures(answer: Comparison, chosen: argparse.Namespace) -> None:
    """Write what ``--png`` and ``--html`` ask for.

    Raises:
        ValueError: Matplotlib is not installed, or a file cannot be written.
    """
    if chosen.png is None and chosen.html is None:
        return
    from .report import comparison

    for path, drawn in ((chosen.png, comparison.png), (chosen.html, comparison.page)):
        if path is not None:
            content = drawn(answer)
            try:
                Path(path).write_bytes(content)
            except OSError as error:
                raise ValueError(f"{path} cannot be written: {error.strerror}") from None


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
