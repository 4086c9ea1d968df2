"""A bug of a user's code is shown as what it is, sent once, over each protocol and client."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from cells import meet
from orderlists import (
    CancelOrderList,
    GetOrderList,
    Json,
    OutcomeUnknown,
    Rest,
    WebSocketApi,
)
from orderlists.extending import exact_json

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)
CELLS = [(p, c) for p in (Rest, WebSocketApi) for c in ("sync", "async")]


def parser(_: bytes) -> Any:
    raise KeyError("status")


class UnreadableResult(Json):
    """A format with a mistake in the reading of results."""

    def decode(self, body: bytes, shape: Any, unit: Any) -> Any:
        raise ZeroDivisionError(len(body), shape, unit)

    def decode_result(self, reply: Any, shape: Any, unit: Any) -> Any:
        raise ZeroDivisionError(reply, shape, unit)


def ids(value: object) -> str:
    return getattr(value, "__name__", str(value))


@pytest.mark.parametrize(
    ("format_", "kind"),
    [(Json(parser=parser), KeyError), (UnreadableResult(parser=exact_json), ZeroDivisionError)],
    ids=ids,
)
@pytest.mark.parametrize(("protocol", "colour"), CELLS, ids=ids)
def test_a_bug_in_a_format_is_not_retried_and_is_the_cause_of_the_unknown_outcome(
    protocol: Callable[..., Any], colour: str, format_: Json, kind: type[Exception]
) -> None:
    with (
        meet("", colour, speaks=protocol(format=format_)) as meeting,
        pytest.raises(OutcomeUnknown) as caught,
    ):
        meeting.client.send(CANCEL)
    assert isinstance(caught.value.__cause__, kind)
    assert f"{kind.__name__} raised in" in str(caught.value)
    assert len(meeting.cancels) == 1
    assert len(caught.value.attempts) == 1
    assert meeting.venue.order_list(0).canceled_by is not None


@pytest.mark.parametrize(("protocol", "colour"), CELLS, ids=ids)
def test_a_bug_in_a_format_is_raised_as_it_is_where_nothing_changes(
    protocol: Callable[..., Any], colour: str
) -> None:
    began = time.monotonic()
    with (
        meet("", colour, speaks=protocol(format=UnreadableResult(parser=exact_json))) as meeting,
        pytest.raises(ZeroDivisionError) as caught,
    ):
        meeting.client.send(GetOrderList(order_list_id=0))
    (note, *_) = caught.value.__notes__
    assert "while reading a reply of" in note
    assert "bytes" in note
    assert time.monotonic() - began < 2
