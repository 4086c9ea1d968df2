from decimal import Decimal
from typing import Any

import pytest

from orderlists import InvalidSetting
from orderlists_simulator import ApiError, Leg, Venue, VenueOrderList

STOP, LIMIT = 2, 3


def statuses(order_list: VenueOrderList) -> list[str]:
    return [order.status for order in order_list.orders]


def reasons(order_list: VenueOrderList) -> list[str | None]:
    return [order.expiry_reason for order in order_list.orders]


@pytest.fixture
def oto(venue: Venue) -> VenueOrderList:
    """Place an OTOCO: a working limit order, and a pending OCO."""
    return venue.order_entry.place_list(
        symbol="LTCBTC",
        contingency_type="OTO",
        legs=[
            Leg(side="BUY", type="LIMIT", quantity=5, price=2),
            Leg(side="SELL", type="LIMIT_MAKER", quantity=5, price=3, status="PENDING_NEW"),
            Leg(side="SELL", type="STOP_LOSS", quantity=5, stop_price=1, status="PENDING_NEW"),
        ],
        now=0,
    )


class TestOco:
    def test_the_first_fill_expires_the_other_leg(self, venue: Venue) -> None:
        after = venue.fill(0, LIMIT, quantity="0.1", now=9)

        assert statuses(after) == ["EXPIRED", "PARTIALLY_FILLED"]
        assert reasons(after) == ["OCO_TRIGGER", None]
        assert (after.list_order_status, after.transaction_time) == ("EXECUTING", 9)
        assert [order.update_time for order in after.orders] == [9, 9]
        assert venue.order_list(0) == after

    def test_a_complete_fill_ends_the_list(self, venue: Venue) -> None:
        venue.fill(0, LIMIT, quantity=4, now=8)
        after = venue.fill(0, LIMIT, now=9)

        filled = after.orders[1]
        assert (filled.status, filled.executed_qty, filled.quote_qty) == (
            "FILLED",
            Decimal(10),
            Decimal(30),
        )
        assert after.orders[0].update_time == 8
        assert after.list_order_status == "ALL_DONE"

    def test_a_fill_of_a_stop_triggers_it(self, venue: Venue) -> None:
        after = venue.fill(0, STOP, now=9)

        assert statuses(after) == ["FILLED", "EXPIRED"]
        assert after.orders[0].working_time == 9
        assert after.orders[1].working_time != 9

    def test_a_stop_market_order_fills_at_its_stop_price(self, venue: Venue) -> None:
        placed = venue.order_entry.place_oco(
            symbol="LTCBTC", side="SELL", quantity=2, price=3, stop_price="0.5", now=0
        )

        after = venue.fill(placed.order_list_id, placed.orders[0].order_id, now=1)

        assert after.orders[0].quote_qty == Decimal("1.0")

    def test_a_cancel_ends_a_partially_filled_leg(self, venue: Venue) -> None:
        venue.fill(0, LIMIT, quantity=1, now=8)

        done = venue.order_entry.cancel(symbol="LTCBTC", order_list_id=0, now=9)

        assert [order.order_id for order in done.canceled] == [LIMIT]
        assert statuses(done.order_list) == ["EXPIRED", "CANCELED"]

    def test_a_fill_is_at_most_what_is_left(self, venue: Venue) -> None:
        after = venue.fill(0, LIMIT, quantity=11, now=9)

        assert (after.orders[1].status, after.orders[1].executed_qty) == ("FILLED", Decimal(10))

    def test_an_expiry_ends_both_legs(self, venue: Venue) -> None:
        after = venue.expire(0, now=9)

        assert statuses(after) == ["EXPIRED", "EXPIRED"]
        assert reasons(after) == ["OCO_TRIGGER", "OCO_TRIGGER"]
        assert (after.list_order_status, after.canceled_by) == ("ALL_DONE", None)

    def test_an_expiry_ends_the_leg_that_is_left(self, venue: Venue) -> None:
        venue.fill(0, LIMIT, quantity=1, now=8)

        after = venue.expire(0, now=9)

        assert reasons(after) == ["OCO_TRIGGER", "EXCHANGE_CANCELED"]
        assert [order.update_time for order in after.orders] == [8, 9]


