"""A disconnect at every point of a session, one run for each point.

Nothing is lost silently: each request ends in one of the three outcomes, and it is true; each
event is reported, or a gap in its place.
"""

from typing import Any

import pytest

from client_and_venue import ClientAndVenue, client_and_venue
from clients import CLIENTS
from orderlists import (
    CancelOrderList,
    Evidence,
    ExecutionReport,
    Gap,
    GetOrderList,
    ListStatus,
    OtherEvent,
    OutcomeUnknown,
    Rejected,
    TransportError,
)
from orderlists_simulator import faults as f

LONG_ENOUGH = 20


def run_session(pair: ClientAndVenue) -> tuple[list[str], list[Any]]:
    """Subscribe, query and cancel lists; return the outcomes and the received events."""
    with pair.client.events() as events:
        verdicts = [
            verdict(pair, GetOrderList(order_list_id=0)),
            verdict(pair, CancelOrderList(symbol="LTCBTC", order_list_id=0)),
            verdict(pair, CancelOrderList(symbol="LTCBTC", list_client_order_id="list-1")),
        ]
        seen: list[Any] = []
        while (event := events.wait(30)) is not None:
            seen.append(event)
    return verdicts, seen


def verdict(pair: ClientAndVenue, request: Any) -> str:
    try:
        done = pair.client.send(request)
    except Rejected:
        return "refused"
    except TransportError as error:
        return "not sent" if error.sent is False else "no answer"
    except OutcomeUnknown:
        return "unknown"
    return getattr(getattr(done, "evidence", None), "name", "done")


def reported(seen: list[Any]) -> set[tuple[str, int]]:
    reports = {("report", e.order_id) for e in seen if isinstance(e, ExecutionReport)}
    return reports | {("list", e.order_list_id) for e in seen if isinstance(e, ListStatus)}


EVERYTHING = {("report", n) for n in range(4)} | {("list", 0), ("list", 1)}


@pytest.mark.parametrize("colour", CLIENTS)
def test_a_session_without_a_disconnect(colour: str) -> None:
    with client_and_venue("WebSocket", colour) as pair:
        verdicts, seen = run_session(pair)

    assert verdicts == ["done", "REPLY", "REPLY"]
    assert reported(seen) == EVERYTHING
    assert len(seen) == len(EVERYTHING)


@pytest.mark.parametrize("colour", CLIENTS)
def test_a_disconnect_at_any_point_loses_no_outcome_and_no_event_silently(colour: str) -> None:
    cut = 0
    evidence: set[str] = set()
    while True:
        with client_and_venue("WebSocket", colour, cut=cut) as pair:
            verdicts, seen = run_session(pair)
        if not pair.transport.was_cut:
            break
        about = f"cut at {cut}: {verdicts}, {seen}"
        _, first, second = verdicts
        for number, answer in enumerate((first, second)):
            assert answer in Evidence.__members__, about
            assert pair.venue.order_list(number).canceled_by is not None, about
        evidence |= {first, second}
        gaps = [event for event in seen if isinstance(event, Gap)]
        assert reported(seen) == EVERYTHING or gaps, about
        assert len(gaps) <= 1, about
        assert len(reported(seen)) == len(seen) - len(gaps), (
            f"something was reported twice; {about}"
        )
        assert not any(isinstance(event, OtherEvent) for event in seen), about
        cut += 1

    assert cut >= LONG_ENOUGH
    assert evidence >= {"REPLY", "QUERY"}


@pytest.mark.parametrize("colour", CLIENTS)
@pytest.mark.parametrize("how", [f.Disconnect(), f.Disconnect("reset"), f.ShutDown(0)], ids=repr)
def test_a_disconnect_between_requests_reconnects_and_loses_nothing_silently(
    colour: str, how: Any
) -> None:
    with (
        client_and_venue("WebSocket", colour, events=[(1, how)]) as pair,
        pair.client.events() as events,
    ):
        pair.clock.sleep(2)
        done = pair.client.send(CancelOrderList(symbol="LTCBTC", order_list_id=0))
        seen: list[Any] = []
        while (event := events.wait(30)) is not None:
            seen.append(event)

    assert done.order_list_id == 0
    all_reported = {("report", 0), ("report", 1), ("list", 0)} <= reported(seen)
    assert all_reported or any(isinstance(event, Gap) for event in seen)
