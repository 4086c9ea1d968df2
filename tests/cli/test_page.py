"""The recordings of the command line in the documentation."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "cli_recordings.py"
if not SCRIPT.exists():
    pytest.skip("the tools are not part of an installed package", allow_module_level=True)


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("cli_recordings", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_shows_what_the_command_line_prints() -> None:
    tool = load()
    text = tool.PAGE.read_text("utf-8")

    assert "$ orderlists watch" in text
    assert tool.page(text) == text


def test_every_line_of_the_recordings_fits_into_80_columns() -> None:
    shown = load().PAGE.read_text("utf-8").split("<!-- recording of ")[1:]

    lines = [line for each in shown for line in each.partition("<!-- end -->")[0].splitlines()]
    assert max(map(len, lines)) <= 80
