"""Redaction of signed text in the exceptions of a user's transport."""

import pytest

from orderlists._redaction import without_secrets
from orderlists.errors import RedactedBug

API_KEY = "k" * 64
LEAK = ValueError("GET /api/v3/orderList?signature=c8db56")


def chained(bug: Exception, cause: Exception) -> Exception:
    bug.__cause__ = cause
    return bug


def noted(bug: Exception) -> Exception:
    bug.add_note(f"apiKey={API_KEY}")
    return bug


@pytest.mark.parametrize(
    "bug",
    [
        LEAK,
        KeyError(f"X-MBX-APIKEY: {API_KEY}"),
        OSError("sent ", {"SIGNATURE": "c8db56"}),
        chained(RuntimeError("lost"), LEAK),
        noted(RuntimeError("lost")),
        ExceptionGroup("two", [KeyError("a"), chained(KeyError("b"), LEAK)]),
    ],
    ids=repr,
)
def test_a_bug_whose_texts_hold_signed_text_is_described_instead(bug: Exception) -> None:
    shown = without_secrets(bug, API_KEY)
    assert isinstance(shown, RedactedBug)
    assert type(bug).__name__ in str(shown)
    assert (shown.__cause__, shown.__context__) == (None, None)
    assert "c8db56" not in str(shown)


@pytest.mark.parametrize(
    "bug", [KeyError("status"), chained(KeyError("a"), OSError("b"))], ids=repr
)
def test_any_other_bug_is_returned_unchanged(bug: Exception) -> None:
    assert without_secrets(bug, API_KEY) is bug


def test_a_bug_with_a_cyclic_cause_is_described_instead() -> None:
    first, second = KeyError("a"), KeyError("b")
    first.__cause__, second.__cause__ = second, first
    assert isinstance(without_secrets(first, API_KEY), RedactedBug)