class TestOto:
    def test_a_partial_fill_of_the_working_order_releases_nothing(
        self, venue: Venue, oto: VenueOrderList
    ) -> None:
        after = venue.fill(oto.order_list_id, oto.orders[0].order_id, quantity=4, now=9)

        assert statuses(after) == ["PARTIALLY_FILLED", "PENDING_NEW", "PENDING_NEW"]

    def test_a_complete_fill_of_the_working_order_releases_the_pending(
        self, venue: Venue, oto: VenueOrderList
    ) -> None:
        after = venue.fill(oto.order_list_id, oto.orders[0].order_id, now=9)

        assert statuses(after) == ["FILLED", "NEW", "NEW"]
        assert [order.working_time for order in after.orders] == [0, 9, None]
        assert after.is_open

    def test_released_legs_of_an_otoco_are_an_oco(self, venue: Venue, oto: VenueOrderList) -> None:
        venue.fill(oto.order_list_id, oto.orders[0].order_id, now=8)
        after = venue.fill(oto.order_list_id, oto.orders[2].order_id, now=9)

        assert statuses(after) == ["FILLED", "EXPIRED", "FILLED"]
        assert not after.is_open

    def test_a_pending_order_cannot_be_filled(self, venue: Venue, oto: VenueOrderList) -> None:
        with pytest.raises(ApiError, match="-2013"):
            venue.fill(oto.order_list_id, oto.orders[1].order_id, now=9)

    def test_an_expiry_before_the_release(self, venue: Venue, oto: VenueOrderList) -> None:
        after = venue.expire(oto.order_list_id, now=9)

        assert reasons(after) == [
            "EXCHANGE_CANCELED",
            "OTO_PHASE_ONE_EXPIRED",
            "OTO_PHASE_ONE_EXPIRED",
        ]

    def test_an_expiry_after_the_release(self, venue: Venue, oto: VenueOrderList) -> None:
        venue.fill(oto.order_list_id, oto.orders[0].order_id, now=8)

        after = venue.expire(oto.order_list_id, now=9)

        assert statuses(after) == ["FILLED", "EXPIRED", "EXPIRED"]
        assert reasons(after) == [None, "OCO_TRIGGER", "OCO_TRIGGER"]

    def test_the_pending_order_of_an_opo_gets_the_filled_quantity(self, venue: Venue) -> None:
        opo = venue.order_entry.place_list(
            symbol="LTCBTC",
            contingency_type="OTO",
            legs=[
                Leg(side="BUY", type="LIMIT", quantity=7, price=2),
                Leg(side="SELL", type="LIMIT", price=3, status="PENDING_NEW"),
            ],
            now=0,
        )

        after = venue.fill(opo.order_list_id, opo.orders[0].order_id, now=9)

        assert after.orders[1].quantity == Decimal(7)


def test_an_order_without_a_quantity_cannot_be_filled(venue: Venue) -> None:
    leg = Leg(side="SELL", type="LIMIT", price=3)
    odd = venue.order_entry.place_list(
        symbol="LTCBTC", contingency_type="OCO", legs=[leg, leg], now=0
    )

    with pytest.raises(ApiError, match="-2013"):
        venue.fill(odd.order_list_id, odd.orders[0].order_id, quantity=1, now=9)


@pytest.mark.parametrize(
    ("order_list_id", "order_id", "code"), [(7, 2, -2018), (0, 7, -2013)], ids=["list", "order"]
)
def test_an_unknown_list_or_order_cannot_be_filled(
    venue: Venue, order_list_id: int, order_id: int, code: int
) -> None:
    with pytest.raises(ApiError, match=str(code)):
        venue.fill(order_list_id, order_id, now=9)


def test_a_finished_list_does_not_change(venue: Venue) -> None:
    venue.order_entry.cancel(symbol="LTCBTC", order_list_id=0, now=8)

    with pytest.raises(ApiError, match="-2013"):
        venue.fill(0, LIMIT, now=9)
    with pytest.raises(ApiError, match="-2018"):
        venue.expire(0, now=9)
    with pytest.raises(ApiError, match="-2018"):
        venue.expire(7, now=9)


@pytest.mark.parametrize("quantity", [0.5, "-1", True])
def test_a_fill_with_a_float_is_refused(venue: Venue, quantity: Any) -> None:
    with pytest.raises(InvalidSetting, match="plain number"):
        venue.fill(0, LIMIT, quantity=quantity, now=9)


def test_a_fill_of_zero_is_refused(venue: Venue) -> None:
    with pytest.raises(ApiError, match="-2013"):
        venue.fill(0, LIMIT, quantity=0, now=9)
