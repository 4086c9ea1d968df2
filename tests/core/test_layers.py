"""Imports in core point downwards only, and have no cycle."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import orderlists

ROOT = Path(orderlists.__file__).parent
SOURCES = sorted(ROOT.rglob("*.py"))
# From the bottom to the top.  Modules and folders of one layer may import each other.
LAYERS = (
    ("_version", "_time", "enums", "errors", "_bug_text", "_redaction", "_attached", "_lazy"),
    ("_clock", "_clock_sync", "_keys", "_models", "_rate_limits"),
    ("_operations", "_observing", "legs", "_attempt", "_policy", "_in_doubt"),
    ("_gate", "_formats"),
    ("_protocols", "testing"),
    ("_connections", "_commands"),
    ("_execution",),
    ("__init__", "extending", "markets", "observing"),
)
HEIGHT = {name: number for number, names in enumerate(LAYERS) for name in names}


def parts_of(path: Path) -> tuple[str, ...]:
    return path.relative_to(ROOT).with_suffix("").parts


def run_time_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield every node but those that only type checkers read."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        yield node
        yield from run_time_nodes(node)


def own_imports(source: str) -> Iterator[tuple[str, ...]]:
    """Yield the parts of the names of core's modules that a source imports when it runs."""
    for node in run_time_nodes(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            package, *parts = node.module.split(".")
            for each in node.names if package == "orderlists" else ():
                is_module = ROOT.joinpath(*parts, each.name).with_suffix(".py").exists()
                yield (*parts, each.name) if is_module else tuple(parts) or ("__init__",)


def upward_imports(source: str, *, layer: str) -> list[tuple[str, ...]]:
    return [each for each in own_imports(source) if HEIGHT[each[0]] > HEIGHT[layer]]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: "/".join(parts_of(path)))
def test_a_module_imports_from_its_own_layer_and_those_below(source: Path) -> None:
    assert upward_imports(source.read_text("utf-8"), layer=parts_of(source)[0]) == []


@pytest.mark.parametrize(
    "breach",
    [
        "from orderlists._execution.engine import Engine",
        "from orderlists import CancelOrderList",
        "from orderlists._connections import manager",
        "def later():\n    from orderlists._commands import Sleep",
    ],
)
def test_an_upward_import_is_caught(breach: str) -> None:
    assert upward_imports(breach, layer="_operations")


def test_there_is_no_import_cycle() -> None:
    graph = {parts_of(path): set(own_imports(path.read_text("utf-8"))) for path in SOURCES}
    TopologicalSorter(graph).prepare()
