"""What goes wrong over a connection, in process for both colours and over sockets."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from orderlists import InvalidSetting
from orderlists.extending import HttpResponse
from orderlists_simulator import Fate, Plan, Venue, VirtualClock
from orderlists_simulator.faults import (
    CONNECTION_REFUSED,
    DROPPED,
    NORMAL,
    RESET,
    SILENT,
    Answer,
    Disconnect,
    Noise,
    Said,
    ShutDown,
    banned,
    bare,
    delayed,
    duplicated,
    executed,
    executed_late,
    firewall,
    held,
    html,
    json_error,
    not_executed,
    rate_limited,
    replayed,
    truncated,
    unnamed,
)

Signed = Callable[..., str]
Meet = Callable[[Plan], Any]

QUERY = "?returnRateLimits=false"
SECOND = 10**9
NOW = 1_688_005_070_874_123_456
MILLISECONDS = NOW // 10**6
BROKEN = ["over", "dropped", "reset", "cut short"]


@pytest.fixture
def cancel(signed: Signed) -> str:
    return signed("orderList.cancel", "c", symbol="LTCBTC", orderListId=0, newClientOrderId="mine")


@pytest.fixture
def follow(meet: Meet) -> Callable[[Plan], Any]:
    return lambda plan: meet(plan).connect(QUERY)


def times(number: int) -> str:
    return f'{{"id": {number}, "method": "time"}}'


def canceled_by(venue: Venue) -> str | None:
    return venue.order_list(0).canceled_by


def test_after_the_script_all_is_normal(follow: Meet, cancel: str, venue: Venue) -> None:
    talk = follow(Plan([NORMAL]))

    first, second = talk.ask(cancel), talk.ask(cancel)

    assert (first["id"], first["status"]) == ("c", 200)
    assert (second["status"], second["error"]["code"]) == (400, -2011)
    assert canceled_by(venue) == "mine"


@pytest.mark.parametrize("done", [True, False], ids=["executed", "not_executed"])
@pytest.mark.parametrize(
    "then",
    [DROPPED, RESET, truncated(), truncated(kept=0), truncated(noticed=True)],
    ids=repr,
)
def test_a_connection_breaks(
    follow: Meet, cancel: str, venue: Venue, then: Answer, *, done: bool
) -> None:
    talk = follow(Plan([executed(then=then) if done else not_executed(then=then)]))

    assert talk.ask(cancel) in BROKEN
    assert talk.send(cancel) is not None or talk.receive() in BROKEN
    assert canceled_by(venue) == ("mine" if done else None)
    assert venue.log.entries[0].answered in BROKEN


def test_a_long_frame_is_broken_off(follow: Meet, venue: Venue) -> None:
    for size in (10, 60_000, 70_000):
        said = Said(status=200, body=b'"%s"' % (b"x" * size))
        talk = follow(Plan([not_executed(then=CutOff(said))]))

        assert talk.ask(times(1)) in BROKEN
    assert {entry.answered for entry in venue.log.entries} == {"cut short"}


class CutOff:
    """An answer of a test's own: the first part of one."""

    needs_truth = False

    def __init__(self, whole: Said) -> None:
        self._whole = whole

    def give(self, truth: HttpResponse | None, *, now: int) -> Any:
        return truncated(noticed=True).give(self._whole.give(truth, now=now), now=now)  # type: ignore[arg-type]


def test_a_refused_connection_carries_nothing(
    follow: Meet, cancel: str, venue: Venue, *, talks_in_process: bool
) -> None:
    talk = follow(Plan([CONNECTION_REFUSED]))

    seen = talk.ask(cancel)

    assert seen == "refused, never sent" if talks_in_process else seen in BROKEN
    assert canceled_by(venue) is None
    assert venue.log.entries[0].answered == "refused"


def test_what_is_in_flight_gets_nothing(follow: Meet, venue: Venue) -> None:
    talk = follow(Plan([delayed(5), executed(then=DROPPED, delay=1)]))
    talk.send(times(1))
    talk.send(times(2))

    # A server lets time pass for each request by itself, so the first may be done before.
    seen = talk.receive()

    assert seen in BROKEN or (seen["id"] == 1 and talk.receive() in BROKEN)
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
        (Said(status=500, body=b"[1]"), {"status": 500}),
        (
            Said(
                status=429, headers=(("Retry-After", "soon"),), body=b'{"code":-1003,"msg":"No."}'
            ),
            {"status": 429, "error": {"code": -1003, "msg": "No."}},
        ),
    ],
    ids=repr,
)
def test_a_reply_says_something_else(
    follow: Meet,
    cancel: str,
    venue: Venue,
    then: Answer,
    expected: dict[str, object],
    *,
    done: bool,
) -> None:
    talk = follow(Plan([executed(then=then) if done else not_executed(then=then)]))

    assert talk.ask(cancel) == {"id": "c", **expected}
    assert canceled_by(venue) == ("mine" if done else None)


