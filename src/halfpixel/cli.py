"""The command line: ``halfpixel COMMAND``. What a command needs is imported when it runs."""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from . import __version__, console, documents, names

if TYPE_CHECKING:
    from .checking import Check
    from .comparison import Comparison
    from .conversion import BranchedConversion, ConvTransposeConversion, ResizeConversion
    from .conversion.file_calls import FileConversion
    from .shards import Shard
    from .upgrades.usage import Usage

YES, NO, WRONG_USE = 0, 1, 2
_INTERRUPTED = 130  # as shells count a process that Ctrl-C ended
_LAYOUTS = ("HW", "HWC", "CHW", "NHWC", "NCHW")
_OPERATIONS = ("resize", "conv_transpose")
_DTYPES = ("uint8", "float32")
_FORMATS = ("text", "json")
_SHELLS = ("bash", "zsh", "tcsh")
_BUG = "this is a bug of halfpixel; please report it with the command and the lines above"

Namespace = argparse.Namespace


@dataclass(frozen=True)
class Output:
    """What a command prints.

    Attributes:
        text: for people; takes the columns of the terminal, None where the output is none.
        json: for programs.
        status: the exit status.
        raw: the text is no prose: it is neither wrapped nor coloured.
    """

    text: Callable[[int | None], str]
    json: Callable[[], Mapping[str, object]]
    status: int = YES
    raw: bool = False


@dataclass(frozen=True)
class Command:
    """A command.

    Attributes:
        name: as it is typed.
        help: what it does, in a line.
        example: what is typed after ``halfpixel``.
        yes, no: when the exit status is 0, and when it is 1; ``no`` is empty if it never is.
        declare: adds its arguments to a parser.
        run: computes its answer; a ``ValueError`` that it raises is wrong use.
        formats: what ``--format`` takes.
    """

    name: str
    help: str
    example: str
    yes: str
    no: str
    declare: Callable[[Parser], None]
    run: Callable[[Namespace], Output]
    formats: tuple[str, ...] = _FORMATS

    @property
    def epilog(self) -> str:
        """An example and the exit statuses, for ``--help``."""
        statuses = {YES: self.yes, NO: self.no, WRONG_USE: "wrong use"}
        lines = [f"  {status}  {when}" for status, when in statuses.items() if when]
        return "\n".join(["example:", f"  halfpixel {self.example}", "", "exit status:", *lines])


class WrongUse(ValueError):
    """A command line that cannot be parsed."""

    def __init__(self, parser: argparse.ArgumentParser, message: str) -> None:
        super().__init__(message)
        self.prog, self.usage = parser.prog, parser.format_usage()


class Parser(argparse.ArgumentParser):
    """A parser that declares the arguments of its command when it is used, and raises :class:`WrongUse`."""

    def __init__(
        self, *, prog: str, description: str, epilog: str, command: Command | None = None
    ) -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        self.command = command

    def declare(self) -> None:
        """Add the arguments of the command, once."""
        command, self.command = self.command, None
        if command is not None:
            command.declare(self)
            self.add_argument(
                "--format",
                type=_name(command.formats, "format"),
                choices=command.formats,
                default="text",
            )

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """The arguments; of a command, an unknown one is an error at once, with the command's usage."""
        is_command = self.command is not None
        self.declare()
        arguments, unknown = super().parse_known_args(args, namespace)
        if is_command and unknown:
            self.error(self._unknown(unknown))
        return arguments, unknown

    def _unknown(self, arguments: Sequence[str]) -> str:
        options = [option for action in self._actions for option in action.option_strings]
        first = arguments[0].partition("=")[0]
        close = names.meant(first, options) if first.startswith("-") else ""
        return f"unknown argument {' '.join(arguments)}{close}"

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong with the command line."""
        raise WrongUse(self, message)


def parser(*, declared: bool = False) -> Parser:
    """The parser of the command line.

    Args:
        declared: declare the arguments of every command now, for shell completion.
    """
    top = Parser(
        prog="halfpixel",
        description="Does your resize mean the same thing in PyTorch, TensorFlow and OpenCV?",
        epilog="halfpixel COMMAND --help shows the arguments of a command, and an example.\n\n"
        "exit status:\n  0  the answer is yes\n  1  the answer is no\n  2  wrong use",
    )
    top.add_argument("--version", action="version", version=f"halfpixel {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in _COMMANDS.values():
        one = commands.add_parser(
            command.name,
            help=command.help,
            description=command.help[0].upper() + command.help[1:] + ".",
            epilog=command.epilog,
            command=command,
        )
        if declared:
            one.declare()
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        arguments: of the command line; by default those of the process.

    Returns:
        The exit status: 0 if the answer is yes, 1 if it is no, 2 for wrong use.

    Raises:
        SystemExit: ``--help`` or ``--version`` was asked for; its code is 0.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--format=json" in given or ("--format", "json") in itertools.pairwise(given)
    prog, chosen = "halfpixel", Namespace()
    try:
        chosen = _parsed(given)
        prog = f"halfpixel {chosen.command}"
        with _at_releases(chosen):
            with _only_the_answer_printed():
                answer = _COMMANDS[chosen.command].run(chosen)
            _print(answer, as_json=as_json)
        _say_what_is_left_out()
    except BrokenPipeError:  # whoever read the answer has seen enough: halfpixel convert … | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return YES
    except WrongUse as error:
        return _failed(error.prog, str(error), error.usage, as_json=as_json)
    except ValueError as error:
        return _failed(prog, f"{error}{_about(chosen)}", as_json=as_json)
    except OSError as error:  # a full disk, a folder that may not be written
        return _failed(prog, str(error), as_json=as_json)
    except _Ended as error:
        return _failed(prog, str(error), as_json=as_json)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except Exception:
        traceback.print_exc()
        return _failed(prog, _BUG, as_json=as_json)
    return answer.status


def _say_what_is_left_out() -> None:
    """A line for each package that brings a framework that cannot be used."""
    frameworks = sys.modules.get("halfpixel.frameworks")
    for line in () if frameworks is None else frameworks.LEFT_OUT:
        print(f"halfpixel: {line}", file=sys.stderr)


class _Ended(BaseException):
    """Code that a command runs would end the process, with a status that is not the command's answer."""


