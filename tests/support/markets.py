"""Order lists in a market: terms of legs, and placing them at a venue."""

from collections.abc import Sequence
from typing import Any

from orderlists_simulator import (
    Behaviour,
    Leg,
    NewOrderList,
    Order,
    Symbol,
    Venue,
    VenueOrderList,
)

SECOND = 10**9
Terms = tuple[Any, dict[str, Any]]

MARKET: Terms = ("MARKET", {})
MAKER = ("LIMIT_MAKER", {"price": "3"})
STOP = ("STOP_LOSS", {"stop_price": "1"})
STOP_LIMIT = ("STOP_LOSS_LIMIT", {"stop_price": "1", "price": "0.9"})
PROFIT = ("TAKE_PROFIT", {"stop_price": "3"})
PROFIT_LIMIT = ("TAKE_PROFIT_LIMIT", {"stop_price": "2.5", "price": "3"})
BUY_MAKER = ("LIMIT_MAKER", {"price": "1"})
BUY_STOP = ("STOP_LOSS", {"stop_price": "3"})
LIMIT = ("LIMIT", {"price": "1.5"})
TAKER = ("LIMIT", {"price": "2"})
IOC = ("LIMIT", {"price": "2", "time_in_force": "IOC"})
FAR_IOC = ("LIMIT", {"price": "1.5", "time_in_force": "IOC"})
FOK = ("LIMIT", {"price": "2", "time_in_force": "FOK"})
Move = tuple[str, str | None]


def leg(terms: Terms, side: Any, **more: Any) -> Leg:
    facts: dict[str, Any] = {"quantity": "10", **terms[1], **more}
    return Leg(type=terms[0], side=side, **facts)


def oco(venue: Venue, first: Terms, second: Terms, side: Any = "SELL") -> VenueOrderList:
    return place(venue, "OCO", [leg(first, side), leg(second, side)])


def oto(venue: Venue, working: Terms, *pending: Terms, side: Any = "SELL") -> VenueOrderList:
    legs = [leg(each, side, status="PENDING_NEW") for each in pending]
    return place(venue, "OTO", [leg(working, "BUY"), *legs])


def opo(venue: Venue, working: Terms, *pending: Terms, quantity: str = "10") -> VenueOrderList:
    """Place an OPO, or an OPOCO: the pending orders have no quantity yet."""
    legs = [leg(each, "SELL", status="PENDING_NEW", quantity=None) for each in pending]
    return place(venue, "OTO", [leg(working, "BUY", quantity=quantity), *legs])


def place(venue: Venue, kind: Any, legs: Sequence[Leg]) -> VenueOrderList:
    new = NewOrderList(
        symbol="LTCBTC",
        contingency_type=kind,
        legs=tuple(legs),
        list_client_order_id=None,
        account="main",
    )
    return venue.placement.place(new, now=SECOND)


def market(
    price: str = "2", available: str | None = None, symbol: str | Symbol = "LTCBTC", **settings: Any
) -> Venue:
    """Return a venue with a market in LTCBTC; the settings are those of its behaviour."""
    venue = Venue(symbols=[symbol, "BTCUSDT"], behaviour=Behaviour(**settings))
    venue.set_price("LTCBTC", price, available=available, now=0)
    return venue


def moved(venue: Venue, moves: Sequence[Move]) -> list[str]:
    """Move the price, and describe the orders of list 0: status, quantity, expiry reason."""
    for number, (price, available) in enumerate(moves, start=2):
        venue.set_price("LTCBTC", price, available=available, now=number * SECOND)
    return described(venue.order_list(0).orders)


def described(orders: Sequence[Order]) -> list[str]:
    return [
        f"{each.status} {each.executed_qty} {each.expiry_reason or ''}".strip() for each in orders
    ]
