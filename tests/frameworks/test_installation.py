"""Which release is installed: what the module says, not the metadata of one of the packages that bring it."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from halfpixel import frameworks
from halfpixel.frameworks import FRAMEWORKS, FrameworkError
from halfpixel.frameworks.installation import UNKNOWN, check_imported, packages, stated_release

OPENCV = FRAMEWORKS["opencv"]
Installed = Callable[..., None]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of packages, the only one there is."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "cv2", raising=False)
    frameworks.installed.cache_clear()
    importlib.invalidate_caches()
    yield tmp_path
    frameworks.installed.cache_clear()


def package(site: Path, name: str, release: str) -> None:
    """The metadata of a package."""
    folder = site / f"{name.replace('-', '_')}-{release}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {release}\n")


def module(site: Path, release: str | None) -> None:
    (site / "cv2").mkdir()
    (site / "cv2" / "__init__.py").write_text("raise ImportError('it must not be imported')\n")
    if release is not None:
        (site / "cv2" / "version.py").write_text(f'opencv_version = "{release}"\nheadless = True\n')


def test_the_module_is_believed_and_not_the_packages(site: Path) -> None:
    module(site, "4.10.0.84")
    package(site, "opencv-python", "4.9.0.80")
    package(site, "opencv-python-headless", "4.10.0.84")
    assert stated_release(OPENCV) == "4.10.0.84"
    assert packages(OPENCV) == {"opencv-python-headless": "4.10.0.84", "opencv-python": "4.9.0.80"}


def test_the_package_is_believed_where_the_module_has_no_version_file(site: Path) -> None:
    module(site, None)
    assert stated_release(OPENCV) == UNKNOWN
    package(site, "opencv-contrib-python", "4.9.0.80")
    assert stated_release(OPENCV) == "4.9.0.80"


def test_a_package_without_the_module_is_not_installed(site: Path) -> None:
    package(site, "opencv-python", "4.9.0.80")
    assert stated_release(OPENCV) is None


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ("4.10.0.84", "4.10.0"), ("4.10.0", "4.10.0-dev"), ("2.20.0rc0", "2.20.0-rc0"), ("2.5", "2.5.0"),
        ("2.13.0+cpu", "2.13.0"), (UNKNOWN, "4.10.0"), ("4.10.0", None),
    ],
)  # fmt: skip
def test_the_same_release_in_other_words(found: str, says: str | None) -> None:
    check_imported(found, SimpleNamespace(__version__=says), "cv2")


@pytest.mark.parametrize(
    ("found", "says"),
    [("4.10.0.84", "4.9.0"), ("2.20.0rc0", "2.20.0"), ("2.5.0", "2.5.1"), ("2.5.0", "none")],
)
def test_an_installation_over_another_one_is_told(found: str, says: str) -> None:
    with pytest.raises(
        FrameworkError, match=f"cv2.__version__ is {says}, but .* {found}: .*Uninst"
    ):
        check_imported(found, SimpleNamespace(__version__=says), "cv2")


@pytest.mark.parametrize("name", ["torch", "opencv"])
def test_what_is_installed_here_says_the_same_when_it_is_imported(name: str) -> None:
    if frameworks.version(name) is None:
        pytest.skip(f"{name} is not installed")
    assert frameworks.load(name)


def test_two_packages_that_bring_one_module_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("cv2")
    names = frameworks.load("opencv")
    assert "installed over each other" not in OPENCV.environment(names)
    both = {"opencv-python": "4.9.0.80", "opencv-python-headless": "4.10.0.84"}
    monkeypatch.setattr("halfpixel.frameworks.opencv.packages", lambda framework: both)
    told = "; opencv-python and opencv-python-headless are installed over each other"
    assert told in OPENCV.environment(names)
