"""The page about transports of one's own says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

from orderlists_transports.conformance import CLAUSES

PAGE = Path(__file__).parents[2].joinpath("docs", "custom-transport.md").read_text("utf-8")
EXAMPLE = Path(__file__).parents[2].joinpath("examples", "custom_transport.py").read_text("utf-8")


def test_the_page_shows_the_worked_example_as_it_is() -> None:
    assert f"```python\n{EXAMPLE}```\n" in PAGE


def test_the_worked_example_is_short_enough_to_be_copied() -> None:
    assert len(EXAMPLE.splitlines()) < 66


def test_the_page_leaves_out_what_the_worked_example_breaks() -> None:
    told = EXAMPLE
    left_out = re.findall(r'(?m)^            "(\w+)",$', PAGE)
    assert left_out == sorted(clause.name for clause in CLAUSES if f"`{clause}`" in told)


def test_the_page_lists_the_optional_clauses_with_their_reasons() -> None:
    told = EXAMPLE
    assert re.findall(r"(?m)^\| `(\w+)` \| (.*) \| (kept|broken) \|$", PAGE) == [
        (clause.name, clause.optional, "broken" if f"`{clause}`" in told else "kept")
        for clause in CLAUSES
        if clause.optional is not None
    ]
