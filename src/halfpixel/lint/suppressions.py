"""Comments that ignore findings: ``# halfpixel: ignore[HP001]``."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

_COMMENT = re.compile(r"#\s*halfpixel:\s*ignore(?:\s*\[([^\]]*)\])?")
_EVERY = frozenset(("",))


class Suppressions:
    """What the comments of a file ignore, by line."""

    def __init__(self, code: bytes) -> None:
        self._lines: dict[int, frozenset[str]] = {}
        if b"halfpixel:" not in code:
            return
        for number, line in enumerate(code.decode("utf-8", "replace").splitlines(), 1):
            matched = _COMMENT.search(line)
            if matched is not None:
                self._lines[number] = codes(matched[1])

    def ignores(self, code: str, node: ast.expr | ast.stmt | ast.alias) -> bool:
        """Whether a comment in the lines of a node ignores a rule."""
        lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        ignored = (self._lines.get(line, frozenset()) for line in lines) if self._lines else ()
        return any(one == _EVERY or code in one for one in ignored)


def codes(text: str | None) -> frozenset[str]:
    """The codes in brackets; all, where there are none."""
    names = frozenset(code.strip().upper() for code in (text or "").split(",") if code.strip())
    return names or _EVERY


def chosen(code: str, selectors: Sequence[str]) -> bool:
    """Whether a code begins with one of some: HP, HP1 or HP101."""
    return any(code.startswith(one) for one in selectors)