@contextlib.contextmanager
def _only_the_answer_printed() -> Iterator[None]:
    """While a command runs, what users' code prints goes to stderr, file descriptor 1 included; and where it
    would end the process, that is said."""
    process, leave, stdout = os.getpid(), os._exit, sys.stdout
    sys.stdout.flush()
    try:
        descriptor = os.dup(1)
    except OSError:  # it is closed
        descriptor = None

    def ended(status: int) -> None:
        if os.getpid() != process:  # a child that was forked
            leave(status)
        raise _Ended(f"the code that was run ended the process: os._exit({status})")

    try:
        if descriptor is not None:
            os.dup2(2, 1)
        os._exit, sys.stdout = ended, sys.stderr  # type: ignore[assignment]
        yield
    except SystemExit as error:
        raise _Ended(
            f"the code that was run ended the process: sys.exit({error.code!r})"
        ) from error
    finally:
        os._exit, sys.stdout = leave, stdout
        if descriptor is not None:
            os.dup2(descriptor, 1)
            os.close(descriptor)


def _parsed(arguments: list[str]) -> Namespace:
    top = parser()
    for i, argument in enumerate(arguments):
        if not argument.startswith("-"):  # the command
            try:
                arguments[i] = names.checked(argument, _COMMANDS, "command")
            except ValueError as error:
                top.error(str(error))
            break
    return top.parse_args(arguments)


def _print(answer: Output, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(answer.json(), indent=2, ensure_ascii=False, allow_nan=False))
    elif answer.raw:
        print(answer.text(None))
    else:
        width = console.width_of(sys.stdout)
        text = console.fitted(answer.text(width), width)
        good = answer.status == YES
        print(console.answer(text, good=good) if console.colours(sys.stdout) else text)
    sys.stdout.flush()


def _failed(prog: str, message: str, usage: str = "", *, as_json: bool) -> int:
    """Say what is wrong: with ``--format json`` on stdout, where a program expects a document."""
    if as_json:
        error = {"command": prog.partition(" ")[2] or None, "message": message}
        print(
            json.dumps({"schema": documents.SCHEMA, "error": error}, indent=2, ensure_ascii=False)
        )
    else:
        if console.colours(sys.stderr):
            prog = console.painted(prog, console.BOLD, console.RED)
        print(f"{usage}{prog}: {message}", file=sys.stderr)
    return WRONG_USE


# ---------------------------------------------------------------------------- arguments


def _name(choices: Iterable[str], what: str) -> Callable[[str], str]:
    """The type of an argument that is one of some names."""

    def checked(text: str) -> str:
        try:
            return names.checked(text, choices, what)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return checked


