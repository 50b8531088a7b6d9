"""Tables that ``make docs`` writes into pages, each between two marks."""

from __future__ import annotations

END = "<!-- end of what make docs writes -->"


def written(page: str, begin: str, table: str) -> str:
    """A page with a table between its two marks.

    Args:
        page: its text.
        begin: the first mark; the second is :data:`END`.
        table: what stands between them.

    Raises:
        ValueError: the page does not have both marks.
    """
    head, first, rest = page.partition(begin)
    _, end, tail = rest.partition(END)
    if not (first and end):
        raise ValueError(f"the page has no {begin} and {END}")
    return f"{head}{begin}\n\n{table}\n\n{END}{tail}"
