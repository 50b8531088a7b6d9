"""Writes the documents that are made from tables and measurements: ``make docs``."""

import json
from pathlib import Path

from halfpixel import suite
from halfpixel.report import arithmetics, overlap

HERE = Path(__file__).parent


def documents() -> dict[Path, str]:
    """Every document that is written by the program, with its text."""
    growth = json.loads((HERE / "error-growth.json").read_text(encoding="utf-8"))
    calls = list(suite.calls("resize"))
    return {
        HERE / "arithmetics.md": arithmetics.page(growth, calls),
        HERE / "pictures" / arithmetics.PICTURE: arithmetics.picture(growth, calls),
        HERE / "pictures" / overlap.PICTURE: overlap.picture(),
    }


if __name__ == "__main__":
    for path, text in documents().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(HERE.parent)}")
