"""Limits on the length of modules and functions."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[1] / "tools" / "sizes.py"
if not SCRIPT.exists():
    pytest.skip("the tools are not part of an installed package", allow_module_level=True)


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sizes", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sizes = load()
# They run no code of the packages, and tracing doubles their time.
pytestmark = pytest.mark.no_cover


@pytest.mark.parametrize("package", sizes.PACKAGES, ids=lambda path: path.name)
def test_no_module_is_longer_than_250_lines_of_code(package: Path) -> None:
    assert [each for each in sizes.module_sizes(package) if each.lines > 250] == []


@pytest.mark.parametrize("package", sizes.PACKAGES, ids=lambda path: path.name)
def test_no_function_is_longer_than_40_lines_of_code(package: Path) -> None:
    assert [each for each in sizes.function_sizes(package) if each.lines > 40] == []


def test_docstrings_comments_and_blank_lines_do_not_count_as_code() -> None:
    source = '"""Text.\n\nMore."""\n\n# Comment.\nX = (\n    1\n)\n"""Below."""\n'
    assert sizes.code_lines(source) == {6, 7, 8}
