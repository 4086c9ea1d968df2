"""A connection that breaks at every point of a conversation, one run for each point.

Nothing is lost silently: each request ends in one of the three answers, and it is a true one; each
event is told, or a gap in its place.
"""

from typing import Any

import pytest

from cells import Meeting, meet
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


def converse(meeting: Meeting) -> tuple[list[str], list[Any]]:
    """Watch while lists are looked at and cancelled; return the verdicts, and what was seen."""
    with meeting.client.events() as events:
        verdicts = [
            verdict(meeting, GetOrderList(order_list_id=0)),
            verdict(meeting, CancelOrderList(symbol="LTCBTC", order_list_id=0)),
            verdict(meeting, CancelOrderList(symbol="LTCBTC", list_client_order_id="list-1")),
        ]
        seen: list[Any] = []
        while (event := events.wait(30)) is not None:
            seen.append(event)
    return verdicts, seen


def verdict(meeting: Meeting, request: Any) -> str:
    try:
        done = meeting.client.send(request)
    except Rejected:
        return "refused"
    except TransportError as error:
        return "not sent" if error.sent is False else "no answer"
    except OutcomeUnknown:
        return "unknown"
    return getattr(getattr(done, "evidence", None), "name", "done")


def told(seen: list[Any]) -> set[tuple[str, int]]:
    reports = {("report", e.order_id) for e in seen if isinstance(e, ExecutionReport)}
    return reports | {("list", e.order_list_id) for e in seen if isinstance(e, ListStatus)}


EVERYTHING = {("report", n) for n in range(4)} | {("list", 0), ("list", 1)}


@pytest.mark.parametrize("colour", CLIENTS)
def test_whole_conversation_without_a_cut(colour: str) -> None:
    with meet("WebSocket", colour) as meeting:
        verdicts, seen = converse(meeting)

    assert verdicts == ["done", "REPLY", "REPLY"]
    assert told(seen) == EVERYTHING
    assert len(seen) == len(EVERYTHING)


@pytest.mark.parametrize("colour", CLIENTS)
def test_a_cut_at_any_point_loses_nothing_silently(colour: str) -> None:
    cut = 0
    evidence: set[str] = set()
    while True:
        with meet("WebSocket", colour, cut=cut) as meeting:
            verdicts, seen = converse(meeting)
        if not meeting.transport.was_cut:
            break
        about = f"cut at {cut}: {verdicts}, {seen}"
        _, first, second = verdicts
        for number, answer in enumerate((first, second)):
            assert answer in Evidence.__members__, about
            assert meeting.venue.order_list(number).canceled_by is not None, about
        evidence |= {first, second}
        gaps = [event for event in seen if isinstance(event, Gap)]
        assert told(seen) == EVERYTHING or gaps, about
        assert len(gaps) <= 1, about
        assert len(told(seen)) == len(seen) - len(gaps), f"something was told twice; {about}"
        assert not any(isinstance(event, OtherEvent) for event in seen), about
        cut += 1

    assert cut >= LONG_ENOUGH
    assert evidence >= {"REPLY", "QUERY"}


@pytest.mark.parametrize("colour", CLIENTS)
@pytest.mark.parametrize("how", [f.Disconnect(), f.Disconnect("reset"), f.ShutDown(0)], ids=repr)
def test_an_end_between_requests_loses_nothing_silently(colour: str, how: Any) -> None:
    with (
        meet("WebSocket", colour, events=[(1, how)]) as meeting,
        meeting.client.events() as events,
    ):
        meeting.clock.sleep(2)
        done = meeting.client.send(CancelOrderList(symbol="LTCBTC", order_list_id=0))
        seen: list[Any] = []
        while (event := events.wait(30)) is not None:
            seen.append(event)

    assert done.order_list_id == 0
    told_all = {("report", 0), ("report", 1), ("list", 0)} <= told(seen)
    assert told_all or any(isinstance(event, Gap) for event in seen)
