"""The two legs of an OCO, as most people place it.

A stop loss, and a limit maker on the other side of the market; of the same side and quantity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlists_simulator._orders import Leg

if TYPE_CHECKING:
    from orderlists_simulator._amounts import Amount
    from orderlists_simulator._terms import Side


def oco_legs(
    *,
    side: Side,
    quantity: Amount,
    price: Amount,
    stop_price: Amount,
    stop_limit_price: Amount | None,
    limit_client_order_id: str | None,
    stop_client_order_id: str | None,
) -> tuple[Leg, Leg]:
    """Return the stop loss, then the limit maker: the order of the documented replies.

    Raises:
        InvalidSetting: An amount is a float, negative or not a number.
    """
    stop = Leg(
        side=side,
        type="STOP_LOSS" if stop_limit_price is None else "STOP_LOSS_LIMIT",
        quantity=quantity,
        price=0 if stop_limit_price is None else stop_limit_price,
        stop_price=stop_price,
        client_order_id=stop_client_order_id,
    )
    limit = Leg(
        side=side,
        type="LIMIT_MAKER",
        quantity=quantity,
        price=price,
        client_order_id=limit_client_order_id,
    )
    return stop, limit
