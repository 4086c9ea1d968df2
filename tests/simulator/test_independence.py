"""The venue is the truth that the client is measured by, so it shares no code with it."""

import ast
from pathlib import Path

import pytest

import orderlists_simulator

SOURCES = sorted(Path(orderlists_simulator.__file__).parent.glob("*.py"))
SHARED = {
    *("Frame", "HttpRequest", "HttpResponse"),
    *("HIDDEN", "HandshakeRefused", "InvalidSetting", "MissingExtra", "TransportError"),
    "HmacKey",  # Handed to who asks for a key to sign with; the venue verifies by itself.
}


def imports(source: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            found += [(node.module or "", each.name) for each in node.names]
        elif isinstance(node, ast.Import):
            found += [(each.name, "*") for each in node.names]
    return found


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_only_messages_and_errors_come_from_the_core(source: Path) -> None:
    taken = [
        (module, name)
        for module, name in imports(source.read_text())
        if module.partition(".")[0] in {"orderlists", "orderlists_transports"}
    ]

    assert {module for module, _ in taken} <= {
        "orderlists",
        "orderlists.errors",
        "orderlists.extending",
    }
    assert {name for _, name in taken} <= SHARED


def test_a_breach_would_be_seen() -> None:
    assert imports("import orderlists\nfrom orderlists._time import Instant") == [
        ("orderlists", "*"),
        ("orderlists._time", "Instant"),
    ]
