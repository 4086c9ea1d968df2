"""Orders on and off the book, and every step that matching takes with them in a market.

Every time is the same, so that no result depends on a time.
"""

from decimal import Decimal
from typing import Any

from attrs import evolve

from orderlists_simulator import Behaviour, Order, VenueOrderList
from orderlists_simulator._engine.matching import Conditions, Quote, next_step
from orderlists_simulator._engine.state import VenueState
from orderlists_simulator._engine.trailing import Trail

NOW = 7
RESTS, ENTERS = frozenset({0}), frozenset[int]()
"""Which orders rested on the book: that with the id 0, or none."""
IOC = "UNFILLED_IOC_QUANTITY_EXPIRED"
FOK = "UNFILLED_FOK_ORDER_EXPIRED"
ILLIQUID = "INSUFFICIENT_LIQUIDITY"


def order(type_: Any, side: Any, *, order_id: int = 0, **facts: Any) -> Order:
    """Return an order of 10; a stop waits for its trigger, any other order is on the book."""
    is_stop = "stop_price" in facts or "trailing_delta" in facts
    usual: dict[str, Any] = {"quantity": "10", "working_time": None if is_stop else NOW}
    return Order(
        **{**usual, **facts},
        type=type_,
        side=side,
        symbol="LTCBTC",
        order_list_id=-1,
        order_id=order_id,
        client_order_id=f"order-{order_id}",
        time=NOW,
        update_time=NOW,
    )


def listed(*orders: Order, contingency_type: Any = None) -> VenueOrderList:
    return VenueOrderList(
        account="main",
        order_list_id=0,
        contingency_type=contingency_type,
        list_client_order_id="",
        transaction_time=NOW,
        symbol="LTCBTC",
        orders=orders,
    )


def matched(
    before: VenueOrderList,
    last: str,
    available: str | None = None,
    *,
    resting: frozenset[int] = ENTERS,
    trail: Trail | None = None,
    deposit: str | None = None,
) -> tuple[Order, ...]:
    """Take every step of a list, and return its orders; with a deposit of BTC, or unlimited."""
    seen = Trail() if trail is None else trail
    state = VenueState(symbols=["LTCBTC"], behaviour=Behaviour())
    if deposit is not None:
        state.balances.deposit("main", "BTC", deposit)
    state.add(before, now=NOW)
    size = None if available is None else Decimal(available)
    conditions = Conditions(
        quote=Quote(price=Decimal(last), available=size),
        trail=seen,
        balances=state.balances,
        resting=resting,
        trade_id=state.recorder.next_trade_id,
        now=NOW,
    )
    after = before
    while step := next_step(after, conditions):
        state.replace(after, step.order_list, now=NOW)
        after, quote = step.order_list, conditions.quote.without(step.taken)
        assert quote.available is None or quote.available >= 0
        conditions = evolve(conditions, quote=quote, trade_id=state.recorder.next_trade_id)
    return after.orders


def described(found: Order) -> str:
    trades = [f"{each.quantity}@{each.price}" for each in found.trades]
    return " ".join([found.status, *trades, found.expiry_reason or ""]).strip()
