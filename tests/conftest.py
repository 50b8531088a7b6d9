"""What a test acts does not reach the next one, and what a command prints does not depend on the terminal."""

import operator
import sys
from collections.abc import Generator, Iterator
from importlib.abc import MetaPathFinder

import packaging.specifiers  # noqa: F401  else a run in this process takes a second copy, unlike this one
import pytest

from halfpixel.catalogue import selection
from halfpixel.frameworks import FRAMEWORKS, Framework, release, version

_NAMES = list(FRAMEWORKS)


_BEFORE = pytest.StashKey[list[Framework]]()
_ACTED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> Generator[None, object, object]:
    """Parameters that are swept make no items where no sweep is asked for: they are a third of all."""
    result = yield
    if "sweep" not in (metafunc.config.getoption("markexpr") or ""):
        kept = [one for one in metafunc._calls if all(m.name != "sweep" for m in one.marks)]
        if kept:  # of none, pytest would make a test without parameters
            metafunc._calls[:] = kept
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note the frameworks before the fixtures of a test."""
    item.stash[_BEFORE] = list(FRAMEWORKS.values())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """What was read of a framework that a test acted is not what the next test finds."""
    try:
        return (yield)
    finally:
        before, now = item.stash[_BEFORE], list(FRAMEWORKS.values())
        item.stash[_ACTED] = len(now) != len(before) or any(map(operator.is_not, now, before))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """A test that takes a framework out of the table puts it back in its place: their order is that of
    pages."""
    try:
        return (yield)
    finally:
        if item.stash.get(_ACTED, False):
            selection.forget()
            version.cache_clear()
            release.cache_clear()
        assert [*FRAMEWORKS][: len(_NAMES)] == _NAMES, "the test left FRAMEWORKS in another order"


class _Imports(MetaPathFinder):
    """Which of the frameworks are imported, and not only looked for: by what they import first."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname in ("cv2.mat_wrapper", "torch._C", "tensorflow.python"):
            self.found.add(fullname.partition(".")[0])


@pytest.fixture
def pytester(pytester: pytest.Pytester) -> Iterator[pytest.Pytester]:
    """pytester forgets what a run in this process imports, and then cv2 and torch cannot be imported again: a
    test that needs them imports them before."""
    imports = _Imports()
    sys.meta_path.insert(0, imports)  # in place: modules such as six add finders of their own
    yield pytester
    sys.meta_path.remove(imports)
    assert not imports.found, f"import {imports.found} before pytester, in a fixture of the session"


@pytest.fixture(autouse=True, scope="session")
def _no_terminal() -> Iterator[None]:
    """Of these, pytest-xdist sets the first two in its workers."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"):
            patch.delenv(variable, raising=False)
        yield


def _kinds(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """identify does not try the arrays of what other tests have imported: that changes no answer, but takes
    five times as long."""
    from halfpixel.identification import adapter

    monkeypatch.setattr(adapter, "KINDS", {kind: adapter.KINDS[kind] for kind in names})


@pytest.fixture
def no_tensors(monkeypatch: pytest.MonkeyPatch) -> None:
    """For functions of NumPy."""
    _kinds(monkeypatch, "NumPy arrays", "Pillow images")


@pytest.fixture
def torch_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """For functions of torch's tensors."""
    _kinds(monkeypatch, "NumPy arrays", "torch tensors")


@pytest.fixture
def tensorflow_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """For functions of TensorFlow's tensors."""
    _kinds(monkeypatch, "NumPy arrays", "TensorFlow tensors")


@pytest.fixture(scope="module")
def mylib() -> Iterator[None]:
    """A framework that is acted, whose calls change, raise and crash, is installed."""
    from tests.checking import acted

    with acted.installed(pytest.MonkeyPatch()):
        yield
