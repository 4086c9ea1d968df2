"""What keeps connections, without any: events, limits and what is remembered."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderlists import (
    Gap,
    GapReason,
    GetServerTime,
    HmacKey,
    OtherEvent,
    TransportError,
    WebSocketApi,
)
from orderlists._clock import ServerClock
from orderlists._connections.connection import Link
from orderlists._connections.event_evidence import EventEvidence
from orderlists._connections.event_queue import EventQueue
from orderlists._connections.manager import Session
from orderlists._operations.user_data_stream import SubscribeSigned
from strategies import frames

SECOND = 1_000_000_000
API = WebSocketApi()
KEY = HmacKey(api_key="k" * 64, secret="s")


def a_session() -> Session:
    return WebSocketApi().session(key=KEY, clock=ServerClock(wall=0, monotonic=0))


def connected(session: Session, now: int = 0) -> Link:
    link = session.connected("connection", now)
    session.take_over(link)
    return link


def post(session: Session, link: Link, request: Any, woken: list[int]) -> Any:
    at = session.clock.at(0)
    return session.post(link, request, at=at, now=0, wake=lambda: woken.append(1))[0]


def told(kind: str = "balanceUpdate", **fields: Any) -> str:
    return json.dumps({"subscriptionId": 0, "event": {"e": kind, "E": 1, **fields}})


def subscribed(session: Session, link: Link, number: int = 0) -> None:
    pending = post(session, link, SubscribeSigned(), [])
    answer = {"id": pending.id, "status": 200, "result": {"subscriptionId": number}}
    session.heard(link, json.dumps(answer), 0)


def event(fields: dict[str, Any]) -> Any:
    return API.read(json.dumps({"event": fields}))


def everything(feed: EventQueue) -> list[Any]:
    items: list[Any] = []
    while (item := feed.take()) is not None:
        items.append(item)
    return items


# Connections.


def test_no_more_than_three_hundred_connections_are_asked_for_in_five_minutes() -> None:
    session = a_session()
    for number in range(300):
        assert session.pacing.pause(number * SECOND // 10) == 0
        session.pacing.connecting(number * SECOND // 10)

    assert session.pacing.pause(30 * SECOND) == 270 * SECOND
    assert session.pacing.pause(300 * SECOND) == 0


def test_failures_make_the_next_try_later_and_a_connection_that_lasts_makes_it_soon() -> None:
    session = a_session()
    pauses: list[int] = []
    for _ in range(12):
        session.pacing.failed(0, "no route")
        pauses.append(session.pacing.pause(0))
    assert pauses == sorted(pauses)
    assert pauses[0] == SECOND // 10
    assert pauses[-1] == 30 * SECOND

    link = connected(session, 60 * SECOND)
    session.lost(link, TransportError("over", sent=None), 80 * SECOND)
    session.pacing.failed(80 * SECOND, "no route")
    assert session.pacing.pause(80 * SECOND) == SECOND // 10


def test_a_connection_that_was_told_to_go_while_it_was_introduced_takes_no_requests() -> None:
    session = a_session()
    link = session.connected("connection", 0)
    session.heard(link, told("serverShutdown"), 0)
    session.take_over(link)

    assert session.current is None
    assert session.take_idle(0) == [link]


def test_what_is_in_flight_ends_with_its_connection_and_only_once() -> None:
    session, woken = a_session(), list[int]()
    link = connected(session)
    pending = post(session, link, GetServerTime(), woken)
    for _ in range(2):
        session.lost(link, TransportError("gone", sent=None), 1)

    assert isinstance(pending.outcome, TransportError)
    assert pending.outcome.sent is None
    assert woken == [1]


def test_a_late_a_second_and_a_strange_answer_change_nothing() -> None:
    session, woken = a_session(), list[int]()
    link = connected(session)
    pending = post(session, link, GetServerTime(), woken)
    first = {"id": pending.id, "status": 200, "result": {"serverTime": 1}}
    for answer in (first, {**first, "status": 400}, {**first, "id": 99}, {**first, "id": "x"}):
        session.heard(link, json.dumps(answer), 1)

    assert API.decode(GetServerTime(), pending.outcome).server_time.value == 1
    assert woken == [1]
    assert session.current is link


def test_whoever_was_interrupted_while_subscribing_leaves_the_connection_to_end() -> None:
    session = a_session()
    link = connected(session)
    pending = post(session, link, SubscribeSigned(), [])
    session.heard(link, "{}", 1)
    session.give_up(link, pending, in_time=True)

    assert session.current is None


@settings(max_examples=60)
@given(st.lists(frames, max_size=8))
def test_no_frame_breaks_a_session(arriving: list[str | bytes]) -> None:
    session, woken = a_session(), list[int]()
    feed = session.watch(100)
    link = connected(session)
    subscribed(session, link)
    pending = post(session, link, GetServerTime(), woken)
    for number, frame in enumerate(arriving):
        session.heard(link, frame, number)

    assert pending.is_done == bool(woken)
    assert all(isinstance(item, Gap | OtherEvent) for item in everything(feed))


# Events.


def test_two_connections_that_tell_the_same_tell_it_once() -> None:
    session = a_session()
    feed = session.watch(100)
    old = connected(session)
    subscribed(session, old)
    session.retire(old)
    new = connected(session)
    subscribed(session, new)
    for link in (old, new):
        session.heard(link, told(n=1), 1)
        session.heard(link, told(n=2), 1)
    session.unsubscribed(old, lossless=True)
    session.heard(new, told(n=3), 1)
    session.heard(new, told(n=3), 1)

    assert [item.fields["n"] for item in everything(feed)] == [1, 2, 3, 3]


def test_what_the_old_connection_told_last_is_not_told_again_by_the_new_one() -> None:
    session = a_session()
    feed = session.watch(100)
    old = connected(session)
    subscribed(session, old)
    session.retire(old)
    new = connected(session)
    subscribed(session, new)
    session.heard(old, told(n=1), 1)
    session.unsubscribed(old, lossless=True)
    session.heard(new, told(n=1), 1)

    assert [item.fields["n"] for item in everything(feed)] == [1]


def test_what_two_connections_told_is_not_remembered_without_end() -> None:
    session = a_session()
    feed = session.watch(100_000)
    old = connected(session)
    subscribed(session, old)
    session.retire(old)
    new = connected(session)
    subscribed(session, new)
    many = 10_010
    for number in range(many):
        session.heard(old, told(n=number), 1)
    session.heard(new, told(n=1), 1)
    session.heard(new, told(n=many - 1), 1)

    assert len(everything(feed)) == many + 1


def test_an_old_connection_that_ends_before_its_farewell_leaves_a_gap() -> None:
    session = a_session()
    feed = session.watch(100)
    old = connected(session)
    subscribed(session, old)
    session.retire(old)
    subscribed(session, connected(session))
    session.lost(old, TransportError("gone", sent=None), 1)

    assert everything(feed) == [Gap(reason=GapReason.CONNECTION)]


def test_an_old_connection_that_does_not_say_farewell_leaves_a_gap() -> None:
    session = a_session()
    feed = session.watch(100)
    old = connected(session)
    subscribed(session, old)
    session.retire(old)
    subscribed(session, connected(session))
    session.unsubscribed(old, lossless=False)
    session.heard(old, told(n=1), 1)

    assert everything(feed) == [Gap(reason=GapReason.CONNECTION)]


def test_a_gap_comes_before_the_first_event_that_follows_it() -> None:
    session = a_session()
    feed = session.watch(100)
    old = connected(session)
    subscribed(session, old)
    session.lost(old, TransportError("gone", sent=None), 1)
    new = connected(session)
    subscribed(session, new)
    session.heard(new, told(n=1), 1)
    gap, after = everything(feed)

    assert gap == Gap(reason=GapReason.CONNECTION)
    assert isinstance(after, OtherEvent)


def test_what_a_watcher_missed_is_no_business_of_the_next_one() -> None:
    session = a_session()
    feed = session.watch(100)
    link = connected(session)
    subscribed(session, link)
    session.lost(link, TransportError("gone", sent=None), 1)
    session.unwatch(feed)
    another = session.watch(100)
    subscribed(session, connected(session))

    assert everything(another) == []


def test_a_subscription_that_is_refused_is_none() -> None:
    session = a_session()
    link = connected(session)
    pending = post(session, link, SubscribeSigned(), [])
    refused = {"id": pending.id, "status": 400, "error": {"code": -2035, "msg": "x"}}
    session.heard(link, json.dumps(refused), 0)

    assert link.subscription is None
    session.heard(link, told(n=1), 1)


def test_a_watcher_who_forgot_to_close_is_fed_no_more() -> None:
    session = a_session()
    session.watch(10)

    assert not session.news.is_watched


@given(size=st.integers(1, 5), count=st.integers(0, 12))
def test_a_feed_keeps_the_latest_and_counts_what_it_dropped(size: int, count: int) -> None:
    feed = EventQueue(size)
    for number in range(count):
        feed.put(OtherEvent(event_type=str(number), fields={}))
    items = everything(feed)

    dropped = max(0, count - size)
    if dropped:
        assert items.pop(0) == Gap(reason=GapReason.BUFFER, count=dropped)
    assert [item.event_type for item in items] == [str(n) for n in range(dropped, count)]
    assert len(feed) == 0


def test_what_a_dropped_gap_stood_for_is_not_counted() -> None:
    feed = EventQueue(1)
    feed.put(Gap(reason=GapReason.CONNECTION))
    feed.put(OtherEvent(event_type="x", fields={}))

    assert feed.take() == Gap(reason=GapReason.BUFFER, count=None)


def test_a_witness_forgets_what_is_long_past(vectors: dict[str, Any]) -> None:
    (report,) = (one for one in vectors["events"] if one["event"]["e"] == "executionReport")
    witness = EventEvidence()
    (status,) = (one for one in vectors["events"] if one["event"]["e"] == "listStatus")
    witness.note(event(status["event"] | {"g": 2, "L": "ALL_DONE"}))
    for number in range(1001):
        canceled = {"g": 2, "x": "CANCELED", "X": "CANCELED", "c": f"cancel-{number}"}
        witness.note(event(report["event"] | canceled))

    assert witness.proof("cancel-0") is None
    proof = witness.proof("cancel-1000")
    assert proof is not None
    assert proof.order_list_id == 2


@pytest.mark.parametrize("change", [{"x": "NEW"}, {"X": "EXPIRED"}, {"g": -1}])
def test_only_a_canceled_order_of_a_list_is_a_proof(
    vectors: dict[str, Any], change: dict[str, Any]
) -> None:
    (report,) = (one for one in vectors["events"] if one["event"]["e"] == "executionReport")
    (status,) = (one for one in vectors["events"] if one["event"]["e"] == "listStatus")
    witness = EventEvidence()
    canceled = {"g": 2, "x": "CANCELED", "X": "CANCELED", "c": "mine"} | change
    witness.note(event(report["event"] | canceled))
    witness.note(event(status["event"] | {"L": "ALL_DONE"}))

    assert witness.proof("mine") is None
