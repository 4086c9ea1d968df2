"""What the client sees and what the venue does are two things, in process and over HTTP."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from orderlists import InvalidSetting
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator import Fate, Plan, Venue, VirtualClock
from orderlists_simulator.faults import (
    CONNECTION_REFUSED,
    DROPPED,
    NORMAL,
    RESET,
    TRUTH,
    Answer,
    Broken,
    Said,
    banned,
    bare,
    delayed,
    executed,
    executed_late,
    firewall,
    html,
    json_error,
    not_executed,
    rate_limited,
    replayed,
    truncated,
)

Seen = HttpResponse | str
Follow = Callable[[Plan], Callable[[HttpRequest], Seen]]
Written = Callable[..., HttpRequest]

LIST = "/api/v3/orderList"
CANCELED = 1_688_005_070_874


@pytest.fixture
def cancel(written: Written) -> HttpRequest:
    return written(
        "DELETE", LIST, symbol="LTCBTC", orderListId=0, newClientOrderId="mine", recvWindow=5000
    )


def canceled_by(venue: Venue) -> str | None:
    return venue.order_list(0).canceled_by


def answer(seen: Seen) -> HttpResponse:
    assert isinstance(seen, HttpResponse), seen
    return seen


def error(seen: Seen) -> tuple[int, int]:
    response = answer(seen)
    return response.status, json.loads(response.body)["code"]


def test_after_the_script_all_is_normal(follow: Follow, cancel: HttpRequest) -> None:
    send = follow(Plan([NORMAL, NORMAL]))

    seen = [send(cancel) for _ in range(3)]

    assert answer(seen[0]).status == 200
    assert [error(each) for each in seen[1:]] == [(400, -2011), (400, -2011)]


def test_a_rule_decides_by_number_and_request(follow: Follow, written: Written) -> None:
    asked: list[tuple[int, str]] = []

    def rule(number: int, request: HttpRequest) -> Fate:
        asked.append((number, request.method))
        return not_executed(then=bare(503)) if number == 1 else NORMAL

    send = follow(Plan(rule))
    seen = [send(written("GET", LIST, orderListId=0)) for _ in range(3)]

    assert [answer(each).status for each in seen] == [200, 503, 200]
    assert asked == [(0, "GET"), (1, "GET"), (2, "GET")]


def test_a_refused_connection_carries_nothing(
    follow: Follow, cancel: HttpRequest, venue: Venue, *, is_in_process: bool
) -> None:
    seen = follow(Plan([CONNECTION_REFUSED]))(cancel)

    assert seen == ("refused, never sent" if is_in_process else "dropped")
    assert canceled_by(venue) is None


@pytest.mark.parametrize("then", [DROPPED, RESET, truncated(noticed=True)], ids=repr)
def test_a_connection_ends_after_the_venue_has_done_it(
    follow: Follow, cancel: HttpRequest, venue: Venue, then: Answer
) -> None:
    seen = follow(Plan([executed(then=then)]))(cancel)

    assert seen in {"dropped", "reset", "cut short"}
    assert canceled_by(venue) == "mine"


@pytest.mark.parametrize(
    ("then", "how"),
    [(DROPPED, "dropped"), (RESET, "reset"), (truncated(noticed=True), "cut short")],
)
def test_a_connection_ends_before_the_venue_has_seen_it(
    follow: Follow, cancel: HttpRequest, venue: Venue, then: Answer, how: str
) -> None:
    seen = follow(Plan([not_executed(then=then)]))(cancel)

    assert seen == how
    assert canceled_by(venue) is None


@pytest.mark.parametrize("done", [True, False], ids=["executed", "not_executed"])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_says_nothing_about_what_was_done(
    follow: Follow, cancel: HttpRequest, venue: Venue, *, status: int, done: bool
) -> None:
    fate = executed(then=bare(status)) if done else not_executed(then=bare(status))

    response = answer(follow(Plan([fate]))(cancel))

    assert (response.status, response.body) == (status, b"")
    assert canceled_by(venue) == ("mine" if done else None)


@pytest.mark.parametrize("done", [True, False], ids=["executed", "not_executed"])
@pytest.mark.parametrize("status", [400, 500, 504])
@pytest.mark.parametrize("code", [-1001, -1006, -1007, -4711])
def test_an_error_of_the_exchange_that_leaves_it_open(
    follow: Follow, cancel: HttpRequest, venue: Venue, *, code: int, status: int, done: bool
) -> None:
    then = json_error(code, status=status)

    seen = follow(Plan([executed(then=then) if done else not_executed(then=then)]))(cancel)

    assert error(seen) == (status, code)
    assert canceled_by(venue) == ("mine" if done else None)


@pytest.mark.parametrize("done", [True, False], ids=["executed", "not_executed"])
@pytest.mark.parametrize("status", [200, 502])
def test_a_page_in_place_of_the_answer(
    follow: Follow, cancel: HttpRequest, venue: Venue, *, status: int, done: bool
) -> None:
    fate = executed(then=html(status)) if done else not_executed(then=html(status))

    response = answer(follow(Plan([fate]))(cancel))

    assert (response.status, response.header("Content-Type")) == (status, "text/html")
    assert response.body.startswith(b"<html>")
    assert canceled_by(venue) == ("mine" if done else None)


def test_a_body_that_is_cut_and_looks_whole(
    follow: Follow, cancel: HttpRequest, venue: Venue
) -> None:
    response = answer(follow(Plan([executed(then=truncated(kept=0.1))]))(cancel))

    assert response.status == 200
    assert response.body.startswith(b'{"orderListId":0,')
    assert not response.body.endswith(b"}")
    assert canceled_by(venue) == "mine"


def test_a_success_that_never_was_is_cut_as_well(
    follow: Follow, cancel: HttpRequest, venue: Venue
) -> None:
    response = answer(follow(Plan([not_executed(then=truncated())]))(cancel))

    assert response.status == 200
    assert response.body.startswith(b'{"orderListId":0,')
    assert canceled_by(venue) is None


def test_a_firewall_shows_a_page(follow: Follow, cancel: HttpRequest, venue: Venue) -> None:
    response = answer(follow(Plan([firewall()]))(cancel))

    assert (response.status, response.header("Content-Type")) == (403, "text/html")
    assert canceled_by(venue) is None


@pytest.mark.parametrize(("fate", "status"), [(rate_limited, 429), (banned, 418)])
def test_too_many_requests(
    follow: Follow, cancel: HttpRequest, venue: Venue, fate: Callable[..., Fate], status: int
) -> None:
    send = follow(Plan([fate(retry_after=3), fate(retry_after=None)]))

    told, silent = send(cancel), send(cancel)

    assert error(told) == error(silent) == (status, -1003)
    assert answer(told).header("Retry-After") == "3"
    assert answer(silent).header("Retry-After") is None
    assert canceled_by(venue) is None


def test_a_ban_says_when_it_ends(
    follow: Follow, cancel: HttpRequest, virtual: VirtualClock
) -> None:
    response = answer(follow(Plan([banned(retry_after=120)]))(cancel))

    end = -(-(virtual.now() + 120 * 10**9) // 10**6)
    assert f"IP banned until {end}. " in json.loads(response.body)["msg"]


def test_queries_and_the_time_have_their_fates_too(follow: Follow, written: Written) -> None:
    send = follow(Plan([not_executed(then=bare(502)), executed(then=DROPPED)]))

    assert answer(send(written("GET", LIST, orderListId=0))).status == 502
    assert send(HttpRequest("GET", "/api/v3/time", ())) == "dropped"
    assert answer(send(HttpRequest("GET", "/api/v3/time", ()))).status == 200


class TestDelay:
    def test_an_answer_takes_its_time(
        self, follow: Follow, cancel: HttpRequest, venue: Venue, virtual: VirtualClock
    ) -> None:
        before = virtual.now()

        response = answer(follow(Plan([delayed(7.5)]))(cancel))

        assert response.status == 200
        assert virtual.now() - before == 7_500_000_000
        assert venue.order_list(0).transaction_time == before

    def test_an_answer_may_come_too_late(
        self,
        follow: Follow,
        cancel: HttpRequest,
        venue: Venue,
        virtual: VirtualClock,
        *,
        is_in_process: bool,
    ) -> None:
        before = virtual.now()

        seen = follow(Plan([delayed(30)]))(cancel)

        # In process the client waits for ten seconds; no server knows how long a client does.
        assert (seen == "no answer came in time") is is_in_process
        assert virtual.now() - before == (10 if is_in_process else 30) * 10**9
        assert canceled_by(venue) == "mine"

    def test_a_connection_may_end_late(
        self, follow: Follow, cancel: HttpRequest, virtual: VirtualClock
    ) -> None:
        before = virtual.now()

        assert follow(Plan([executed(then=DROPPED, delay=2)]))(cancel) == "dropped"
        assert virtual.now() - before == 2 * 10**9


class TestLate:
    def test_it_is_executed_when_the_venue_is_next_asked(
        self,
        follow: Follow,
        cancel: HttpRequest,
        written: Written,
        venue: Venue,
        virtual: VirtualClock,
    ) -> None:
        arrived = virtual.now()
        send = follow(Plan([executed_late(3.0)]))

        assert send(cancel) == "dropped"
        virtual.sleep(2.9)
        send(written("GET", LIST, orderListId=0))
        before = canceled_by(venue)
        virtual.sleep(1.0)
        found = json.loads(answer(send(written("GET", LIST, orderListId=0))).body)

        assert (before, canceled_by(venue)) == (None, "mine")
        assert found["listOrderStatus"] == "ALL_DONE"
        assert venue.order_list(0).transaction_time == arrived + 3 * 10**9

    def test_it_is_not_executed_once_its_window_is_over(
        self, follow: Follow, cancel: HttpRequest, venue: Venue, virtual: VirtualClock
    ) -> None:
        seen = follow(Plan([executed_late(5.0, then=bare(504))]))(cancel)
        virtual.sleep(60)
        venue.finish()

        assert answer(seen).status == 504
        assert canceled_by(venue) is None
        assert [each.code for each in venue.log.entries[0].attempts] == [-1021]

    def test_it_is_executed_at_the_last_moment_of_its_window(
        self, follow: Follow, cancel: HttpRequest, venue: Venue
    ) -> None:
        # The clock is 123 microseconds past the millisecond of the timestamp.
        follow(Plan([executed_late(4.999877)]))(cancel)
        venue.finish()

        assert canceled_by(venue) == "mine"

    def test_the_truth_comes_no_sooner_than_it_is_there(
        self, follow: Follow, cancel: HttpRequest, venue: Venue, virtual: VirtualClock
    ) -> None:
        before = virtual.now()

        response = answer(follow(Plan([Fate(executed_after=[2], delay=1)]))(cancel))

        assert response.status == 200
        assert virtual.now() - before == 3 * 10**9
        assert venue.order_list(0).transaction_time == before + 2 * 10**9

    def test_late_ones_are_executed_in_the_order_of_their_times(
        self, follow: Follow, written: Written, venue: Venue
    ) -> None:
        send = follow(Plan([executed_late(3), executed_late(1), executed_late(2)]))
        for name in ("third", "first", "second"):
            send(written("DELETE", LIST, symbol="LTCBTC", orderListId=0, newClientOrderId=name))
        venue.finish()

        assert canceled_by(venue) == "first"
        codes = [[each.code for each in entry.attempts] for entry in venue.log.entries]
        assert codes == [[-2011], [None], [-2011]]

    def test_it_is_executed_though_the_client_does_not_wait(
        self, follow: Follow, written: Written, venue: Venue
    ) -> None:
        patient = written(
            "DELETE", LIST, symbol="LTCBTC", orderListId=0, recvWindow=60000, newClientOrderId="x"
        )

        follow(Plan([Fate(executed_after=[20])]))(patient)
        venue.finish()

        assert canceled_by(venue) == "x"


class TestReplay:
    def test_a_copy_is_refused_and_the_client_sees_the_first_answer(
        self, follow: Follow, cancel: HttpRequest, venue: Venue
    ) -> None:
        response = answer(follow(Plan([replayed()]))(cancel))

        assert response.status == 200
        assert [each.code for each in venue.log.entries[0].attempts] == [None, -2011]

    def test_or_it_sees_the_last(self, follow: Follow, cancel: HttpRequest, venue: Venue) -> None:
        seen = follow(Plan([replayed(3, sees="last")]))(cancel)

        assert error(seen) == (400, -2011)
        assert canceled_by(venue) == "mine"
        assert len(venue.log.entries[0].attempts) == 3

    def test_copies_may_come_later(
        self, follow: Follow, cancel: HttpRequest, venue: Venue, virtual: VirtualClock
    ) -> None:
        before = virtual.now()
        seen = follow(Plan([replayed(3, after=2, sees="last")]))(cancel)

        assert error(seen) == (400, -2011)
        assert virtual.now() - before == 4 * 10**9
        assert [each.at - before for each in venue.log.entries[0].attempts] == [
            0,
            2 * 10**9,
            4 * 10**9,
        ]

    def test_whoever_sees_the_first_answer_does_not_wait_for_the_copies(
        self, follow: Follow, cancel: HttpRequest, venue: Venue, virtual: VirtualClock
    ) -> None:
        before = virtual.now()
        response = answer(follow(Plan([replayed(after=2)]))(cancel))

        assert (response.status, virtual.now()) == (200, before)
        assert len(venue.log.entries[0].attempts) == 1

    def test_the_answer_may_get_lost_on_top(
        self, follow: Follow, cancel: HttpRequest, venue: Venue
    ) -> None:
        assert follow(Plan([replayed(then=DROPPED)]))(cancel) == "dropped"
        assert len(venue.log.entries[0].attempts) == 2


class HalfTruth:
    """An answer of a test's own."""

    needs_truth = True

    def give(self, truth: HttpResponse | None, *, now: int) -> HttpResponse | Broken:
        assert now > 0
        return HttpResponse(299, (), b"" if truth is None else truth.body)