def _choice(parser: Parser, option: str, choices: Sequence[str], what: str, **kwargs: Any) -> None:
    """Add an option that takes one of some names."""
    parser.add_argument(option, type=_name(choices, what), choices=choices, **kwargs)


def _sizes(text: str) -> tuple[int, ...]:
    try:
        sizes = tuple(int(entry) for entry in text.split(","))
    except ValueError:
        sizes = ()
    if not sizes or min(sizes) < 1:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a list of positive integers, separated by commas"
        )
    return sizes


@contextlib.contextmanager
def _running() -> Iterator[Callable[[str], None] | None]:
    """Around what takes time.

    Yields:
        Writes what is being done on a line of the terminal, which is cleared at the end; None without one.
    """

    def progress(words: str) -> None:
        print(f"\r\x1b[K{words}\r", end="", file=sys.stderr, flush=True)

    seen = sys.stderr.isatty()
    try:
        yield progress if seen else None
    finally:
        if seen:
            progress("")


# ---------------------------------------------------------------------------- compare


def _compare_arguments(parser: Parser) -> None:
    for name in ("a", "b"):
        parser.add_argument(
            name,
            metavar=name.upper(),
            help="path/to/file.py:function, package.module:function, a model (.onnx, .tflite), or a resize "
            "call as text",
        )
    parser.add_argument(
        "--input",
        type=_sizes,
        action="append",
        default=[],
        metavar="H,W",
        help="size of the generated images in pixels; repeatable",
    )
    parser.add_argument(
        "--image",
        action="append",
        default=[],
        metavar="FILE",
        help="use this image instead of the generated ones; repeatable",
    )
    parser.add_argument(
        "--output",
        type=_sizes,
        metavar="H,W",
        help="output size to request from functions that take one",
    )
    _choice(parser, "--layout", _LAYOUTS, "layout", help="layout of the image that both take")
    _choice(parser, "--dtype", _DTYPES, "dtype", help="dtype of the images; by default both")
    parser.add_argument(
        "--levels",
        type=float,
        metavar="N",
        help="largest difference, in levels of 255, that still counts as the same",
    )
    parser.add_argument("--png", metavar="FILE", help="write a picture of the difference")
    parser.add_argument("--html", metavar="FILE", help="write a page with pictures")


