"""The text of events."""

from typing import Any

import pytest

from orderlists import Evidence, Instant, TimeUnit
from orderlists.observing import (
    CallEnded,
    CallVerdict,
    ClientEvent,
    ClockMeasured,
    ConnectionClosed,
    ConnectionDelayed,
    ConnectionFailed,
    ConnectionOpened,
    RateLimitReached,
    RecoveryStep,
    ReplyLost,
    ReplyReceived,
    RequestSent,
    Retrying,
    Step,
    Waiting,
    WaitReason,
    describe,
)

AT: Any = {"at": Instant(0, TimeUnit.MICROSECOND)}
OF: Any = AT | {
    "call": 7,
    "operation": "Cancel Order List",
    "symbol": "LTCBTC",
    "ids": {"orderListId": 0},
    "elapsed": 1.5,
}
SENT: Any = OF | {"attempt": 2, "request": "Query Order"}
TABLE: list[tuple[ClientEvent, str]] = [
    (RequestSent(**SENT, weight=2), "request 2 sent: Query Order"),
    (
        RequestSent(**(SENT | {"request": "Cancel Order List"}), weight=1),
        "request 2 sent: Cancel Order List (LTCBTC, orderListId 0)",
    ),
    (
        RequestSent(**(SENT | {"request": "Cancel Order List", "symbol": None}), weight=1),
        "request 2 sent: Cancel Order List",
    ),
    (
        ReplyReceived(**SENT, seconds=0.25, failure=None, reason=None, used_weight=1),
        "reply to request 2 after 0.250 s: a result",
    ),
    (
        ReplyReceived(**SENT, seconds=0.25, failure="REFUSED", reason="no", used_weight=1),
        "reply to request 2 after 0.250 s: REFUSED (no)",
    ),
    (
        ReplyLost(**SENT, seconds=0.25, sent=None, reason="reset"),
        "request 2 has no reply after 0.250 s: reset",
    ),
    (
        ReplyLost(**SENT, seconds=0.25, sent=False, reason="no route"),
        "request 2 was not sent: no route",
    ),
    (Waiting(**OF, reason=WaitReason.TURN, seconds=None), "waits for its turn"),
    (Waiting(**OF, reason=WaitReason.BACK_OFF, seconds=0.1), "waits 0.100 s for back-off"),
    (Waiting(**OF, reason=WaitReason.RATE_LIMIT, seconds=3.0), "waits 3.000 s for a rate limit"),
    (
        Retrying(**OF, attempt=1, failure="LIMITED", reason="HTTP\n429"),
        "retry after request 1, LIMITED: HTTP 429",
    ),
    (
        RecoveryStep(**OF, step=Step.BEGIN, request=None, reason="reset"),
        "outcome unknown, recovery begins: reset",
    ),
    (
        RecoveryStep(**OF, step=Step.QUERY, request="Query Order", reason="reset"),
        "recovery queries: Query Order",
    ),
    (
        RecoveryStep(**OF, step=Step.AWAIT_EVENT, request=None, reason="reset"),
        "recovery looks for an event",
    ),
    (
        CallEnded(
            **OF,
            verdict=CallVerdict.DONE,
            outcome=1,
            evidence=Evidence.QUERY,
            reason=None,
            requests=4,
        ),
        "DONE, known by QUERY, 4 requests in 1.500 s",
    ),
    (
        CallEnded(
            **OF,
            verdict=CallVerdict.REFUSED,
            outcome=1,
            evidence=None,
            reason="code -2011",
            requests=1,
        ),
        "REFUSED, 1 request in 1.500 s: code -2011",
    ),
    (
        ClockMeasured(**AT, moved=-0.5, error=0.01, call=3),
        "call 3 measured the clock: moved -0.500 s, error 0.010 s",
    ),
    (
        ClockMeasured(**AT, moved=30, error=0.01, call=None),
        "a connection measured the clock: moved +30.000 s, error 0.010 s",
    ),
    (
        RateLimitReached(**AT, seconds=3, is_ban=False, orders_only=False, reason="HTTP 429"),
        "requests blocked for 3.000 s: HTTP 429",
    ),
    (
        RateLimitReached(**AT, seconds=3, is_ban=True, orders_only=False, reason="HTTP 418"),
        "requests banned for 3.000 s: HTTP 418",
    ),
    (
        RateLimitReached(**AT, seconds=9, is_ban=False, orders_only=True, reason="code -1015"),
        "placements blocked for 9.000 s: code -1015",
    ),
    (ConnectionOpened(**AT, connection=1, is_reconnect=False), "connection 1 opened"),
    (ConnectionOpened(**AT, connection=2, is_reconnect=True), "connection 2 reconnected"),
    (
        ConnectionClosed(
            **AT, connection=1, by_client=False, reason="reset", in_flight=2, seconds=9
        ),
        "connection 1 lost after 9.000 s, 2 in flight: reset",
    ),
    (
        ConnectionClosed(
            **AT, connection=1, by_client=True, reason="closed", in_flight=0, seconds=9
        ),
        "connection 1 closed after 9.000 s, 0 in flight: closed",
    ),
    (ConnectionFailed(**AT, reason="no route"), "connecting failed: no route"),
    (ConnectionDelayed(**AT, seconds=0.1, reason="no route"), "next attempt in 0.100 s, after: no"),
]


@pytest.mark.parametrize(("event", "text"), TABLE, ids=[text for _, text in TABLE])
def test_the_text_of_an_event_is_one_line(event: ClientEvent, text: str) -> None:
    line = describe(event)
    assert line.removeprefix("call 7, Cancel Order List: ").startswith(text)
    assert "\n" not in line
