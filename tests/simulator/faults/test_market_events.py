"""Events of the market and late executions, at their times."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlists import TransportError
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator import (
    ApiError,
    Leg,
    Plan,
    QueryLag,
    Venue,
    VenueTransport,
    VirtualClock,
    example_venue,
)
from orderlists_simulator.faults import (
    Cancel,
    Expire,
    Fill,
    PlaceAgain,
    ScheduledEvent,
    executed_late,
)

Outcome = HttpResponse | str
SendWithPlan = Callable[[Plan], Callable[[HttpRequest], Outcome]]
Written = Callable[..., HttpRequest]

LIST = "/api/v3/orderList"
NAME = "C3wyj4WVEktd7u9aVBRXcN"
SECOND = 10**9
NOW = 1_688_005_070_874_123_456


def happened(venue: Venue, *events: ScheduledEvent) -> None:
    VenueTransport(venue, plan=Plan(events=events))
    venue.finish()


def test_events_happen_at_their_times(
    send_with_plan: SendWithPlan, written: Written, venue: Venue, virtual: VirtualClock
) -> None:
    send = send_with_plan(
        Plan(events=[(NOW + SECOND, Fill(0, 3, "0.5")), (NOW + 2 * SECOND, Cancel(0))])
    )
    query = written("GET", LIST, orderListId=0)

    seen: list[str] = []
    for _ in range(3):
        send(query)
        seen.append(venue.order_list(0).orders[1].status)
        virtual.sleep(1)

    assert seen == ["NEW", "PARTIALLY_FILLED", "CANCELED"]


def test_events_and_late_executions_happen_in_the_order_of_their_times(
    send_with_plan: SendWithPlan, written: Written, venue: Venue
) -> None:
    cancel = written("DELETE", LIST, symbol="LTCBTC", orderListId=0, newClientOrderId="mine")
    plan = Plan([executed_late(2)], events=[(NOW + 2 * SECOND - 1, Cancel(0, by="theirs"))])

    send_with_plan(plan)(cancel)
    venue.finish()

    assert venue.order_list(0).canceled_by == "theirs"
    assert venue.log.entries[0].executions[0].code == -2011


def test_due_events_happen_before_the_next_request(venue: Venue) -> None:
    venue.schedule(10, Cancel(0, by="theirs"))

    with pytest.raises(ApiError, match="-2011"):
        venue.order_entry.cancel(
            symbol="LTCBTC", order_list_id=0, new_client_order_id="mine", now=10
        )
    assert venue.order_list(0).canceled_by == "theirs"


def test_an_event_does_not_happen_before_its_time(venue: Venue) -> None:
    venue.schedule(10, Expire(0))

    venue.run_until(9)
    before = venue.order_list(0).is_open
    venue.run_until(10)

    assert (before, venue.order_list(0).is_open) == (True, False)


def test_an_event_that_is_too_late_is_dropped(venue: Venue) -> None:
    happened(
        venue,
        (1, Expire(0)),
        (2, Fill(0, 3)),
        (3, Cancel(0)),
        (4, Expire(0)),
    )

    assert [order.status for order in venue.order_list(0).orders] == ["EXPIRED", "EXPIRED"]
    assert len(venue.lists) == 1


def test_an_event_is_any_callable(venue: Venue) -> None:
    seen: list[tuple[Venue, int]] = []

    happened(venue, (5, lambda at, now: seen.append((at, now))))

    assert seen == [(venue, 5)]


def test_an_error_in_an_event_is_raised_and_later_events_still_happen(venue: Venue) -> None:
    def wrong(_venue: Venue, _now: int) -> None:
        raise ZeroDivisionError

    venue.schedule(1, wrong)
    venue.schedule(2, Expire(0))

    with pytest.raises(ZeroDivisionError):
        venue.finish()
    venue.finish()

    assert not venue.order_list(0).is_open


def test_an_event_may_schedule_another(venue: Venue) -> None:
    def then(at: Venue, now: int) -> None:
        at.schedule(now + 1, Expire(0))

    happened(venue, (1, then))

    assert venue.order_list(0).transaction_time == 2


def test_place_again_reuses_the_list_client_order_id(venue: Venue) -> None:
    happened(venue, (1, Fill(0, 3)), (2, PlaceAgain(0)))

    again = venue.order_list(1)
    assert again.list_client_order_id == NAME
    assert [order.status for order in again.orders] == ["NEW", "NEW"]
    assert [order.quantity for order in again.orders] == [10, 10]
    assert [order.executed_qty for order in again.orders] == [0, 0]
    assert again.transaction_time == 2


def test_place_again_of_an_open_list_is_refused(venue: Venue) -> None:
    happened(venue, (1, PlaceAgain(0)))

    assert len(venue.lists) == 1


NUMBERS = st.integers(0, 2)
EVENTS = st.one_of(
    st.builds(PlaceAgain, NUMBERS),
    st.builds(Cancel, NUMBERS),
    st.builds(Expire, NUMBERS),
    st.builds(Fill, NUMBERS, st.integers(2, 7), st.sampled_from([None, "1"])),
)


@given(events=st.lists(EVENTS, max_size=12))
def test_no_events_put_two_open_lists_or_orders_under_one_client_id(
    events: list[PlaceAgain | Cancel | Expire | Fill],
) -> None:
    venue = example_venue(now=0, lists=3)
    for now, event in enumerate(events):
        # Refused by the venue, or about an order of another list.
        with suppress(ApiError, AssertionError):
            event(venue, now)

    opened = [each for each in venue.lists if each.is_open]
    names = [each.list_client_order_id for each in opened]
    orders = [order.client_order_id for each in opened for order in each.open_orders(None, None)]
    assert (len(names), len(orders)) == (len({*names}), len({*orders}))


def test_place_again_leaves_pending_legs_pending(venue: Venue) -> None:
    oto = venue.order_entry.place_list(
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


def test_a_plan_sets_the_lags_of_queries(
    send_with_plan: SendWithPlan, written: Written, virtual: VirtualClock
) -> None:
    send = send_with_plan(Plan(lags=[QueryLag(1.0, until=NOW + SECOND)]))
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
def test_an_event_may_send_requests(
    written: Written, venue: Venue, virtual: VirtualClock, *, late: bool
) -> None:
    other = VenueTransport(venue, clock=virtual, plan=Plan([executed_late(1)] if late else []))
    cancel = written(
        "DELETE", LIST, symbol="LTCBTC", orderListId=0, newClientOrderId="theirs", recvWindow=60000
    )

    def send_request(_venue: Venue, _now: int) -> None:
        with suppress(TransportError):
            other.send(cancel, timeout=1.0)

    venue.schedule(virtual.now(), send_request)
    venue.finish()

    assert venue.order_list(0).canceled_by == "theirs"
