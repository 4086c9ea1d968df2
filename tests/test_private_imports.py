"""The command line and the pytest plugin use the public names of the other packages alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import orderlists_cli
import orderlists_pytest

PACKAGES = [Path(str(each.__file__)).parent for each in (orderlists_cli, orderlists_pytest)]
SOURCES = [source for package in PACKAGES for source in sorted(package.rglob("*.py"))]


def private_imports(source: str, *, package: str) -> Iterator[str]:
    """Yield what a source imports of another package's private modules."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{each.name}" for each in node.names]
        elif isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        else:
            continue
        for name in names:
            first, *parts = name.split(".")
            is_private = any(part.startswith("_") and part != "__version__" for part in parts)
            if is_private and first != package:
                yield name


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_private_name_of_another_package_is_imported(source: Path) -> None:
    package = next(each.name for each in PACKAGES if each in source.parents)

    assert [*private_imports(source.read_text("utf-8"), package=package)] == []


@pytest.mark.parametrize(
    "breach",
    [
        "from orderlists._rate_limits import INTERVALS",
        "from orderlists_simulator import _engine",
        "import orderlists._keys.key",
        "def later():\n    from orderlists_simulator._validators import Amount",
    ],
)
def test_an_import_of_a_private_name_is_caught(breach: str) -> None:
    assert [*private_imports(breach, package="orderlists_cli")]
