"""Writes the documents that are made from tables and measurements: ``make docs``."""

import contextlib
import io
import json
import os
import re
import shlex
import textwrap
from pathlib import Path
from typing import Any
from unittest import mock

from halfpixel import cli
from halfpixel.conformance import trials
from halfpixel.lint import page as lint_page
from halfpixel.lint.rules import RULES
from halfpixel.report import (
    arithmetics,
    json_schema,
    overlap,
    rule_book,
    timeline,
    upgrade_table,
    wrapper_table,
)

HERE = Path(__file__).parent

# Pages that show what commands print; those named here need no framework.
SHOWN = (HERE.parent / "README.md", HERE / "convert.md", HERE / "look-up.md")
WRAPPERS = HERE / "convert.md"  # has the table of other libraries' calls too
_COMMAND = re.compile(
    r"^    \$ halfpixel ((?:convert|rules|show) .*)\n(?:    .*\n|\n(?=    ))*", re.MULTILINE
)
# the pages of lint's rules, by code
LINT = {HERE / "lint" / f"{code}.md": rule for code, rule in RULES.items()}
# pages with the table of what changed in which release
WITH_CHANGES = (HERE / "upgrade.md", HERE / "symptoms.md")
_WIDTH = "100"  # of the terminal that they are shown in


def documents() -> dict[Path, str]:
    """Every document that is written by the program, with its text."""
    growth = json.loads((HERE / "error-growth.json").read_text(encoding="utf-8"))
    smallest = json.loads((HERE / "smallest-errors.json").read_text(encoding="utf-8"))
    calls = list(trials.calls("resize"))
    findings = (HERE / "findings.md").read_text(encoding="utf-8")
    return {
        **{HERE / "rules" / name: text for name, text in rule_book.pages(findings).items()},
        **{HERE / "pictures" / "rules" / n: t for n, t in rule_book.pictures().items()},
        HERE / "arithmetics.md": arithmetics.page(growth, smallest, calls),
        **{HERE / "pictures" / n: t for n, t in arithmetics.pictures(growth, calls).items()},
        HERE / "pictures" / overlap.PICTURE: overlap.picture(),
        HERE / "pictures" / timeline.PICTURE: timeline.picture(),
        **{page: with_output(page.read_text(encoding="utf-8")) for page in SHOWN},
        WRAPPERS: wrapper_table.written(with_output(WRAPPERS.read_text(encoding="utf-8"))),
        **{
            page: with_output(lint_page.of_rule(page.read_text("utf-8"), rule))
            for page, rule in LINT.items()
        },
        HERE / "_static" / "schema.json": json.dumps(json_schema.schema(), indent=1) + "\n",
        HERE / "lint.md": lint_page.of_all(
            (HERE / "lint.md").read_text("utf-8"),
            {rule.code: page.read_text("utf-8") for page, rule in LINT.items()},
        ),
        **{page: upgrade_table.written(page.read_text("utf-8")) for page in WITH_CHANGES},
        HERE / "benchmarks.md": benchmarks(
            json.loads((HERE / "benchmarks.json").read_text("utf-8"))
        ),
    }


_BENCHMARKS = """\
# Benchmarks

What a run of halfpixel costs, beside the bare program that does the same work. `make bench` measures these
figures and `make docs` writes this page. Programs that are compared run in turn, in one session on one
machine, and each value is the median over the rounds, with the lowest and the highest. Ratios carry over to
other machines better than seconds do.

What misses its goal, and where its time goes:

- **One case** and **collection**: by cProfile, pytest makes an item of each of the file's 11,000 trials,
  which is a third of the time, and asks `-k` of each, which is a fifth.
- **convert**: by CPU clock, half of the time beside NumPy's is the import of halfpixel's own modules, a third
  of which is the making of 116 dataclasses. A fifth is the standard library's: `importlib.metadata` looks for
  frameworks that other packages bring. An eighth is making the calls of the two frameworks, and reading what
  they are written with. The rest is the answer.
- **upgrade**: each call that changes between two releases is compared at up to 1,024 size pairs. By cProfile
  a fifth of the time is the distance of weights (kernels that widen as they shrink are compared one size at a
  time), a fifth the photograph in integers by the tables of `cv2.warpAffine`, a sixth the imports, an eighth
  asking whether both releases take a size, and an eighth what the records show.
- **A case**: by CPU clock, two thirds of the run are the frameworks alone: their imports (13 s of 38) and
  what they compute when they are called (13 s). A call of TensorFlow or Keras takes 1.9 ms, more than the
  goal; one of OpenCV 0.4 ms, one of torch 0.3 ms. Of the rest, 0.5 ms a case is the exact reference, 0.4 ms
  the error bounds, and 0.3 ms copies, digests and comparisons.

"""


def benchmarks(sections: dict[str, Any]) -> str:
    """The page of what ``make bench`` measured, a table a section."""
    parts = []
    for title, section in sections.items():
        rows = ["| figure | value | rounds | goal |", "| --- | --- | --- | --- |"]
        for row in section["figures"]:
            goal = (
                "" if row["limit"] is None else f"{'≥' if row['least'] else '≤'} {row['limit']:g}"
            )
            value, low, high = (f"{row[name]:.3g}" for name in ("value", "lowest", "highest"))
            unit = "" if row["unit"] == "×" else row["unit"].removeprefix("/")
            unit = "per second" if row["unit"] == "/s" else unit
            mark = f"{goal}, missed" if row["missed"] else goal
            rows.append(
                f"| {row['what']} | {value} {unit}".rstrip() + f" | {low} to {high} | {mark} |"
            )
        when = f"Measured on {section['date']} ({section['machine']}) by `{section['command']}`."
        parts.append("\n".join([f"## {title}", "", when, "", *rows, ""]))
    return _BENCHMARKS + "\n".join(parts)


def with_output(page: str) -> str:
    """A page in which each command is followed by what it prints now."""
    return _COMMAND.sub(lambda shown: f"    $ halfpixel {shown[1]}\n{printed(shown[1])}", page)


def printed(command: str) -> str:
    """What a command prints in a terminal, indented by four spaces."""
    out = io.StringIO()
    with mock.patch.dict(os.environ, COLUMNS=_WIDTH), contextlib.redirect_stdout(out):
        cli.main(shlex.split(command))
    return textwrap.indent(
        out.getvalue().strip("\n") + "\n", "    ", lambda line: line.strip() != ""
    )


def left_over(wanted: dict[Path, str]) -> list[Path]:
    """Files of the rule book that are there, and that the program does not write."""
    there = [*HERE.glob("rules/**/*.md"), *HERE.glob("pictures/rules/*.svg")]
    return sorted(set(there) - set(wanted))


if __name__ == "__main__":
    wanted = documents()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in left_over(wanted):
        path.unlink()
        print(f"removed {path.relative_to(HERE.parent)}")
    print(f"wrote {len(wanted)} documents into {HERE.relative_to(HERE.parent)}")
