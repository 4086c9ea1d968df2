"""A bug in a user's code is raised unchanged and never retried, over each protocol and client."""

from collections.abc import Callable
from typing import Any

import pytest

from client_and_venue import START, client_and_venue, venue_with_lists
from clients import CLIENTS, key_of
from orderlists import (
    CancelOrderList,
    GetOrderList,
    Json,
    OutcomeUnknown,
    Rest,
    WebSocketApi,
)
from orderlists.extending import exact_json
from orderlists_simulator import EXAMPLE_KEY, VenueTransport, VirtualClock
from orderlists_transports import Clocks

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)
COMBINATIONS = [(p, c) for p in (Rest, WebSocketApi) for c in ("sync", "async")]


def parser(_: bytes) -> Any:
    raise KeyError("status")


class UnreadableResult(Json):
    """A format with a bug in the decoding of results."""

    def decode(self, reply: Any, shape: Any, unit: Any) -> Any:
        raise ZeroDivisionError(reply, shape, unit)

    def decode_result(self, reply: Any, shape: Any, unit: Any) -> Any:
        raise ZeroDivisionError(reply, shape, unit)


def ids(value: object) -> str:
    return getattr(value, "__name__", str(value))


@pytest.mark.parametrize(
    ("format_", "kind"),
    [(Json(parser=parser), KeyError), (UnreadableResult(parser=exact_json), ZeroDivisionError)],
    ids=ids,
)
@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS, ids=ids)
def test_a_bug_in_a_format_is_not_retried_and_is_the_cause_of_the_unknown_outcome(
    protocol: Callable[..., Any], colour: str, format_: Json, kind: type[Exception]
) -> None:
    with (
        client_and_venue("", colour, protocol=protocol(format=format_)) as pair,
        pytest.raises(OutcomeUnknown) as caught,
    ):
        pair.client.send(CANCEL)
    assert isinstance(caught.value.__cause__, kind)
    assert f"{kind.__name__} raised in" in str(caught.value)
    assert len(pair.cancels) == 1
    assert len(caught.value.attempts) == 1
    assert pair.venue.order_list(0).canceled_by is not None


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_a_clock_that_raises_after_a_cancel_was_sent_is_the_cause_of_outcome_unknown(
    colour: str,
) -> None:
    venue, time_ = venue_with_lists(), VirtualClock(START)

    def monotonic() -> int:
        if venue.log.entries:
            raise ZeroDivisionError
        return time_.now()

    clocks = Clocks(wall=time_.now, monotonic=monotonic)
    transport = VenueTransport(venue, clock=time_)
    settings: Any = {"transport": transport, "clock": time_, "clocks": clocks}
    with (
        CLIENTS[colour](key_of(EXAMPLE_KEY), **settings) as client,
        pytest.raises(OutcomeUnknown) as caught,
    ):
        client.send(CANCEL)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert len(caught.value.attempts) == 1
    assert venue.order_list(0).canceled_by is not None


@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS, ids=ids)
def test_a_bug_in_a_format_is_raised_unchanged_from_a_query(
    protocol: Callable[..., Any], colour: str
) -> None:
    with (
        client_and_venue(
            "", colour, protocol=protocol(format=UnreadableResult(parser=exact_json))
        ) as pair,
        pytest.raises(ZeroDivisionError) as caught,
    ):
        pair.client.send(GetOrderList(order_list_id=0))
    (note, *_) = caught.value.__notes__
    assert "while reading a reply of" in note
    assert "bytes" in note
    assert len(pair.venue.log.entries) == 1
    assert pair.clock.now() == START
