"""Imports between the folders of the simulator run downwards only, and not to the client."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import orderlists
import orderlists_simulator
from orderlists_simulator import faults

ROOT = Path(orderlists_simulator.__file__).parent
SOURCES = sorted(ROOT.rglob("*.py"))
LAYERS = (
    ("__init__", "__main__", "extending", "faults"),
    ("_serving",),
    ("_virtual_time",),
    ("_protocols",),
    ("_faults",),
    ("_api",),
    ("example",),
    ("_engine",),
    ("_sbe",),
    ("_json_input", "_validators"),
)
HEIGHT = {name: -number for number, names in enumerate(LAYERS) for name in names}
SHARED = {
    *("Frame", "HttpRequest", "HttpResponse"),
    *("HIDDEN", "HandshakeRefused", "InvalidSetting", "MissingExtra", "TransportError"),
    "HmacKey",  # Returned to tests that need a key to sign with; the venue verifies by itself.
}


def imports(source: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            found += [(node.module or "", each.name) for each in node.names]
        elif isinstance(node, ast.Import):
            found += [(each.name, "*") for each in node.names]
    return found


def own_imports(source: str) -> Iterator[tuple[str, ...]]:
    """Yield the parts of the names of the simulator's modules that a source imports."""
    for module, name in imports(source):
        package, *parts = module.split(".")
        if package == "orderlists_simulator":
            is_module = (ROOT.joinpath(*parts, name).with_suffix(".py")).exists()
            yield (*parts, name) if is_module else tuple(parts) or ("__init__",)


def upward_imports(source: str, *, layer: str) -> list[tuple[str, ...]]:
    return [each for each in own_imports(source) if HEIGHT[each[0]] > HEIGHT[layer]]


def parts_of(path: Path) -> tuple[str, ...]:
    return path.relative_to(ROOT).with_suffix("").parts


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: "/".join(parts_of(path)))
def test_a_module_imports_from_its_own_folder_and_those_below(source: Path) -> None:
    assert upward_imports(source.read_text(), layer=parts_of(source)[0]) == []


@pytest.mark.parametrize(
    "breach",
    [
        "from orderlists_simulator._protocols.rest import RestServerProtocol",
        "from orderlists_simulator import Venue",
        "from orderlists_simulator._serving import server",
        "if TYPE_CHECKING:\n    from orderlists_simulator._api.endpoint import Endpoint",
    ],
)
def test_an_import_upwards_is_noticed(breach: str) -> None:
    assert upward_imports(breach, layer="_engine")


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {parts_of(path): set(own_imports(path.read_text())) for path in SOURCES}

    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: "/".join(parts_of(path)))
def test_only_messages_errors_and_one_key_are_imported_from_the_client(source: Path) -> None:
    taken = [
        (module, name)
        for module, name in imports(source.read_text())
        if module.partition(".")[0] in {"orderlists", "orderlists_transports"}
    ]

    public = {"orderlists", "orderlists.errors", "orderlists.extending"}
    assert {module for module, _ in taken} <= public
    assert {name for _, name in taken} <= SHARED


def test_an_import_of_a_private_module_of_the_client_is_noticed() -> None:
    assert imports("import orderlists\nfrom orderlists._time import Instant") == [
        ("orderlists", "*"),
        ("orderlists._time", "Instant"),
    ]


def test_no_public_name_is_one_of_the_client() -> None:
    public = {*orderlists_simulator.__all__, *faults.__all__}

    assert public & set(orderlists.__all__) == set()
