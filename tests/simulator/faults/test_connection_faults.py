"""Faults over a connection: in process, synchronous and asynchronous, and over sockets."""

from collections.abc import Callable
from typing import Any

import pytest

from orderlists.extending import HttpResponse
from orderlists_simulator import Fault, Plan, Venue, VirtualClock
from orderlists_simulator.faults import (
    CONNECTION_REFUSED,
    DROPPED,
    NORMAL,
    RESET,
    SILENT,
    Answer,
    CannedResponse,
    banned,
    bare,
    delayed,
    duplicated,
    executed,
    executed_late,
    firewall,
    html,
    json_error,
    not_executed,
    null_id_error,
    rate_limited,
    replayed,
    truncated,
)
from venue_clients import canceled_by

Signed = Callable[..., str]
OpenConnector = Callable[[Plan], Any]

QUERY = "?returnRateLimits=false"
SECOND = 10**9
NOW = 1_688_005_070_874_123_456
MILLISECONDS = NOW // 10**6
BROKEN = ["over", "dropped", "reset", "cut short"]


@pytest.fixture
def cancel(signed: Signed) -> str:
    return signed("orderList.cancel", "c", symbol="LTCBTC", orderListId=0, newClientOrderId="mine")


def times(number: int) -> str:
    return f'{{"id": {number}, "method": "time"}}'


def test_requests_after_the_script_have_no_fault(
    connect_with_plan: OpenConnector, cancel: str, venue: Venue
) -> None:
    connection = connect_with_plan(Plan([NORMAL]))

    first, second = connection.request(cancel), connection.request(cancel)

    assert (first["id"], first["status"]) == ("c", 200)
    assert (second["status"], second["error"]["code"]) == (400, -2011)
    assert canceled_by(venue) == "mine"


@pytest.mark.parametrize("done", [True, False], ids=["executed", "not_executed"])
@pytest.mark.parametrize(
    "then",
    [DROPPED, RESET, truncated(), truncated(kept=0), truncated(noticed=True)],
    ids=repr,
)
def test_a_broken_connection_ends_without_a_reply(
    connect_with_plan: OpenConnector, cancel: str, venue: Venue, then: Answer, *, done: bool
) -> None:
    connection = connect_with_plan(
        Plan([executed(answer=then) if done else not_executed(answer=then)])
    )

    assert connection.request(cancel) in BROKEN
    assert connection.send(cancel) is not None or connection.receive() in BROKEN
    assert canceled_by(venue) == ("mine" if done else None)
    assert venue.log.entries[0].answered in BROKEN


def test_long_frames_are_truncated(connect_with_plan: OpenConnector, venue: Venue) -> None:
    for size in (10, 60_000, 70_000):
        said = CannedResponse(status=200, body=b'"%s"' % (b"x" * size))
        connection = connect_with_plan(Plan([not_executed(answer=CutOff(said))]))

        assert connection.request(times(1)) in BROKEN
    assert {entry.answered for entry in venue.log.entries} == {"cut short"}


class CutOff:
    """A custom answer: the first part of another one."""

    needs_response = False

    def __init__(self, whole: CannedResponse) -> None:
        self._whole = whole

    def give(self, response: HttpResponse | None, *, now: int) -> Any:
        return truncated(noticed=True).give(self._whole.give(response, now=now), now=now)  # type: ignore[arg-type]


def test_a_refused_connection_executes_nothing(
    connect_with_plan: OpenConnector, cancel: str, venue: Venue, *, connects_in_process: bool
) -> None:
    connection = connect_with_plan(Plan([CONNECTION_REFUSED]))

    seen = connection.request(cancel)

    assert seen == "refused, never sent" if connects_in_process else seen in BROKEN
    assert canceled_by(venue) is None
    assert venue.log.entries[0].answered == "refused"


def test_requests_in_flight_on_a_broken_connection_get_no_reply(
    connect_with_plan: OpenConnector, venue: Venue
) -> None:
    connection = connect_with_plan(Plan([delayed(5), executed(answer=DROPPED, delay=1)]))
    connection.send(times(1))
    connection.send(times(2))

    # A server sleeps for each request separately, so the first may be answered before.
    seen = connection.receive()

    assert seen in BROKEN or (seen["id"] == 1 and connection.receive() in BROKEN)
    assert venue.log.entries[1].answered == "dropped"


