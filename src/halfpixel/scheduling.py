"""How the workers of pytest-xdist share a run: unit by unit, each to one worker."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController


_ATTEMPTS = 3  # workers that may end in a unit before any item of it has ended


class UnitScheduling:
    """A scheduler as ``xdist.scheduler.protocol.Scheduling`` describes it.

    Every item belongs to a unit, and a unit is handed out whole, the largest first. An item during which
    its worker ends is not run again; the rest of its unit is.

    xdist asks after every message what is pending. LoadScopeScheduling counts all items each time: 22 s of
    CPU for 30,000 items, this class 0.4 s.

    Args:
        config: the configuration of the process that hands out the items.
        unit_of: the unit of a node id.
    """

    def __init__(self, config: pytest.Config, unit_of: Callable[[str], str]) -> None:
        from xdist.workermanage import parse_tx_spec_config

        self.config = config
        self.unit_of = unit_of
        self.workers = len(parse_tx_spec_config(config))
        self.collections: dict[WorkerController, list[str]] = {}
        self.collection: list[str] | None = None  # what all workers collected
        self.units: deque[list[int]] = deque()  # indices into the collection, from schedule() on
        self.begun = False
        self.alive: set[str] = set()  # the units of which an item has ended
        self.attempts: Counter[str] = Counter()  # workers that ended in a unit of which none has
        self.pending: dict[WorkerController, dict[int, None]] = {}  # in the order of running

    @property
    def nodes(self) -> list[WorkerController]:
        """The workers that are there."""
        return list(self.pending)

    @property
    def collection_is_completed(self) -> bool:
        """Whether every worker has collected."""
        return len(self.collections) >= self.workers

    @property
    def has_pending(self) -> bool:
        """Whether an item has not ended."""
        return bool(self.units) or any(self.pending.values())

    @property
    def tests_finished(self) -> bool:
        """Whether the workers can be told to end: each runs its last item only when it is told that."""
        waiting = any(len(items) > 1 for items in self.pending.values())
        return self.collection_is_completed and not self.units and not waiting

    def add_node(self, node: WorkerController) -> None:
        """A worker is ready to collect."""
        self.pending[node] = {}

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        """A worker has collected, as the first one did."""
        found = self.collections[node] = list(collection)
        if self.collection is None:
            self.collection = found
        elif found != self.collection:
            self._leave_out(node, found)

    def schedule(self) -> None:
        """Hand out units: every worker has collected, or one that replaces another has."""
        if not self.begun:
            self.begun = True
            units: dict[str, list[int]] = {}
            for index, nodeid in enumerate(self.collection or ()):
                units.setdefault(self.unit_of(nodeid), []).append(index)
            self.units.extend(sorted(units.values(), key=len, reverse=True))
        for node in self.nodes:
            self._hand_out(node)

    def mark_test_complete(
        self, node: WorkerController, item_index: int, duration: float = 0
    ) -> None:
        """An item has ended."""
        del self.pending[node][item_index]
        if self.collection is not None:
            self.alive.add(self.unit_of(self.collection[item_index]))
        self._hand_out(node)

    def mark_test_pending(self, item: str) -> None:
        """An item is to be run again, for a plugin that does so after a crash."""
        assert self.collection is not None
        self.units.appendleft([self.collection.index(item)])
        for node in self.nodes:
            self._hand_out(node)

    def remove_pending_tests_from_node(
        self, node: WorkerController, indices: Sequence[int]
    ) -> None:
        """Only a scheduler that takes items back from workers is told this."""
        raise NotImplementedError

    def remove_node(self, node: WorkerController) -> str | None:
        """A worker has ended; return the item that it was running, if it has not run all of its items."""
        left = list(self.pending.pop(node))
        if left[1:]:
            self.units.extendleft(self._again(left))
        for other in self.nodes:
            self._hand_out(other)
        return self.collection[left[0]] if left and self.collection else None

    def _again(self, left: list[int]) -> list[list[int]]:
        """What is handed out again of a worker that ended in the first of these items.

        Where no item of a unit has ever ended, it may not be the item, but the import of its framework:
        the next worker begins elsewhere in the unit, and after a few it is given up.
        """
        assert self.collection is not None
        crashed, *rest = left
        unit = self.unit_of(self.collection[crashed])
        if unit in self.alive:
            return [rest]
        same = [item for item in rest if self.unit_of(self.collection[item]) == unit]
        others = rest[len(same) :]
        self.attempts[unit] += 1
        half = len(same) // 2
        again = same[half:] + same[:half] if self.attempts[unit] < _ATTEMPTS else []
        return [items for items in (others, again) if items]

    def _hand_out(self, node: WorkerController) -> None:
        """Keep a worker in work: before it runs its last item it must know the next, or that it ends."""
        if not self.begun or node not in self.collections:
            return
        while not node.shutting_down and len(self.pending[node]) < 3:
            if not self.units:
                node.shutdown()
                return
            unit = self.units.popleft()
            self.pending[node].update(dict.fromkeys(unit))
            node.send_runtest_some(unit)

    def _leave_out(self, node: WorkerController, found: list[str]) -> None:
        """End a worker that collected other items than the first, and fail the run."""
        from xdist.report import report_collection_diff

        first, expected = next(iter(self.collections.items()))
        text = report_collection_diff(expected, found, first.gateway.id, node.gateway.id)
        report = pytest.CollectReport(node.gateway.id, "failed", longrepr=text, result=[])
        self.config.hook.pytest_collectreport(report=report)
        del self.pending[node]
        node.shutdown()
