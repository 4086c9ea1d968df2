"""The endpoints of an account.

Source: `Query Unfilled Order Count`.
"""

from __future__ import annotations

from orderlists_simulator._api.endpoint import Call, Served
from orderlists_simulator._api.responses import Json, rate_limit


@Served(
    rest=("GET", "/api/v3/rateLimit/order"),
    websocket="account.rateLimits.orders",
    security="USER_DATA",
    weight=40,
)
def _unfilled_order_count(call: Call) -> Json:
    counter = call.venue.order_count
    used = counter.used(call.account, now=call.now)
    return [
        rate_limit("ORDERS", window.interval, window.interval_num, window.limit, count)
        for window, count in zip(counter.windows, used, strict=True)
    ]