@pytest.mark.parametrize("done", [True, False], ids=["executed", "not_executed"])
@pytest.mark.parametrize(
    ("then", "expected"),
    [
        (bare(503), {"status": 503}),
        (bare(200), {"status": 200}),
        (
            json_error(-1008, status=503),
            {
                "status": 503,
                "error": {
                    "code": -1008,
                    "msg": "Server is currently overloaded with other requests. "
                    "Please try again in a few minutes.",
                },
            },
        ),
        (html(502), {"status": 502}),
        (
            html(200),
            {
                "status": 200,
                "result": "<html><head><title>200</title></head><body><h1>200</h1></body></html>",
            },
        ),
        (CannedResponse(status=500, body=b"[1]"), {"status": 500}),
        (
            CannedResponse(
                status=429, headers=(("Retry-After", "soon"),), body=b'{"code":-1003,"msg":"No."}'
            ),
            {"status": 429, "error": {"code": -1003, "msg": "No."}},
        ),
    ],
    ids=repr,
)
def test_a_canned_response_replaces_the_reply(
    connect_with_plan: OpenConnector,
    cancel: str,
    venue: Venue,
    then: Answer,
    expected: dict[str, object],
    *,
    done: bool,
) -> None:
    connection = connect_with_plan(
        Plan([executed(answer=then) if done else not_executed(answer=then)])
    )

    assert connection.request(cancel) == {"id": "c", **expected}
    assert canceled_by(venue) == ("mine" if done else None)


def test_firewall_executes_nothing(
    connect_with_plan: OpenConnector, cancel: str, venue: Venue
) -> None:
    assert connect_with_plan(Plan([firewall()])).request(cancel) == {"id": "c", "status": 403}
    assert canceled_by(venue) is None


@pytest.mark.parametrize(("fault", "status"), [(rate_limited, 429), (banned, 418)])
def test_rate_limited_is_429_with_retry_after(
    connect_with_plan: OpenConnector, cancel: str, fault: Callable[..., Fault], status: int
) -> None:
    connection = connect_with_plan(Plan([fault(retry_after=3), fault(retry_after=None)]))

    timed, untimed = connection.request(cancel), connection.request(cancel)

    assert timed["status"] == untimed["status"] == status
    # The venue's time is rounded down, the time of the end up.
    assert timed["error"]["data"] == {
        "serverTime": MILLISECONDS,
        "retryAfter": MILLISECONDS + 3001,
    }
    assert untimed["error"] == {"code": -1003, "msg": "Too many requests."}


class TestTime:
    def test_delayed_replies_arrive_later(
        self, connect_with_plan: OpenConnector, cancel: str, virtual: VirtualClock
    ) -> None:
        assert connect_with_plan(Plan([delayed(7.5)])).request(cancel)["status"] == 200
        assert virtual.now() - NOW == 7_500_000_000

    def test_delayed_replies_arrive_out_of_order(
        self, connect_with_plan: OpenConnector, *, connects_in_process: bool
    ) -> None:
        connection = connect_with_plan(Plan([delayed(3), delayed(1), NORMAL]))
        for number in range(3):
            connection.send(times(number))

        seen = [connection.receive()["id"] for _ in range(3)]

        if connects_in_process:
            assert seen == [2, 1, 0]
        else:
            assert sorted(seen) == [0, 1, 2]

    def test_a_late_execution_happens_at_its_time(
        self, connect_with_plan: OpenConnector, cancel: str, venue: Venue, virtual: VirtualClock
    ) -> None:
        connection = connect_with_plan(Plan([executed_late(3, answer=bare(504)), NORMAL, NORMAL]))

        seen = connection.request(cancel)
        before = canceled_by(venue)
        virtual.sleep(3)
        connection.request(times(1))

        assert (seen["status"], before, canceled_by(venue)) == (504, None, "mine")
        assert venue.log.entries[0].executions[0].at == NOW + 3 * SECOND

    def test_a_replayed_cancel_is_refused(
        self, connect_with_plan: OpenConnector, cancel: str, venue: Venue
    ) -> None:
        assert connect_with_plan(Plan([replayed()])).request(cancel)["status"] == 200
        assert [each.code for each in venue.log.entries[0].executions] == [None, -2011]


def test_silent_gets_no_reply(
    connect_with_plan: OpenConnector, cancel: str, venue: Venue, *, connects_in_process: bool
) -> None:
    connection = connect_with_plan(Plan([executed(answer=SILENT)]))

    seen = connection.request(cancel)

    if connects_in_process:
        assert seen is None
        assert connection.request(times(1))["id"] == 1
    else:
        assert seen == "over"
    assert canceled_by(venue) == "mine"
    assert venue.log.entries[0].answered == "silent"


def test_duplicated_replies_arrive_twice(
    connect_with_plan: OpenConnector, cancel: str, venue: Venue
) -> None:
    connection = connect_with_plan(Plan([duplicated()]))

    assert connection.request(cancel) == connection.receive()
    assert connection.request(times(1))["id"] == 1
    assert len(venue.log.entries[0].executions) == 1


@pytest.mark.parametrize("done", [True, False], ids=["executed", "not_executed"])
def test_null_id_error_has_the_id_null(
    connect_with_plan: OpenConnector, cancel: str, venue: Venue, *, done: bool
) -> None:
    then = null_id_error(-2015, status=401)
    connection = connect_with_plan(
        Plan([executed(answer=then) if done else not_executed(answer=then)])
    )

    assert connection.request(cancel) == {
        "id": None,
        "status": 401,
        "error": {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."},
    }
    assert canceled_by(venue) == ("mine" if done else None)
