"""Placements of each kind, for tests that change one of their fields."""

from collections.abc import Callable, Mapping
from typing import Any

from orderlists import PlaceOco, PlaceOpo, PlaceOpoco, PlaceOto, PlaceOtoco
from orderlists.enums import Side, TimeInForce
from orderlists.legs import Limit, LimitMaker, StopLoss

GTC = TimeInForce.GTC
HIGH, LOW = LimitMaker(price=3), StopLoss(stop_price=1)
LIMIT = Limit(price=2, time_in_force=GTC)


def oco(side: Any = Side.SELL, above: Any = HIGH, below: Any = LOW, **more: Any) -> PlaceOco:
    facts: dict[str, Any] = {"quantity": 5, "above": above, "below": below}
    return PlaceOco(symbol="LTCBTC", side=side, **facts | more)


def oto(working: Any = LIMIT, pending: Any = LOW, **more: Any) -> PlaceOto:
    facts: dict[str, Any] = {
        "symbol": "LTCBTC",
        "working_side": Side.BUY,
        "working_quantity": 5,
        "working": working,
        "pending_side": Side.SELL,
        "pending_quantity": 4,
        "pending": pending,
    }
    return PlaceOto(**facts | more)


def otoco(working: Any = LIMIT, above: Any = HIGH, below: Any = LOW, **more: Any) -> PlaceOtoco:
    facts: dict[str, Any] = {
        "symbol": "LTCBTC",
        "working_side": Side.BUY,
        "working_quantity": 5,
        "working": working,
        "pending_side": Side.SELL,
        "pending_quantity": 4,
        "pending_above": above,
        "pending_below": below,
    }
    return PlaceOtoco(**facts | more)


def opo(working: Any = LIMIT, pending: Any = LOW, **more: Any) -> PlaceOpo:
    facts: dict[str, Any] = {"working_quantity": 5, "working": working, "pending": pending}
    return PlaceOpo(symbol="LTCBTC", **facts | more)


def opoco(working: Any = LIMIT, above: Any = HIGH, below: Any = LOW, **more: Any) -> PlaceOpoco:
    facts: dict[str, Any] = {
        "working_quantity": 5,
        "working": working,
        "pending_above": above,
        "pending_below": below,
    }
    return PlaceOpoco(symbol="LTCBTC", **facts | more)


KINDS: Mapping[str, Callable[..., Any]] = {
    "oco": oco,
    "oto": oto,
    "otoco": otoco,
    "opo": opo,
    "opoco": opoco,
}
"""What makes a placement, by the last part of its path."""
