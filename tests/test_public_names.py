"""The public names: all listed in docs/names.md, all documented, and limited in number."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "tools" / "public_names.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("public_names", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if not SCRIPT.exists():
    pytest.skip("the tools are not part of an installed package", allow_module_level=True)
public_names = load()
NAMES = [
    (module, name) for module in public_names.MODULES for name in public_names.names_of(module)
]


@pytest.mark.parametrize(("module", "name"), NAMES, ids=[".".join(each) for each in NAMES])
def test_every_public_name_is_documented(module: str, name: str) -> None:
    assert public_names.summary_of(module, name)


def test_the_page_of_public_names_is_up_to_date() -> None:
    assert public_names.PAGE.read_text("utf-8") == public_names.page()


def test_the_number_of_public_names_stays_small() -> None:
    # Each operation of the order-list area of the exchange adds its request and its result.
    assert len(public_names.names_of("orderlists")) <= 90
