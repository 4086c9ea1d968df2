"""A venue to start with: the documented key, and a few open lists.

List 0 is the one that the documentation of `Cancel Order List` cancels.
"""

from __future__ import annotations

from itertools import count

from orderlists_simulator._venue import Venue

_MORE_LISTS = 4


def example_venue(*, now: int) -> Venue:
    """Return a new venue with five open OCO lists on LTCBTC, ids 0 to 4.

    Args:
        now: When they were placed, in nanoseconds since 1970.

    Returns:
        A venue that knows `EXAMPLE_KEY`.  The client ids are those of the documentation for list 0,
        then ``example-1`` and so on.

    >>> [each.order_list_id for each in example_venue(now=0).lists]
    [0, 1, 2, 3, 4]
    """
    venue = Venue(order_ids=count(2))
    venue.open_oco(
        symbol="LTCBTC",
        side="SELL",
        quantity="10",
        price="3",
        stop_price="1",
        stop_limit_price="1",
        list_client_order_id="C3wyj4WVEktd7u9aVBRXcN",
        stop_client_order_id="pO9ufTiFGg3nw2fOdgeOXa",
        limit_client_order_id="TXOvglzXuaubXAaENpaRCB",
        now=now,
    )
    for number in range(1, _MORE_LISTS + 1):
        venue.open_oco(
            symbol="LTCBTC",
            side="SELL",
            quantity=number,
            price="3.5",
            stop_price="0.9",
            list_client_order_id=f"example-{number}",
            now=now,
        )
    return venue
