"""Every Python example of the README and the docs runs, and prints the documented output."""

import re
from pathlib import Path
from typing import Any

import pytest

from orderlists_simulator import Simulator

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# An example, and its output if the page shows it next.
EXAMPLE = re.compile(r"(?ms)^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?")
ADDRESS = "http://127.0.0.1:8080"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_examples_of_a_page_run(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    namespace: dict[str, Any] = {"__name__": "page"}
    with Simulator() as simulator:
        for code, printed in EXAMPLE.findall(page.read_text("utf-8")):
            # A free port instead of the documented one.
            exec(compile(code.replace(ADDRESS, simulator.url), page.name, "exec"), namespace)  # noqa: S102 - our own pages
            assert not printed or capsys.readouterr().out == printed
        for name, example in list(namespace.items()):
            if name.startswith("test_"):
                example()
        assert "Client" in namespace or page.name != "README.md"


def test_the_demo_prints_what_the_readme_shows(capsys: pytest.CaptureFixture[str]) -> None:
    demo: dict[str, Any] = {"__name__": "demo"}
    exec(compile((ROOT / "examples" / "demo.py").read_text("utf-8"), "demo.py", "exec"), demo)  # noqa: S102 - our own demo
    demo["main"]()
    out = re.sub(r"127\.0\.0\.1:[0-9]+", "127.0.0.1:40123", capsys.readouterr().out)
    assert f"```text\n$ make demo\n{out}```\n" in PAGES[0].read_text("utf-8")