def test_an_answer_may_be_yours(follow: Follow, cancel: HttpRequest) -> None:
    send = follow(Plan([executed(then=HalfTruth()), not_executed(then=HalfTruth())]))

    first, second = answer(send(cancel)), answer(send(cancel))

    assert (first.status, json.loads(first.body)["listOrderStatus"]) == (299, "ALL_DONE")
    assert second.body == b""


@pytest.mark.parametrize(
    "wrong",
    [
        {"executed_after": []},
        {"executed_after": [0], "answer": CONNECTION_REFUSED.answer},
        {"executed_after": [2, 1]},
        {"executed_after": [-1]},
        {"executed_after": [float("inf")]},
        {"delay": -0.5},
        {"delay": float("nan")},
        {"sees": "middle"},
    ],
    ids=repr,
)
def test_a_fate_that_cannot_be(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidSetting, match="must be"):
        Fate(**wrong)


def test_there_is_no_truth_before_there_is() -> None:
    with pytest.raises(RuntimeError, match="not answered yet"):
        TRUTH.give(None, now=0)


def test_an_answer_has_a_status() -> None:
    with pytest.raises(InvalidSetting, match="at least 200 and below 600"):
        Said(status=600)


def test_a_truncated_answer_is_not_whole() -> None:
    with pytest.raises(InvalidSetting, match="below 1"):
        truncated(kept=1)


def test_what_is_seen_must_be_an_answer() -> None:
    with pytest.raises(InvalidSetting, match="must be an Answer"):
        not_executed(then=CONNECTION_REFUSED)  # type: ignore[arg-type]
