"""What releases really did: the record of them (golden/releases/), and how it is made."""

from __future__ import annotations

from .observation import observe
from .record import Crash, Outcome, Record, RecordError, Refusal, read, releases

__all__ = ["Crash", "Outcome", "Record", "RecordError", "Refusal", "observe", "read", "releases"]
