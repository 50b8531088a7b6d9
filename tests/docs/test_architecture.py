"""Imports run one way: from the doors down to the operators."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import halfpixel

SOURCE = Path(halfpixel.__file__).parent

# Each may import those after it, and none before it.
ORDER = (
    "cli",
    "pytest_plugin",
    "differences",
    "lint",
    "testing",
    "checking",
    "report",
    "upgrades",
    "comparison",
    "conversion",
    "identification",
    "catalogue",
    "records",
    "conformance",
    "frameworks",
    "numerics",
    "operators",
)


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """The packages that a module imports, anywhere in it, and the text of the import."""
    package = path.relative_to(SOURCE).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        base = package[: len(package) - (node.level - 1)]
        names = [node.module] if node.module else [alias.name for alias in node.names]
        for name in names:
            yield [*base, *name.split(".")][0], ast.unparse(node)


def against_the_order(path: Path) -> list[str]:
    own = path.relative_to(SOURCE).with_suffix("").parts[0]
    if own not in ORDER:
        return []
    above = ORDER[: ORDER.index(own)]
    return [f"{path.relative_to(SOURCE)}: {text}" for name, text in imports(path) if name in above]


def test_imports_run_one_way() -> None:
    modules = [path for path in SOURCE.rglob("*.py") if "suites" not in path.parts]
    assert [wrong for path in modules for wrong in against_the_order(path)] == []


def test_every_package_has_its_place_in_the_order() -> None:
    packages = {path.parent.name for path in SOURCE.glob("*/__init__.py")} - {"suites"}
    assert packages <= set(ORDER)


def test_an_import_against_the_order_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.SOURCE", tmp_path)
    module = tmp_path / "numerics" / "bound.py"
    module.parent.mkdir()
    module.write_text("def f():\n    from ..frameworks import call\n", encoding="utf-8")
    assert against_the_order(module) == ["numerics/bound.py: from ..frameworks import call"]


PAGE = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_the_walks_name_modules_and_have_at_most_twelve_steps() -> None:
    text = PAGE.partition("## Three walks")[2].partition("\n## ")[0]
    walks = re.split(r"\n\n(?=A|An)", text)[1:]
    assert len(walks) == 3
    for walk in walks:
        steps = re.findall(r"^\d+\. (.*)$", walk, re.MULTILINE)
        assert 1 < len(steps) <= 12
        folder = Path()
        for name in re.findall(r"`([\w/]+\.py)`", "\n".join(steps)):
            folder = Path(name).parent if "/" in name else folder
            module = SOURCE / name if (SOURCE / name).exists() else SOURCE / folder / name
            assert module.is_file(), name


# Arguments that take their values from a table of this package; a suite's trials are made of tables.
FROM_TABLES = {
    "framework",
    "module",
    "call",
    "dtype",
    "kind",
    "mode",
    "regime",
    "rank",
    "count",
    "target",
}
OF_TABLES = ("conformance", "report")


def unbounded(source: str) -> Iterator[ast.FunctionDef]:
    """The functions with a cache that has no largest size."""
    for node in ast.walk(ast.parse(source)) if "cache" in source else ():
        if isinstance(node, ast.FunctionDef):
            decorators = {ast.unparse(one) for one in node.decorator_list}
            if decorators & {"functools.cache", "functools.lru_cache(maxsize=None)"}:
                yield node


def grows(function: ast.FunctionDef) -> bool:
    """Whether users give a function's arguments, so that its cache grows with what they ask."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return not {one.arg for one in arguments} <= FROM_TABLES


def test_a_cache_of_what_users_give_has_a_largest_size() -> None:
    sources = [
        one for one in SOURCE.rglob("*.py") if one.relative_to(SOURCE).parts[0] not in OF_TABLES
    ]
    growing = [
        f"{path.relative_to(SOURCE)}: {function.name}"
        for path in sources
        for function in unbounded(path.read_text(encoding="utf-8"))
        if grows(function)
    ]
    assert growing == []


def test_a_cache_that_grows_is_found() -> None:
    (one,) = unbounded("@functools.cache\ndef parsed(text: str) -> str: ...")
    assert grows(one)
    (one,) = unbounded("@functools.cache\ndef version(framework: str) -> str: ...")
    assert not grows(one)
