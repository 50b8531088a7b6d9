"""Which items the workers of pytest-xdist are given, also when one of them ends."""

from types import SimpleNamespace
from typing import Any

import pytest

from halfpixel.scheduling import UnitScheduling

pytest_plugins = ["pytester"]

IDS = [f"{unit}{n}" for unit, count in (("a", 3), ("b", 6), ("c", 1)) for n in range(count)]


class Worker:
    """A worker that notes what it is given."""

    def __init__(self, name: str) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.given: list[int] = []
        self.shutting_down = False

    def send_runtest_some(self, indices: list[int]) -> None:
        assert not self.shutting_down
        self.given += indices

    def shutdown(self) -> None:
        self.shutting_down = True


class Run:
    """A scheduler with its workers, which have collected."""

    def __init__(
        self, config: pytest.Config, *collections: list[str], weight: int = 1, dear: str = ""
    ) -> None:
        self.scheduler: Any = UnitScheduling(
            config, lambda nodeid: nodeid[0], lambda nodeid: weight, lambda unit: unit in dear
        )
        self.ended: list[str] = []
        self.workers: list[Worker] = []
        for collection in collections or (IDS, IDS):
            self.join(collection)
        assert self.scheduler.collection_is_completed
        assert not self.scheduler.has_pending  # xdist asks, and then tells how many items there are
        self.scheduler.schedule()

    def join(self, collection: list[str]) -> Worker:
        worker = Worker(f"gw{len(self.workers)}")
        self.workers.append(worker)
        self.scheduler.add_node(worker)
        self.scheduler.add_node_collection(worker, collection)
        return worker

    def step(self, worker: Worker) -> None:
        """Run an item, as a worker does: if it knows the next one, or that there is none."""
        if len(worker.given) > 1 or (worker.given and worker.shutting_down):
            index = worker.given.pop(0)
            self.ended.append(IDS[index])
            self.scheduler.mark_test_complete(worker, index, 0.0)

    def finish(self) -> None:
        for _ in range(2 * len(IDS)):
            for worker in self.workers:
                self.step(worker)


@pytest.fixture
def config(pytester: pytest.Pytester) -> pytest.Config:
    return pytester.parseconfig("--dist=load", "--tx=2*popen")


def test_every_item_runs_once_and_units_stay_together(config: pytest.Config) -> None:
    run = Run(config)
    first, second = run.workers
    assert [IDS[i] for i in first.given] == [f"b{n}" for n in range(6)]  # the largest first
    assert [IDS[i] for i in second.given] == ["a0", "a1", "a2"]
    assert run.scheduler.has_pending
    assert not run.scheduler.tests_finished
    run.finish()
    assert sorted(run.ended) == sorted(IDS)
    assert run.scheduler.tests_finished
    assert not run.scheduler.has_pending
    assert [run.scheduler.remove_node(worker) for worker in run.workers] == [None, None]


def test_what_is_dear_to_import_is_for_the_first_worker_while_others_have_another_unit(
    config: pytest.Config,
) -> None:
    first, second = Run(config, weight=10, dear="c").workers
    assert IDS[first.given[0]] == "c0"  # and then what is left
    assert {IDS[i][0] for i in first.given[1:]} == {"a"}
    assert {IDS[i][0] for i in second.given} == {"b"}
    first, second = Run(config, weight=10, dear="a").workers
    assert {IDS[i][0] for i in first.given} == {"a"}
    assert {IDS[i][0] for i in second.given} == {"b", "c"}
    run = Run(config, weight=10, dear="abc")
    run.finish()
    assert sorted(run.ended) == sorted(IDS)


def test_a_worker_that_has_nothing_left_takes_a_half_of_what_another_has(
    config: pytest.Config,
) -> None:
    run = Run(config, weight=500)  # an item at a time is sent: what is not can be another's
    first, second = run.workers
    assert [IDS[i] for i in first.given] == ["c0", "a0", "a1"]  # those of few items first
    assert [IDS[i] for i in second.given] == ["b0", "b1", "b2"]
    for _ in range(3):
        run.step(first)
    assert [IDS[i] for i in first.given] == ["a2", "b4", "b5"]
    assert run.scheduler.kept[second] == [IDS.index("b3")]
    crashed = run.scheduler.remove_node(run.workers.pop(1))  # what it kept is not lost
    run.join(IDS)
    run.scheduler.schedule()
    run.finish()
    assert crashed == "b0"
    assert sorted(run.ended) == sorted(set(IDS) - {"b0"})


def test_an_item_that_ends_its_worker_is_named_and_not_run_again(config: pytest.Config) -> None:
    run = Run(config)
    crashed = run.workers.pop(0)
    for _ in range(2):
        run.step(crashed)
    assert run.scheduler.remove_node(crashed) == "b2"
    again = run.join(IDS)  # xdist starts another
    run.scheduler.schedule()
    run.finish()
    assert sorted(run.ended) == sorted(set(IDS) - {"b2"})
    assert again in run.scheduler.nodes
    assert not run.scheduler.has_pending


def test_a_worker_that_has_not_collected_is_given_nothing(config: pytest.Config) -> None:
    run = Run(config)
    for worker in (run.workers.pop(0), run.workers.pop(0)):
        run.scheduler.remove_node(worker)
    late = Worker("gw9")
    run.scheduler.add_node(late)
    run.join(IDS)
    run.scheduler.schedule()
    run.finish()
    assert late.given == []
    assert sorted(run.ended) == sorted(set(IDS) - {"a0", "b0"})


def test_an_item_that_ended_its_worker_can_be_asked_for_again(config: pytest.Config) -> None:
    run = Run(config)
    crashed = run.scheduler.remove_node(run.workers.pop(0))
    run.scheduler.mark_test_pending(crashed)
    run.join(IDS)
    run.scheduler.schedule()
    run.finish()
    assert crashed == "b0"
    assert sorted(run.ended) == sorted(IDS)


def test_a_worker_that_collects_other_items_fails_the_run(
    config: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[pytest.CollectReport] = []
    monkeypatch.setattr(config.hook, "pytest_collectreport", lambda report: told.append(report))
    run = Run(config, IDS, IDS[::-1])
    run.finish()
    assert run.ended == [item for unit in "bac" for item in IDS if item[0] == unit]
    (report,) = told
    assert report.failed
    assert "Different tests were collected between gw0 and gw1" in str(report.longrepr)


@pytest.mark.sweep  # three interpreters: the tests above hold what is handed out again
def test_the_other_tests_of_a_run_are_run_when_one_aborts(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import os
        import pytest

        @pytest.mark.parametrize("n", range(5))
        def test_n(n):
            if n == 2:
                os.abort()
        """
    )
    options = ("-p", "no:hypothesispytest", "-p", "halfpixel.pytest_plugin", "-n", "1")
    result = pytester.runpytest_subprocess(*options)
    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(["*worker 'gw0' crashed while running '*::test_n[[]2]'*"])
