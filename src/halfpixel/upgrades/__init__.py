"""What changes between two releases, call by call, before they are installed."""

from __future__ import annotations

from .answer import Upgrade, upgrade
from .changes import Change
from .effects import Effect, Example, Photograph
from .environment import Environment

__all__ = ["Change", "Effect", "Environment", "Example", "Photograph", "Upgrade", "upgrade"]
