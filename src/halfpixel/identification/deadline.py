"""How long a function is looked at: one deadline for all stages."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

SECONDS = 10.0  # of the processor; a letterbox of 640 pixels takes 7


class OutOfTime(BaseException):
    """The seconds are over. No Exception: what catches whatever a function raises lets it pass."""


@dataclass
class Deadline:
    """The seconds of the processor that a function may be looked at.

    Attributes:
        seconds: how many; imports that were done before do not count.
        stage: what is being looked at, in words.
        found: what was found until now, in lines.
    """

    seconds: float = math.inf
    stage: str = "how it is called"
    found: list[str] = field(default_factory=list)
    _until: float = field(init=False)

    def __post_init__(self) -> None:
        self._until = time.process_time() + self.seconds

    @property
    def over(self) -> bool:
        """Whether nothing more may be looked at."""
        return time.process_time() >= self._until

    def nearly_over(self, part: float) -> bool:
        """Whether no more than a part of the seconds is left: for what comes after."""
        return time.process_time() >= self._until - part * self.seconds

    def begin(self, stage: str) -> None:
        """Name what is looked at from now on.

        Raises:
            OutOfTime: nothing more may be looked at.
        """
        self.stage = stage
        self.check()

    def check(self) -> None:
        """Stop if nothing more may be looked at.

        Raises:
            OutOfTime: that is so.
        """
        if self.over:
            raise OutOfTime

    def lift(self) -> None:
        """Let whoever goes on take as long as it likes."""
        self._until = math.inf

    @property
    def words(self) -> str:
        """Where it stopped, and what to do."""
        return (
            f"stopped after {self.seconds:g} seconds of the processor at {self.stage}; give it more seconds "
            "to look further"
        )
