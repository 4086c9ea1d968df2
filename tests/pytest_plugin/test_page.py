"""The files on the page about tests of a bot run, and print the documented output."""

import re
from pathlib import Path

import pytest

from orderlists_pytest import plugin

PAGE = Path(__file__).parents[2] / "docs" / "testing-your-bot.md"
# A file with its name, and what a run of it prints if the page shows that next.
FILE = re.compile(r'(?ms)^```python title="(\w+\.py)"\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?')
FILES = {name: (code, printed) for name, code, printed in FILE.findall(PAGE.read_text("utf-8"))}
# The plugin for asynchronous tests that a file needs, and the options for it.
PLUGINS = {
    "test_with_anyio.py": ("anyio", ["-p", "anyio.pytest_plugin"]),
    "test_with_pytest_asyncio.py": (
        "pytest_asyncio",
        ["-p", "pytest_asyncio.plugin", "-o", "asyncio_default_fixture_loop_scope=function"],
    ),
}
TESTS = {
    "test_bot.py": 10,
    "test_async_bot.py": 1,
    "test_with_anyio.py": 1,
    "test_with_pytest_asyncio.py": 2,
    "test_process.py": 1,
    "test_broken.py": 0,
}


@pytest.mark.parametrize("name", TESTS)
def test_a_file_of_the_page_runs(
    name: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for file, (code, _) in FILES.items():
        (pytester.path / file).write_text(code, "utf-8")
    options = ["-p", "no:cacheprovider", "-W", "error", name]
    if name in PLUGINS:
        module, more = PLUGINS[name]
        pytest.importorskip(module)
        options += more

    result = pytester.runpytest_inprocess(*options, plugins=[plugin])

    printed = FILES[name][1]
    result.assert_outcomes(passed=TESTS[name], failed=1 if printed else 0)
    assert printed in result.stdout.str()


def test_every_file_of_the_page_is_run() -> None:
    assert {name for name in FILES if name.startswith("test_")} == set(TESTS)
    assert "```python\n" not in PAGE.read_text("utf-8")