def _compare(chosen: Namespace) -> Output:
    from .comparison import DTYPES, compare

    _check_folders(chosen)
    with _running() as progress:
        comparison = compare(
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
    _pictures(comparison, chosen)
    return Output(comparison.text, comparison.json, YES if comparison.same else NO)


def _check_folders(chosen: Namespace) -> None:
    """Check that pictures can be written, before anything is computed.

    Raises:
        ValueError: there is no such folder.
    """
    for path in (chosen.png, chosen.html):
        if path is not None and not Path(path).parent.is_dir():
            raise ValueError(f"{path} cannot be written: there is no folder {Path(path).parent}")


def _pictures(answer: Comparison, chosen: Namespace) -> None:
    """Write the files of ``--png`` and ``--html``.

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


# ---------------------------------------------------------------------------- identify


def _identify_arguments(parser: Parser) -> None:
    parser.add_argument("function", help="path/to/file.py:function or package.module:function")
    _choice(parser, "--layout", _LAYOUTS, "layout", help="layout of its image; found if not given")
    _choice(
        parser, "--size-order", ("hw", "wh"), "size order", help="order of its size; found likewise"
    )
    _choice(
        parser, "--operation", _OPERATIONS, "operation", help="what it computes; found likewise"
    )
    parser.add_argument(
        "--seconds",
        type=float,
        help="processor time that it may take; by default 10",
    )
    _release_argument(parser)


def _identify(chosen: Namespace) -> Output:
    from .identification import SECONDS, find, identify

    with _running() as progress:
        identification = identify(
            find(chosen.function),
            layout=chosen.layout,
            size_order=chosen.size_order,
            operation=chosen.operation,
            progress=progress,
            seconds=SECONDS if chosen.seconds is None else chosen.seconds,
        )
    return Output(identification.text, identification.json, YES if identification.named else NO)


# ---------------------------------------------------------------------------- at releases


def _release_argument(parser: Parser) -> None:
    parser.add_argument(
        "--release",
        action="append",
        default=[],
        metavar="FRAMEWORK==RELEASE",
        help="answer about this release (opencv==4.10), not about the latest; once for each framework",
    )


def _code_argument(parser: Parser, words: str) -> None:
    parser.add_argument(
        "--in", dest="code", action="append", default=[], metavar="PATH", help=words
    )


def _about(chosen: Namespace) -> str:
    """Which releases a message is about, where some are named."""
    given = getattr(chosen, "release", [])
    return f" (at {', '.join(given)})" if given else ""


def _at_releases(chosen: Namespace) -> contextlib.AbstractContextManager[None]:
    """The catalogue at the releases that ``--release`` names."""
    given = getattr(chosen, "release", [])
    if not given:
        return contextlib.nullcontext()
    from .catalogue.selection import at_releases
    from .frameworks import FRAMEWORKS
    from .upgrades.environment import read, release_of

    environment = read(",".join(given))
    named = {name: release_of(name, environment) for name in FRAMEWORKS}
    return at_releases({name: one for name, one in named.items() if one is not None})


# ---------------------------------------------------------------------------- convert


def _convert_arguments(parser: Parser) -> None:
    from .frameworks import TARGETS

    parser.add_argument(
        "call",
        help="as you write it in Python, or where it stands, model.py:120; it is parsed, and never run",
    )
    _choice(
        parser,
        "--to",
        TARGETS,
        "framework",
        help="the other framework; without it, the calls of a file are listed",
    )
    parser.add_argument(
        "--weight",
        type=_sizes,
        metavar="N,N,...",
        help="shape of a transposed convolution's weight, in the layout of the call",
    )
    parser.add_argument(
        "--input",
        type=_sizes,
        metavar="H,W",
        help="size of the input in pixels, where the result depends on it: H,W, or W, or D,H,W",
    )
    _release_argument(parser)


def _convert(chosen: Namespace) -> Output:
    from .conversion import convert
    from .conversion.file_calls import convert_in_file, location_of

    location = location_of(chosen.call)
    conversion: FileConversion | ResizeConversion | ConvTransposeConversion | BranchedConversion
    if location is not None:
        conversion = convert_in_file(
            location, chosen.to, weight=chosen.weight, input_size=chosen.input
        )
    elif chosen.to is None:
        raise ValueError("to which framework? Add --to")
    else:
        conversion = convert(chosen.call, chosen.to, weight=chosen.weight, input_size=chosen.input)
    return Output(
        lambda width: str(conversion), conversion.json, YES if conversion.complete else NO
    )


# ---------------------------------------------------------------------------- check


def _check_arguments(parser: Parser) -> None:
    from .frameworks import FRAMEWORKS

    _choice(
        parser,
        "--framework",
        tuple(FRAMEWORKS),
        "framework",
        action="append",
        default=[],
        help="check only this one; repeatable; an error if it is not installed",
    )
    _choice(
        parser,
        "--require",
        tuple(FRAMEWORKS),
        "framework",
        action="append",
        default=[],
        help="check all that are installed; an error if this one is not; repeatable",
    )
    parser.add_argument(
        "--call",
        action="append",
        default=[],
        metavar="CALL",
        help="check only this one, as written in code, or a name or a pattern of names; repeatable",
    )
    _code_argument(
        parser,
        "check only the calls in this file of Python, or in those of this folder; repeatable",
    )
    parser.add_argument(
        "--fast", action="store_true", help="the stored cases only, in float32 and uint8"
    )
    parser.add_argument(
        "--shard",
        type=_shard,
        metavar="N/COUNT",
        help="run one part of the cases: 2/8 is the second of eight; halfpixel merge joins what they write",
    )
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="show every changed case in full"
    )
    parser.add_argument("--table", action="store_true", help="show the counts of every call")
    parser.add_argument(
        "--jobs", type=_positive, metavar="N", help="child processes at a time; by default the CPUs"
    )
    parser.add_argument(
        "--timeout", type=_positive, metavar="SECONDS", help="for a case; by default 60"
    )
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FOLDER",
        help="write report.html, report.md and report.json into this folder",
    )
    parser.add_argument(
        "--save", metavar="FILE", help="write what every call does, for --against elsewhere"
    )
    parser.add_argument(
        "--against",
        metavar="FILE",
        help="compare with what --save wrote, perhaps with other releases",
    )
    parser.add_argument(
        "--locked",
        action="store_true",
        help="compare with halfpixel.lock, which halfpixel lock wrote",
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no positive integer")
    return int(text)


def _shard(text: str) -> Shard:
    from .shards import Shard

    try:
        return Shard.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _check(chosen: Namespace) -> Output:
    from .checking import LIMIT, check

    if chosen.locked:
        return _locked(chosen)
    if chosen.save or chosen.against:
        return _observe(chosen)
    used = _used(chosen.code)
    with _running() as progress:
        answer = check(
            chosen.framework,
            [*chosen.call, *used.calls],
            require=chosen.require,
            fast=chosen.fast,
            shard=chosen.shard,
            jobs=chosen.jobs,
            limit=chosen.timeout or LIMIT,
            progress=progress,
        )
    notes = "".join(f"\nnot read: {one}" for one in used.unread)
    notes += _write_report(answer, chosen.report) if chosen.report is not None else ""
    return Output(
        lambda width: answer.text(width, verbose=chosen.verbose, table=chosen.table) + notes,
        answer.json,
        YES if answer.as_declared else NO,
    )


@dataclass(frozen=True)
class _Used:
    """The calls that code uses, and what of it was not read."""

    calls: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def _used(paths: Sequence[str]) -> _Used:
    """What is in files of Python, and in those of folders.

    Raises:
        ValueError: there is no such file, or no call that halfpixel knows is in them.
    """
    if not paths:
        return _Used()
    from .upgrades import usage

    calls = usage.read([Path(path) for path in paths])
    if not calls.calls:
        raise ValueError(f"no call that halfpixel knows is in {', '.join(paths)}")
    unread = (": ".join(filter(None, (one.where, one.text, one.why))) for one in calls.unread)
    return _Used(tuple(sorted(calls.calls)), tuple(unread))


def _write_report(check: Check, folder: Path) -> str:
    """Write the report; in a GitHub workflow, the lines that mark what changed, else where it stands."""
    from .checking.report import report, write
    from .report.run_page import marks

    document = report(check)
    files = write(document, folder)
    lines = [f"report: {files[0]}"]
    if os.environ.get("GITHUB_ACTIONS") == "true":
        lines += marks(document)
    return "".join(f"\n{line}" for line in lines)


# ---------------------------------------------------------------------------- merge


def _merge_arguments(parser: Parser) -> None:
    parser.add_argument(
        "shards",
        nargs="+",
        metavar="SHARD",
        help="of each shard the folder of its report, a file that --save wrote, or a JUnit file (.xml)",
    )
    parser.add_argument(
        "--into",
        required=True,
        type=Path,
        metavar="PATH",
        help="the folder of the report, or the file, that is written",
    )


def _merge(chosen: Namespace) -> Output:
    from .checking import merge

    merged = merge(chosen.shards, chosen.into)
    return Output(lambda width: merged.text(), merged.json, YES if merged.passed else NO)


# ---------------------------------------------------------------------------- diff


def _diff_arguments(parser: Parser) -> None:
    for name in ("old", "new"):
        parser.add_argument(
            name,
            metavar=name.upper(),
            help="a report.json or its folder, a folder of goldens, a git revision, or REVISION:path",
        )
    parser.add_argument("-v", "--verbose", action="store_true", help="name every case")
    parser.add_argument("--html", metavar="FILE", help="write a page with heat maps, in one file")


def _diff(chosen: Namespace) -> Output:
    from .differences import diff

    difference = diff(chosen.old, chosen.new)
    if chosen.html is not None:
        from .report.diff_page import page

        _write(chosen.html, page(difference.json()).encode())
    return Output(
        lambda width: difference.text(width, verbose=chosen.verbose),
        difference.json,
        YES if difference.same else NO,
    )


# ---------------------------------------------------------------------------- lock


def _lock_arguments(parser: Parser) -> None:
    from .frameworks import FRAMEWORKS

    _choice(
        parser,
        "--framework",
        tuple(FRAMEWORKS),
        "framework",
        action="append",
        default=[],
        help="lock the calls of this one; by default of all that are installed; repeatable",
    )
    parser.add_argument(
        "--update", action="store_true", help="rewrite the lock that is there, and say what moved"
    )


def _lock(chosen: Namespace) -> Output:
    from . import checking

    with _running() as progress:
        if chosen.update:
            moved = checking.locked(chosen.framework, update=True, progress=progress)
            return Output(lambda width: moved.text(update=True), moved.json)
        path, locked = checking.lock(chosen.framework, progress=progress)
    same = checking.Locked(path.name, locked, locked, ())
    counts = {"call": len(locked.calls), "function": len(locked.functions)}
    numbers = [f"{count} {noun}{'s' * (count != 1)}" for noun, count in counts.items()]
    words = f"locked: {' and '.join(numbers)} in {path.name}"
    return Output(lambda width: words, same.json)


# ---------------------------------------------------------------------------- upgrade


def _upgrade_arguments(parser: Parser) -> None:
    parser.add_argument(
        "releases",
        nargs="+",
        metavar="RELEASES",
        help="the old releases, then the new ones: opencv==4.10.0, several separated by commas, a file of "
        "requirements or a lock file, or 'installed'; or a list in which each package stands twice",
    )
    _code_argument(
        parser, "a file of Python, or a folder: first what the calls in it do; repeatable"
    )
    parser.add_argument("--all", action="store_true", help="ignore the calls in [tool.halfpixel]")
    parser.add_argument("-v", "--verbose", action="store_true", help="name every call, aliases too")
    parser.add_argument("--markdown", action="store_true", help="print Markdown")
    parser.add_argument("--html", metavar="FILE", help="write a page, in one file")


def _upgrade(chosen: Namespace) -> Output:
    from .upgrades import usage
    from .upgrades.answer import between_texts

    used = usage.read([Path(path) for path in chosen.code]) if chosen.code else None
    if used is None and not chosen.all:
        used = _calls_of_project()
    upgrade = between_texts(chosen.releases, used)
    if chosen.html is not None:
        from .report.upgrade_page import page

        _write(chosen.html, page(upgrade).encode())
    status = YES if upgrade.same else NO
    if chosen.markdown:
        return Output(lambda width: upgrade.markdown().rstrip(), upgrade.json, status, raw=True)
    return Output(lambda width: upgrade.text(width, every=chosen.verbose), upgrade.json, status)


def _check_alone(chosen: Namespace, option: str, others: Sequence[str]) -> None:
    """Check that what an option does leaves nothing for others to do.

    Raises:
        ValueError: one is given; the message names it.
    """
    for other in others:
        if getattr(chosen, other):
            other = {"code": "in"}.get(other, other)
            raise ValueError(f"--{other} does not go together with {option}")


def _locked(chosen: Namespace) -> Output:
    from .checking import locked

    others = ("save", "against", "call", "code", "require", "fast", "shard", "table", "report")
    _check_alone(chosen, "--locked", others)
    with _running() as progress:
        answer = locked(chosen.framework, progress=progress)
    return Output(lambda width: answer.text(), answer.json, YES if answer.same else NO)


def _observe(chosen: Namespace) -> Output:
    from . import checking

    _check_alone(chosen, "--save and --against", ("fast", "table", "report"))
    before = checking.load(Path(chosen.against)) if chosen.against else None
    if chosen.save and not Path(chosen.save).parent.is_dir():
        raise ValueError(f"{chosen.save} cannot be written: there is no such folder")
    with _running() as progress:
        observation = checking.observe(
            chosen.framework,
            [*chosen.call, *_used(chosen.code).calls],
            require=chosen.require,
            shard=chosen.shard,
            progress=progress,
        )
    if chosen.save:
        checking.save(Path(chosen.save), observation)
    if before is None:
        words = f"saved: {observation} in {chosen.save}"
        return Output(lambda width: words, lambda: observation.json(chosen.save))
    moved = checking.against(before, observation)
    return Output(
        lambda width: moved.text(width, verbose=chosen.verbose),
        moved.json,
        YES if moved.same else NO,
    )


def _calls_of_project() -> Usage | None:
    """The calls that the settings of the project name; None if there are none."""
    from .checking import settings
    from .upgrades import usage

    project = settings.read(Path())
    if project.chosen is None or project.path is None:
        return None
    from .conformance.trials import calls

    return usage.named([c for c in calls() if c.id in project.chosen], project.path.name)


def _write(path: str, content: bytes) -> None:
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise ValueError(f"{path} cannot be written: {error.strerror}") from None


# ---------------------------------------------------------------------------- lint


def _lint_arguments(parser: Parser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file of Python, or a folder")
    for option, words in (
        ("--select", "ask these rules only: codes, or what they begin with (HP0), with commas"),
        ("--ignore", "leave these rules out"),
    ):
        parser.add_argument(option, type=_codes, default=(), metavar="CODES", help=words)
    parser.add_argument("--pedantic", action="store_true", help="ask the pedantic rules, too")
    parser.add_argument(
        "--fix", action="store_true", help="write the fixes that are certain into the files"
    )
    parser.add_argument(
        "--upgrading-from",
        default="",
        metavar="RELEASES",
        help="find the calls that change, too: a file of requirements, a lock file, or opencv==4.10.0",
    )
    parser.add_argument(
        "--upgrading-to",
        default="installed",
        metavar="RELEASES",
        help="the same of the new releases; by default those that are installed",
    )


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code.strip() for code in text.split(",") if code.strip())


def _lint(chosen: Namespace) -> Output:
    from .lint import lint

    answer = lint(
        chosen.paths,
        select=chosen.select,
        ignore=chosen.ignore,
        pedantic=chosen.pedantic,
        fix=chosen.fix,
        upgrading_from=chosen.upgrading_from,
        upgrading_to=chosen.upgrading_to,
    )
    status = WRONG_USE if answer.failed else YES if answer.same else NO
    if chosen.format == "github":
        return Output(lambda width: answer.github(), answer.json, status, raw=True)
    if chosen.format == "sarif":
        text = json.dumps(answer.sarif(), indent=2, ensure_ascii=False)
        return Output(lambda width: text, answer.json, status, raw=True)
    return Output(lambda width: answer.text(), answer.json, status, raw=True)


# ---------------------------------------------------------------------------- show, rules


def _show_arguments(parser: Parser) -> None:
    parser.add_argument(
        "convention",
        nargs="+",
        help="its words in any order (linear half_pixel, cubic a=-0.5) or the name of a call, "
        "then two sizes: pixels in, pixels out",
    )
    parser.add_argument(
        "--factor",
        type=float,
        help="output pixels per input pixel; by default the ratio of the sizes",
    )
    _release_argument(parser)


_LARGEST_SHOWN = 2**21  # weights: 1920 -> 1080 pixels


def _show(chosen: Namespace) -> Output:
    from .catalogue import rules
    from .report import sampling

    given = " ".join(chosen.convention).split()
    sizes = [int(word) for word in given[-2:] if word.isdecimal()]
    if len(sizes) != 2:
        raise ValueError("two sizes come last, pixels in and pixels out: linear half_pixel 3 7")
    if sizes[0] * sizes[1] > _LARGEST_SHOWN:
        raise ValueError(
            f"a matrix of {sizes[1]:,} rows and {sizes[0]:,} columns is too large to be printed: at most "
            f"{_LARGEST_SHOWN:,} weights; smaller sizes of the same ratio show the rule"
        )
    convention = rules.convention_of(" ".join(given[:-2]))
    one = sampling.Sampling(convention, sizes[0], sizes[1], chosen.factor)
    one.weights()

    def text(width: int | None) -> str:  # where the answer is printed: the command prints to stderr
        unicode = "utf" in (sys.stdout.encoding or "").lower()
        return sampling.text(one, width or 100, unicode=unicode)

    return Output(text, one.json)


def _rules_arguments(parser: Parser) -> None:
    from .frameworks import FRAMEWORKS

    _choice(parser, "--framework", tuple(FRAMEWORKS), "framework", help="calls of one framework")
    _choice(parser, "--operation", _OPERATIONS, "operation", help="calls of one operation")
    parser.add_argument(
        "--convention", metavar="WORDS", help="calls whose convention contains each of the words"
    )
    parser.add_argument("--exactly", action="store_true", help="WORDS are the whole convention")
    parser.add_argument(
        "--call", metavar="WORDS", help="calls whose name or code contains each of the words"
    )
    parser.add_argument(
        "--variants", action="store_true", help="list aliases, too; --call always does"
    )
    _release_argument(parser)


def _rules(chosen: Namespace) -> Output:
    from .catalogue import rules
    from .report import rule_table

    listed = rules.find_rules(
        framework=chosen.framework,
        operation=chosen.operation,
        convention=chosen.convention,
        exactly=chosen.exactly,
        call=chosen.call,
    )
    variants = chosen.variants or chosen.call is not None
    return Output(
        lambda width: rule_table.text(listed, variants=variants, width=width or rule_table.WIDTH),
        lambda: rule_table.json(listed),
        YES if listed else NO,
    )


# ---------------------------------------------------------------------------- goldens, completion


def _no_arguments(parser: Parser) -> None:
    pass


def _golden(chosen: Namespace) -> Output:
    from .conformance import goldens, trials

    written, removed, unchanged = goldens.write(trials.golden_cases(), trials.golden_pages())
    paths = {"wrote": map(goldens.shown, written), "removed": map(goldens.shown, removed)}
    lines = [f"{verb} {path}" for verb, some in paths.items() for path in some]
    total = f"goldens: {len(written)} written, {len(removed)} removed, {unchanged} unchanged"
    return Output(
        lambda width: "\n".join([*lines, total]),
        lambda: {
            "schema": documents.SCHEMA,
            "written": [goldens.shown(path) for path in written],
            "removed": [goldens.shown(path) for path in removed],
            "unchanged": unchanged,
        },
    )


def _golden_check(chosen: Namespace) -> Output:
    from .conformance import goldens, trials
    from .records import record

    problems = [
        *goldens.problems(trials.golden_cases(), trials.golden_pages()),
        *record.problems(),
    ]
    count = sum(1 for _ in (*trials.golden_cases(), *trials.golden_pages()))
    verdict = f"{len(problems)} with a problem" if problems else "all exact"
    return Output(
        lambda width: "\n".join([*problems, f"goldens: {count} files, {verdict}"]),
        lambda: {"schema": documents.SCHEMA, "files": count, "problems": problems},
        NO if problems else YES,
    )


def _completion_arguments(parser: Parser) -> None:
    parser.add_argument("shell", type=_name(_SHELLS, "shell"), choices=_SHELLS)


def _completion(chosen: Namespace) -> Output:
    try:
        import shtab
    except ImportError:
        raise ValueError("needs shtab: pip install 'halfpixel[completion]'") from None
    every = parser(declared=True)
    script = shtab.complete(every, chosen.shell)
    return Output(
        lambda width: script, lambda: {"schema": documents.SCHEMA, "script": script}, raw=True
    )


_COMMANDS = {
    command.name: command
    for command in (  # in the order in which they are needed
        Command(
            "compare",
            "compare two preprocessing functions, and find where they differ",
            "compare train.py:preprocess serve.py:preprocess",
            "the functions are the same",
            "they differ, or one is not deterministic",
            _compare_arguments,
            _compare,
        ),
        Command(
            "identify",
            "find the convention that a function follows",
            "identify mine.py:resize",
            "the function follows a known convention",
            "it follows none",
            _identify_arguments,
            _identify,
        ),
        Command(
            "convert",
            "write a resize or a transposed convolution in another framework",
            "convert \"F.interpolate(x, size=(h, w), mode='bilinear')\" --to opencv",
            "code was found that computes the same, or the calls of a file are listed",
            "the framework has none",
            _convert_arguments,
            _convert,
        ),
        Command(
            "check",
            "check that the installed frameworks do what is known of their releases",
            "check --framework opencv",
            "every call is as declared, or changed as the project expects",
            "a call is not as declared, or a framework cannot be run",
            _check_arguments,
            _check,
        ),
        Command(
            "merge",
            "make one report of all shards of a run",
            "merge shard-1 shard-2 --into report",
            "every call is as declared, and no test failed; of files of --save, the file is written",
            "a call is not as declared, or a test failed",
            _merge_arguments,
            _merge,
        ),
        Command(
            "diff",
            "list what moved between two reports, two folders of goldens or two git revisions",
            "diff before/report.json after/report.json --html moved.html",
            "nothing moved, but for rounding",
            "something moved",
            _diff_arguments,
            _diff,
        ),
        Command(
            "lock",
            "write halfpixel.lock: what every call computes here, to be held to it later",
            "lock --framework opencv",
            "the lock is written",
            "",
            _lock_arguments,
            _lock,
        ),
        Command(
            "upgrade",
            "list what changes between two releases, before you upgrade",
            "upgrade opencv==4.10.0 opencv==5.0.0",
            "every call gives the result that it gave",
            "a call gives another result",
            _upgrade_arguments,
            _upgrade,
        ),
        Command(
            "lint",
            "find calls that are wrong as they are written",
            "lint src/",
            "nothing is found",
            "something is found",
            _lint_arguments,
            _lint,
            ("text", "json", "github", "sarif"),
        ),
        Command(
            "show",
            "draw the sample coordinates and print the weights of a convention",
            "show linear half_pixel 3 7",
            "always",
            "",
            _show_arguments,
            _show,
        ),
        Command(
            "rules",
            "list the calls that follow each convention",
            'rules --framework torch --convention "linear align_corners"',
            "calls are listed",
            "no call matches all filters",
            _rules_arguments,
            _rules,
        ),
        Command(
            "golden",
            "for contributors: write the golden files",
            "golden",
            "the files are written",
            "",
            _no_arguments,
            _golden,
        ),
        Command(
            "golden-check",
            "for contributors: check that the golden files are exact",
            "golden-check",
            "all are exact",
            "a file is missing, extra or edited",
            _no_arguments,
            _golden_check,
        ),
        Command(
            "completion",
            "print a script with which a shell completes the arguments of halfpixel",
            "completion bash > ~/.local/share/bash-completion/completions/halfpixel",
            "the script is printed",
            "",
            _completion_arguments,
            _completion,
        ),
    )
}
