"""tox.ini: every environment that a label names installs the releases that its name says."""

import configparser
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

TOX = configparser.ConfigParser(interpolation=None)
TOX.read(Path(__file__).parents[2] / "tox.ini", encoding="utf-8")


def _expanded(pattern: str) -> Iterator[str]:
    """``py3{11,12}-tf216`` to what it stands for."""
    parts = re.split(r"\{(.*?)\}", pattern)
    choices = [part.split(",") if i % 2 else [part] for i, part in enumerate(parts)]
    yield from ("".join(chosen) for chosen in itertools.product(*choices))


def _labelled() -> Iterator[str]:
    for line in TOX["tox"]["labels"].split("\n"):
        patterns = re.split(r",(?![^{]*\})", line.partition("=")[2])
        yield from (name for p in patterns if p.strip() for name in _expanded(p.strip()))


def _installs(name: str) -> list[str]:
    """The conditional lines of the one section that an environment belongs to."""
    sections = [s for s in TOX if s.startswith("testenv:") and name in _expanded(s[8:])]
    assert len(sections) == 1, name
    found = []
    for line in filter(None, TOX[sections[0]]["deps"].split("\n")):
        condition, colon, dependency = line.partition(": ")
        if colon and set(_expanded(condition)) & set(name.split("-")):
            found.append(dependency)
    return found


def test_a_release_is_what_the_name_says() -> None:
    names = list(_labelled())
    assert len(names) > 15
    for name in names:
        said = [re.sub(r"\D", "", factor) for factor in name.split("-")[1:]]
        pinned = [line for line in _installs(name) if "==" in line]
        assert [re.sub(r"\D", "", line.partition("==")[2]) for line in pinned] == said, name


def test_it_names_no_host_and_no_path_of_a_machine() -> None:
    text = (Path(__file__).parents[2] / "tox.ini").read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"(^|\s)/\w", text)
