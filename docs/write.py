"""Writes the documents that are made from tables and measurements: ``make docs``."""

import json
from pathlib import Path

from halfpixel.conformance import trials
from halfpixel.report import arithmetics, overlap, rule_book

HERE = Path(__file__).parent


def documents() -> dict[Path, str]:
    """Every document that is written by the program, with its text."""
    growth = json.loads((HERE / "error-growth.json").read_text(encoding="utf-8"))
    calls = list(trials.calls("resize"))
    findings = (HERE / "findings.md").read_text(encoding="utf-8")
    return {
        **{HERE / "rules" / name: text for name, text in rule_book.pages(findings).items()},
        **{HERE / "pictures" / "rules" / n: t for n, t in rule_book.pictures().items()},
        HERE / "arithmetics.md": arithmetics.page(growth, calls),
        **{HERE / "pictures" / n: t for n, t in arithmetics.pictures(growth, calls).items()},
        HERE / "pictures" / overlap.PICTURE: overlap.picture(),
    }


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
