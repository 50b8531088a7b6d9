"""What a call is in another framework, where it is another call on a condition."""

from __future__ import annotations

from dataclasses import dataclass

from .. import documents
from ..frameworks.layer_plans import Target
from .answer import ResizeConversion
from .conv_transpose import ConvTransposeConversion
from .parse import Raises, Unreadable


@dataclass(frozen=True)
class BranchOfAnswer:
    """The answer on one condition.

    Attributes:
        condition: in Python.
        text: what stands there.
        answer: of the call; None where nothing is called; or what keeps it from being answered.
    """

    condition: str
    text: str
    answer: ConvTransposeConversion | ResizeConversion | Unreadable | None

    @property
    def code(self) -> str | None:
        """Python that computes the same, or raises as the call does; empty where nothing does, None where
        nothing is called."""
        if self.answer is None:
            return None
        if isinstance(self.answer, Raises):  # so does the call
            return f"raise ValueError({str(self.answer)!r})"
        return "" if isinstance(self.answer, Unreadable) else self.answer.code

    def json(self) -> documents.Branch:
        """For a program."""
        error = self.answer if isinstance(self.answer, Unreadable) else None
        answer = None if isinstance(self.answer, Unreadable) else self.answer
        return {
            "condition": self.condition,
            "source": self.text,
            "error": None if error is None else str(error),
            "answer": None if answer is None else answer.json(),
        }


@dataclass(frozen=True)
class BranchedConversion:
    """A call with conditional expressions in another framework.

    Attributes:
        call: as it was written.
        target: the framework that was asked for.
        branches: an answer for each; the last holds where none before it does.
    """

    call: str
    target: Target
    branches: tuple[BranchOfAnswer, ...]

    @property
    def code(self) -> str:
        """Python that computes the same on every condition, from ``x`` to ``y``; empty where a branch has
        none."""
        each = [one.code for one in self.branches]
        if "" in each:
            return ""
        lines: list[str] = []
        for i, (branch, code) in enumerate(zip(self.branches, each, strict=True)):
            last = i == len(each) - 1
            lines.append("else:" if last else f"{'elif' if i else 'if'} {branch.condition}:")
            lines += [f"    {line}" for line in (code or f"y = {branch.text}").splitlines()]
        return "\n".join(lines)

    @property
    def complete(self) -> bool:
        """Whether there is code that computes the same in every branch that calls something."""
        calls = [one.answer for one in self.branches if one.answer is not None]
        return all(
            isinstance(one, Raises) or (not isinstance(one, Unreadable) and one.complete)
            for one in calls
        )

    def __str__(self) -> str:
        parts = []
        for branch in self.branches:
            where = "otherwise" if branch is self.branches[-1] else f"where {branch.condition}"
            if branch.answer is None:
                body = f"nothing is called: {branch.text}"
            elif isinstance(branch.answer, Unreadable):
                raises = isinstance(branch.answer, Raises)
                body = f"{'it raises' if raises else 'not answered'}: {branch.answer}"
            else:
                body = str(branch.answer)
            parts.append(f"{where}:\n\n{body}")
        return "\n\n".join(parts)

    def json(self) -> documents.Conversion:
        """The same for a program."""
        return {
            "schema": documents.SCHEMA,
            "operation": None,
            "source": self.call,
            "function": None,
            "framework": None,
            "to": self.target,
            "complete": self.complete,
            "code": self.code,
            "warnings": [],
            "notes": [],
            "parts": [],
            "layer": None,
            "branches": [branch.json() for branch in self.branches],
        }