def test_a_firewall_stands_before_the_venue(follow: Meet, cancel: str, venue: Venue) -> None:
    assert follow(Plan([firewall()])).ask(cancel) == {"id": "c", "status": 403}
    assert canceled_by(venue) is None


@pytest.mark.parametrize(("fate", "status"), [(rate_limited, 429), (banned, 418)])
def test_too_many_requests(
    follow: Meet, cancel: str, fate: Callable[..., Fate], status: int
) -> None:
    talk = follow(Plan([fate(retry_after=3), fate(retry_after=None)]))

    told, silent = talk.ask(cancel), talk.ask(cancel)

    assert told["status"] == silent["status"] == status
    # The times are rounded: that of the venue down, that to come back at up.
    assert told["error"]["data"] == {
        "serverTime": MILLISECONDS,
        "retryAfter": MILLISECONDS + 3001,
    }
    assert silent["error"] == {"code": -1003, "msg": "Too many requests."}


class TestTime:
    def test_a_reply_takes_its_time(self, follow: Meet, cancel: str, virtual: VirtualClock) -> None:
        assert follow(Plan([delayed(7.5)])).ask(cancel)["status"] == 200
        assert virtual.now() - NOW == 7_500_000_000

    def test_replies_overtake_each_other(self, follow: Meet, *, talks_in_process: bool) -> None:
        talk = follow(Plan([delayed(3), delayed(1), NORMAL]))
        for number in range(3):
            talk.send(times(number))

        seen = [talk.receive()["id"] for _ in range(3)]

        if talks_in_process:
            assert seen == [2, 1, 0]
        else:
            assert sorted(seen) == [0, 1, 2]

    def test_a_late_one_is_executed_when_its_time_has_come(
        self, follow: Meet, cancel: str, venue: Venue, virtual: VirtualClock
    ) -> None:
        talk = follow(Plan([executed_late(3, then=bare(504)), NORMAL, NORMAL]))

        seen = talk.ask(cancel)
        before = canceled_by(venue)
        virtual.sleep(3)
        talk.ask(times(1))

        assert (seen["status"], before, canceled_by(venue)) == (504, None, "mine")
        assert venue.log.entries[0].attempts[0].at == NOW + 3 * SECOND

    def test_a_replay_is_refused(self, follow: Meet, cancel: str, venue: Venue) -> None:
        assert follow(Plan([replayed()])).ask(cancel)["status"] == 200
        assert [each.code for each in venue.log.entries[0].attempts] == [None, -2011]


def test_silence(follow: Meet, cancel: str, venue: Venue, *, talks_in_process: bool) -> None:
    talk = follow(Plan([executed(then=SILENT)]))

    seen = talk.ask(cancel)

    if talks_in_process:
        assert seen is None
        assert talk.ask(times(1))["id"] == 1
    else:
        assert seen == "over"
    assert canceled_by(venue) == "mine"
    assert venue.log.entries[0].answered == "silent"


def test_a_reply_comes_twice(follow: Meet, cancel: str, venue: Venue) -> None:
    talk = follow(Plan([duplicated()]))

    assert talk.ask(cancel) == talk.receive()
    assert talk.ask(times(1))["id"] == 1
    assert len(venue.log.entries[0].attempts) == 1


