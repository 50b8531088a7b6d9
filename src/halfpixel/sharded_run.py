"""A run of pytest that is one shard: which tests it leaves to the others, and what its reports say of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from .failures import junit_file
from .frameworks import FRAMEWORKS, release
from .shards import PROPERTY, Shard

if TYPE_CHECKING:
    from . import documents

_OUTPUT = (
    "halfpixel_shard"  # of a worker of pytest-xdist: documents.Shard, and how many tests there are
)
_SELECTING = ("keyword", "markexpr", "deselect", "lf")


class ShardedRun:
    """A plugin that keeps the tests of a shard.

    Args:
        config: of the run.
        shard: the one.
    """

    def __init__(self, config: pytest.Config, shard: Shard) -> None:
        self.config, self.shard = config, shard
        self._trials: list[str] = []  # of all shards
        self._tests: list[str] = []
        self._document: documents.Shard | None = None
        self._count = 0  # of all shards

    def takes(self, test: str, trial: str) -> bool:
        """Whether this shard has a trial: asked before an item of it is made.

        Args:
            test: the name of the test that runs it.
            trial: its id.
        """
        self._trials.append(f"{test}[{trial}]")
        return self.shard.has(trial)

    def json(self) -> documents.Shard | None:
        """What a report says of the shard; None if nothing was collected."""
        return self._document

    # ------------------------------------------------------------------------ hooks

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Deselect the ordinary tests of other shards, before anything else selects."""
        from .pytest_plugin import ConformanceItem

        mine, others = list[pytest.Item](), list[pytest.Item]()
        for item in items:
            if not isinstance(item, ConformanceItem):
                self._tests.append(item.nodeid)
                if not self.shard.has(item.nodeid):
                    others.append(item)
                    continue
            mine.append(item)
        if others:
            items[:] = mine
            self.config.hook.pytest_deselected(items=others)
        names = (*self._trials, *self._tests, *map(str, self._selection()))
        releases = {name: str(now) for name in FRAMEWORKS if (now := release(name)) is not None}
        self._document = self.shard.json(names, releases)
        self._count = len(self._trials) + len(self._tests)
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput[_OUTPUT] = {"shard": self._document, "count": self._count}

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """A worker of pytest-xdist has ended: the process that writes reports collects nothing itself."""
        output = getattr(node, "workeroutput", {}).get(_OUTPUT)
        if output is not None:
            self._document, self._count = output["shard"], output["count"]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the shard into the JUnit file; a shard in which no test happens to be has passed."""
        xml = junit_file(self.config)
        if xml is not None and self._document is not None:
            xml.add_global_property(PROPERTY, json.dumps(self._document))
        nothing = session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED
        if nothing and self._count and not any(self._selection()):
            session.exitstatus = pytest.ExitCode.OK

    def _selection(self) -> Iterator[object]:
        """What the options that select among tests say."""
        return (self.config.getoption(name, None) for name in _SELECTING)
