"""Life goes on while a client is busy."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from orderlists import TransportError
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator import Lag, Leg, Plan, Refused, Venue, VenueTransport, VirtualClock
from orderlists_simulator.faults import Cancel, Event, Expire, Fill, PlaceAgain, executed_late

Seen = HttpResponse | str
Follow = Callable[[Plan], Callable[[HttpRequest], Seen]]
Written = Callable[..., HttpRequest]

LIST = "/api/v3/orderList"
NAME = "C3wyj4WVEktd7u9aVBRXcN"
SECOND = 10**9
NOW = 1_688_005_070_874_123_456


def happened(venue: Venue, *events: Event) -> None:
    VenueTransport(venue, plan=Plan(events=events))
    venue.finish()


def test_events_happen_when_their_time_has_come(
    follow: Follow, written: Written, venue: Venue, virtual: VirtualClock
) -> None:
    send = follow(Plan(events=[(NOW + SECOND, Fill(0, 3, "0.5")), (NOW + 2 * SECOND, Cancel(0))]))
    query = written("GET", LIST, orderListId=0)

    seen: list[str] = []
    for _ in range(3):
        send(query)
        seen.append(venue.order_list(0).orders[1].status)
        virtual.sleep(1)

    assert seen == ["NEW", "PARTIALLY_FILLED", "CANCELED"]


def test_events_and_late_requests_happen_in_the_order_of_their_times(
    follow: Follow, written: Written, venue: Venue
) -> None:
    cancel = written("DELETE", LIST, symbol="LTCBTC", orderListId=0, newClientOrderId="mine")
    plan = Plan([executed_late(2)], events=[(NOW + 2 * SECOND - 1, Cancel(0, by="theirs"))])

    follow(plan)(cancel)
    venue.finish()

    assert venue.order_list(0).canceled_by == "theirs"
    assert venue.log.entries[0].attempts[0].code == -2011


def test_what_is_due_happens_before_anything_else_is_done(venue: Venue) -> None:
    venue.schedule(10, Cancel(0, by="theirs"))

    with pytest.raises(Refused, match="-2011"):
        venue.cancel(symbol="LTCBTC", order_list_id=0, new_client_order_id="mine", now=10)
    assert venue.order_list(0).canceled_by == "theirs"


def test_what_is_not_due_does_not_happen(venue: Venue) -> None:
    venue.schedule(10, Expire(0))

    venue.run_until(9)
    before = venue.order_list(0).is_open
    venue.run_until(10)

    assert (before, venue.order_list(0).is_open) == (True, False)


def test_what_cannot_happen_any_more_does_not(venue: Venue) -> None:
    happened(
        venue,
        (1, Expire(0)),
        (2, Fill(0, 3)),
        (3, Cancel(0)),
        (4, Expire(0)),
    )

    assert [order.status for order in venue.order_list(0).orders] == ["EXPIRED", "EXPIRED"]
    assert len(venue.lists) == 1


def test_an_event_may_be_anything_that_can_be_called(venue: Venue) -> None:
    seen: list[tuple[Venue, int]] = []

    happened(venue, (5, lambda at, now: seen.append((at, now))))

    assert seen == [(venue, 5)]


def test_a_mistake_in_an_event_is_not_hushed_up_and_stops_no_other(venue: Venue) -> None:
    def wrong(_venue: Venue, _now: int) -> None:
        raise ZeroDivisionError

    venue.schedule(1, wrong)
    venue.schedule(2, Expire(0))

    with pytest.raises(ZeroDivisionError):
        venue.finish()
    venue.finish()

    assert not venue.order_list(0).is_open


def test_an_event_may_lead_to_another(venue: Venue) -> None:
    def then(at: Venue, now: int) -> None:
        at.schedule(now + 1, Expire(0))

    happened(venue, (1, then))

    assert venue.order_list(0).transaction_time == 2


def test_a_list_is_placed_again_under_its_name(venue: Venue) -> None:
    happened(venue, (1, Fill(0, 3)), (2, PlaceAgain(0)))

    again = venue.order_list(1)
    assert again.list_client_order_id == NAME
    assert [order.status for order in again.orders] == ["NEW", "NEW"]
    assert [order.quantity for order in again.orders] == [10, 10]
    assert [order.executed_qty for order in again.orders] == [0, 0]
    assert again.transaction_time == 2


def test_a_list_that_is_open_is_not_placed_again(venue: Venue) -> None:
    happened(venue, (1, PlaceAgain(0)))

    assert len(venue.lists) == 1


def test_what_waited_waits_again(venue: Venue) -> None:
    oto = venue.open_list(
        symbol="LTCBTC",
        contingency_type="OTO",
        legs=[
            Leg(side="BUY", type="LIMIT", quantity=5, price=2),
            Leg(side="SELL", type="LIMIT_MAKER", quantity=5, price=3, status="PENDING_NEW"),
        ],
        now=0,
    )

    happened(venue, (1, Cancel(oto.order_list_id)), (2, PlaceAgain(oto.order_list_id)))

    assert [order.status for order in venue.order_list(2).orders] == ["NEW", "PENDING_NEW"]


def test_a_plan_says_when_queries_are_behind(
    follow: Follow, written: Written, virtual: VirtualClock
) -> None:
    send = follow(Plan(lags=[Lag(1.0, until=NOW + SECOND)]))
    cancel = written("DELETE", LIST, symbol="LTCBTC", orderListId=0)
    query = written("GET", LIST, orderListId=0)

    send(cancel)
    stale = send(query)
    virtual.sleep(1)
    fresh = send(query)

    assert isinstance(stale, HttpResponse)
    assert isinstance(fresh, HttpResponse)
    assert b"EXECUTING" in stale.body
    assert b"ALL_DONE" in fresh.body


@pytest.mark.parametrize("late", [False, True], ids=["at once", "late"])
def test_an_event_may_send_requests_of_its_own(
    written: Written, venue: Venue, virtual: VirtualClock, *, late: bool
) -> None:
    other = VenueTransport(venue, now=virtual.now, plan=Plan([executed_late(1)] if late else []))
    cancel = written(
        "DELETE", LIST, symbol="LTCBTC", orderListId=0, newClientOrderId="theirs", recvWindow=60000
    )

    def ask(_venue: Venue, _now: int) -> None:
        with suppress(TransportError):
            other.send(cancel, timeout=1.0)

    venue.schedule(virtual.now(), ask)
    venue.finish()

    assert venue.order_list(0).canceled_by == "theirs"
