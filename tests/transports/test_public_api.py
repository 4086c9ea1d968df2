"""Nothing undocumented of a library is used: no underscore member of an object that is not ours.

Members with one underscore are looked for on anything but `self`, and on names that are imported.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import orderlists_transports

ROOT = Path(orderlists_transports.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))


def private_members(source: str) -> list[str]:
    """Return what a module uses of others that begins with an underscore."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            owner = ast.unparse(node.value)
            if owner not in {"self", "cls"} and not node.attr.endswith("__"):
                found.append(f"{owner}.{node.attr}")
        if isinstance(node, ast.ImportFrom) and not (node.module or "").startswith("orderlists"):
            names = [*(node.module or "").split("."), *(each.name for each in node.names)]
            found += [name for name in names if name.startswith("_") and name != "__future__"]
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_uses_no_underscore_member_of_a_third_party(path: Path) -> None:
    assert private_members(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("connection._new_conn()", ["connection._new_conn"]),
        ("pool.inner._get_conn", ["pool.inner._get_conn"]),
        ("from http.client import _UNKNOWN", ["_UNKNOWN"]),
        ("from _ssl import SSLError", ["_ssl"]),
        ("self._idle; type(x).__name__", []),
    ],
)
def test_an_underscore_member_is_found(source: str, found: list[str]) -> None:
    assert private_members(source) == found
