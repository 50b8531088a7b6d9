"""How the workers of pytest-xdist share a run: unit by unit, until one has nothing left and takes a half."""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController


_ATTEMPTS = 3  # workers that may end in a unit before any item of it has ended
_SENT = 200  # weight of what a worker is sent at once: the rest may be another's
_SHARED = 1000  # weight of what is left of a unit that a second worker may begin to help with


class UnitScheduling:
    """A scheduler as ``xdist.scheduler.protocol.Scheduling`` describes it.

    Every item belongs to a unit, and a worker is given a whole one. When there is none left, it takes the
    second half of what is left of another worker's: so units of few heavy items come first, which could not
    be shared, and of units of light items the heaviest. An item during which its worker ends is not run
    again; the rest of its unit is.

    Units whose imports are dear are for the first worker, for the others only where they have nothing else:
    an import in each worker would cost as much as hundreds of items.

    xdist asks after every message what is pending. LoadScopeScheduling counts all items each time: 22 s of
    CPU for 30,000 items, this class 0.4 s.

    Args:
        config: the configuration of the process that hands out the items.
        unit_of: the unit of a node id.
        weight_of: how long a node id takes, in any unit of time.
        is_dear: whether the imports of a unit, by its name, are dear.
    """

    def __init__(
        self,
        config: pytest.Config,
        unit_of: Callable[[str], str],
        weight_of: Callable[[str], int] = lambda nodeid: 1,
        is_dear: Callable[[str], bool] = lambda unit: False,
    ) -> None:
        from xdist.workermanage import parse_tx_spec_config

        self.config = config
        self.unit_of = unit_of
        self.weight_of = weight_of
        self.is_dear = is_dear
        self.workers = len(parse_tx_spec_config(config))
        self.collections: dict[WorkerController, list[str]] = {}
        self.collection: list[str] | None = None  # what all workers collected
        self.units: deque[list[int]] = deque()  # indices into the collection, from schedule() on
        self.begun = False
        self.alive: set[str] = set()  # the units of which an item has ended
        self.attempts: Counter[str] = Counter()  # workers that ended in a unit of which none has
        self.pending: dict[WorkerController, dict[int, None]] = {}  # in the order of running
        self.kept: dict[WorkerController, list[int]] = {}  # what is a worker's, and not sent yet

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
        return bool(self.units) or any(self.pending.values()) or any(self.kept.values())

    @property
    def tests_finished(self) -> bool:
        """Whether the workers can be told to end: each runs its last item only when it is told that."""
        waiting = any(len(items) > 1 for items in self.pending.values())
        left = self.units or any(self.kept.values())
        return self.collection_is_completed and not left and not waiting

    def add_node(self, node: WorkerController) -> None:
        """A worker is ready to collect."""
        self.pending[node], self.kept[node] = {}, []

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        """A worker has collected, as the first one did."""
        collected = self.collections[node] = list(collection)
        if self.collection is None:
            self.collection = collected
        elif collected != self.collection:
            self._leave_out(node, collected)

    def schedule(self) -> None:
        """Hand out units: every worker has collected, or one that replaces another has."""
        if not self.begun:
            self.begun = True
            units: dict[str, list[int]] = {}
            for index, nodeid in enumerate(self.collection or ()):
                units.setdefault(self.unit_of(nodeid), []).append(index)
            self.units.extend(sorted(units.values(), key=self._order))
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
        left = [*self.pending.pop(node), *self.kept.pop(node)]
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
            unit = self.kept[node] or self._next(node)
            if not unit:
                node.shutdown()
                return
            weights = itertools.accumulate(self._weight([item]) for item in unit)
            count = len([*itertools.takewhile(_SENT.__ge__, weights)]) or 1
            sent, self.kept[node] = unit[:count], unit[count:]
            self.pending[node].update(dict.fromkeys(sent))
            node.send_runtest_some(sent)

    def _next(self, node: WorkerController) -> list[int]:
        """What a worker that has nothing left is given: a unit, or half of the heaviest rest of another's."""
        if self.units:
            is_first = node is self.nodes[0] and len(self.nodes) > 1
            unit = next(
                (one for one in self.units if self._is_dear(one) == is_first), self.units[0]
            )
            self.units.remove(unit)
            return unit
        helped = max(self.kept, key=lambda node: self._weight(self.kept[node]))
        rest = self.kept[helped]
        if self._weight(rest) < _SHARED:
            return []
        self.kept[helped], part = rest[: len(rest) // 2], rest[len(rest) // 2 :]
        return part

    def _order(self, unit: Sequence[int]) -> tuple[int, int]:
        """What a unit is handed out by, the least first."""
        each, whole = self._weight(unit[:1]), self._weight(unit)
        return -each, whole if each > 1 else -whole

    def _is_dear(self, unit: Sequence[int]) -> bool:
        assert self.collection is not None
        return self.is_dear(self.unit_of(self.collection[unit[0]]))

    def _weight(self, items: Sequence[int]) -> int:
        assert self.collection is not None
        return sum(self.weight_of(self.collection[item]) for item in items)

    def _leave_out(self, node: WorkerController, collected: list[str]) -> None:
        """End a worker that collected other items than the first, and fail the run."""
        from xdist.report import report_collection_diff

        first, expected = next(iter(self.collections.items()))
        text = report_collection_diff(expected, collected, first.gateway.id, node.gateway.id)
        report = pytest.CollectReport(node.gateway.id, "failed", longrepr=text, result=[])
        self.config.hook.pytest_collectreport(report=report)
        del self.pending[node], self.kept[node]
        node.shutdown()
