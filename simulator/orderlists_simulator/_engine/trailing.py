"""Trailing stops: the price from which an order trails, and the price at which it is triggered.

An order that is triggered by a rise trails the lowest price, one that is triggered by a fall the
highest.  [ASSUME] With a stop price, trailing begins when the price reaches that.

Invariant: the price at which an order is triggered never moves away from the market.
"""

from __future__ import annotations

from decimal import Decimal

from orderlists_simulator._engine.orders import Order

_BASIS_POINTS = 10_000


class Trail:
    """The extreme prices that trailing orders have seen, by the id of the order.

    >>> from orderlists_simulator._engine.trailing import Trail
    >>> trail = Trail()
    >>> for price in (5, 4, 6):
    ...     trail.follow(1, Decimal(price), rising=True)
    >>> trail.extreme(1)
    Decimal('4')
    """

    def __init__(self) -> None:
        self._extremes: dict[int, Decimal] = {}

    def follow(self, order_id: int, price: Decimal, *, rising: bool) -> None:
        """Note a price that an order sees; the first one begins its trailing."""
        seen = self._extremes.get(order_id, price)
        self._extremes[order_id] = min(seen, price) if rising else max(seen, price)

    def extreme(self, order_id: int) -> Decimal | None:
        """Return the price from which an order trails; None if trailing has not begun."""
        return self._extremes.get(order_id)


def trigger_price(order: Order, trail: Trail, *, rising: bool) -> Decimal | None:
    """Return the price at which a stop order is triggered; None if there is none yet."""
    if order.trailing_delta is None:
        return order.stop_price
    extreme = trail.extreme(order.order_id)
    if extreme is None:
        return None
    distance = extreme * order.trailing_delta / _BASIS_POINTS
    return extreme + distance if rising else extreme - distance
