"""Properties of cancels of any order list."""

import json
import string
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlists_simulator import ApiError, Leg, Venue
from orderlists_simulator._api.responses import cancel_body
from orderlists_simulator._engine.enums import (
    FINAL,
    ExpiryReason,
    OrderStatus,
    OrderType,
    PegOffsetType,
    PegPriceType,
    SelfTradePreventionMode,
    TimeInForce,
    WorkingFloor,
)
from orderlists_simulator._engine.time import TimeUnit

client_ids = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=36)
amounts = st.decimals(0, 10**12, places=8) | st.decimals(0, 1, places=12)
longs = st.integers(0, 2**63 - 1)


def words(term: object) -> st.SearchStrategy[Any]:
    return st.sampled_from(get_args(term))


legs = st.builds(
    Leg,
    side=st.sampled_from(["BUY", "SELL"]),
    type=words(OrderType),
    quantity=st.none() | amounts,
    price=amounts,
    stop_price=amounts,
    trailing_delta=st.none() | longs,
    trailing_time=st.none() | longs,
    time_in_force=words(TimeInForce),
    iceberg_qty=st.none() | amounts,
    strategy_id=st.none() | longs,
    strategy_type=st.none() | longs,
    self_trade_prevention_mode=words(SelfTradePreventionMode),
    peg_price_type=st.none() | words(PegPriceType),
    peg_offset_type=st.none() | words(PegOffsetType),
    peg_offset_value=st.none() | st.integers(1, 100),
    pegged_price=st.none() | amounts,
    used_sor=st.none() | st.booleans(),
    working_floor=st.none() | words(WorkingFloor),
    status=words(OrderStatus),
    executed_qty=amounts,
    quote_qty=amounts,
    prevented_match_id=st.none() | longs,
    prevented_quantity=st.none() | amounts,
    expiry_reason=st.none() | words(ExpiryReason),
)


@given(
    legs=st.lists(legs, min_size=2, max_size=3),
    cancel_id=client_ids,
    unit=st.sampled_from(TimeUnit),
    now=longs,
)
def test_a_cancel_ends_every_order_that_is_not_final_once(
    legs: list[Leg], cancel_id: str, unit: TimeUnit, now: int
) -> None:
    venue = Venue()
    before = venue.order_entry.place_list(symbol="LTCBTC", contingency_type="OTO", legs=legs, now=0)
    alive = [order for order in before.orders if order.status not in FINAL]

    def cancel() -> dict[str, Any]:
        done = venue.order_entry.cancel(
            symbol="LTCBTC", order_list_id=0, new_client_order_id=cancel_id, now=now
        )
        reply: dict[str, Any] = json.loads(json.dumps(cancel_body(done, unit)))
        return reply

    if alive:
        reply = cancel()
        reports = reply["orderReports"]
        assert [report["orderId"] for report in reports] == [order.order_id for order in alive]
        assert all(report["status"] == "CANCELED" for report in reports)
        assert all(report["clientOrderId"] == cancel_id for report in reports)
        assert [Decimal(report["price"]) for report in reports] == [order.price for order in alive]
        assert reply["listOrderStatus"] == "ALL_DONE"
        assert venue.order_list(0).canceled_by == cancel_id
    with pytest.raises(ApiError, match="-2011"):
        cancel()
    after = venue.order_list(0).orders
    assert [order.client_order_id for order in after] == [
        order.client_order_id for order in before.orders
    ]
    assert all(order.is_final for order in after)