@pytest.mark.parametrize("done", [True, False], ids=["executed", "not_executed"])
def test_an_error_names_no_request(follow: Meet, cancel: str, venue: Venue, *, done: bool) -> None:
    then = unnamed(-2015, status=401)
    talk = follow(Plan([executed(then=then) if done else not_executed(then=then)]))

    assert talk.ask(cancel) == {
        "id": None,
        "status": 401,
        "error": {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."},
    }
    assert canceled_by(venue) == ("mine" if done else None)


class TestHeld:
    def test_replies_come_all_together_and_backwards(self, follow: Meet) -> None:
        talk = follow(Plan([held(3)] * 3))
        for number in range(3):
            talk.send(times(number))

        assert [talk.receive()["id"] for _ in range(3)] == [2, 1, 0]

    def test_or_in_any_order(self, follow: Meet) -> None:
        fate = held(1000, shuffle=random.Random(7).shuffle)  # noqa: S311 - to be the same again
        expected = list(range(1000))
        random.Random(7).shuffle(expected)  # noqa: S311 - as above
        talk = follow(Plan([fate] * 1000))
        for number in range(1000):
            talk.send(times(number))

        assert [talk.receive()["id"] for _ in range(1000)] == expected

    def test_what_is_held_back_may_get_lost(self, follow: Meet, venue: Venue) -> None:
        talk = follow(Plan([held(2), not_executed(then=DROPPED)]))
        talk.send(times(1))

        assert talk.ask(times(2)) in BROKEN
        assert [entry.answered for entry in venue.log.entries] == ["dropped", "dropped"]

    def test_it_is_for_connections_only(self) -> None:
        with pytest.raises(InvalidSetting):
            held(0)


class TestDisturbances:
    def test_a_shutdown_is_announced(
        self, follow: Meet, virtual: VirtualClock, venue: Venue
    ) -> None:
        talk = follow(Plan([delayed(60)], events=[(NOW + SECOND, ShutDown(5))]))
        virtual.sleep(1)

        reply, told = talk.ask(times(1)), None
        if "event" in reply:
            told, reply = reply, talk.receive()

        assert told == {"event": {"e": "serverShutdown", "E": MILLISECONDS + 1000}}
        assert reply == "shut down"
        assert venue.log.entries[0].answered == "shut down"

    def test_every_connection_breaks(self, meet: Meet, virtual: VirtualClock) -> None:
        party = meet(Plan(events=[(NOW + SECOND, Disconnect("reset"))]))
        one, other = party.connect(""), party.connect("")
        virtual.sleep(1)

        party.connect("").ask(times(1))

        assert one.receive() in BROKEN
        assert other.receive() in BROKEN

    @pytest.mark.parametrize(
        ("frame", "seen"),
        [
            ("garbage", "garbage"),
            (b"\x00\xff", b"\x00\xff"),
            ('{"event":{"e":"futureEvent"}}', {"event": {"e": "futureEvent"}}),
        ],
    )
    def test_a_frame_comes_that_nobody_asked_for(
        self, follow: Meet, virtual: VirtualClock, frame: Any, seen: object
    ) -> None:
        talk = follow(Plan(events=[(NOW + SECOND, Noise(frame))]))
        virtual.sleep(1)

        assert talk.ask(times(1)) == seen
        assert talk.receive()["id"] == 1


def test_a_connection_is_cut_everywhere(meet: Meet, signed: Signed, venue: Venue) -> None:
    # The subscription: arrived, executed, answered.  The cancel: the same, and three events.
    seen: list[tuple[int, bool, bool]] = []
    for point in range(10):
        party = meet(Plan(cut=point))
        talk = party.connect(QUERY)
        order_list_id = venue.lists[-1].order_list_id
        frames: list[Any] = []
        for frame in (
            signed("userDataStream.subscribe.signature"),
            signed("orderList.cancel", symbol="LTCBTC", orderListId=order_list_id),
        ):
            talk.send(frame)
        while len(frames) < 5 and (frame := talk.receive()) not in BROKEN:
            frames.append(frame)
        canceled = not venue.order_list(order_list_id).is_open
        if canceled:
            venue.open_oco(symbol="LTCBTC", side="SELL", quantity=1, price=3, stop_price=1, now=NOW)
        seen.append((len(frames), canceled, party.was_cut()))

    assert seen == [
        (0, False, True),
        (0, False, True),
        (1, False, True),
        (1, False, True),
        (1, True, True),
        (2, True, True),
        (3, True, True),
        (4, True, True),
        (5, True, True),
        (5, True, False),
    ]


def test_a_request_that_is_cut_by_its_own_event_is_in_the_log(
    meet: Meet, signed: Signed, venue: Venue
) -> None:
    # The copy lets the event of the first leave before the answer.
    talk = meet(Plan([NORMAL, replayed()], cut=5)).connect(QUERY)
    talk.ask(signed("userDataStream.subscribe.signature"))

    talk.send(signed("orderList.cancel", symbol="LTCBTC", orderListId=0))

    while talk.receive() not in BROKEN:
        pass
    assert venue.log.entries[1].answered == "dropped"
