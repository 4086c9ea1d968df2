"""What `binance-sdk-spot` takes, over HTTP and over WebSocket: names in snake case, and floats."""

from __future__ import annotations

from typing import Any

from benchmarks.exchange import RECV_WINDOW, SYMBOL
from benchmarks.operations import AMOUNTS

# Made before, as a caller of it has them.
_FLOATS = [tuple(map(float, amounts)) for amounts in AMOUNTS]


def cancel_arguments(number: int) -> dict[str, Any]:
    """Return the arguments of a cancel."""
    return {
        "symbol": SYMBOL,
        "order_list_id": number,
        "new_client_order_id": f"bench-{number}",
        "recv_window": RECV_WINDOW,
    }


def oco_arguments(number: int) -> dict[str, Any]:
    """Return the arguments of an OCO."""
    quantity, above_price, below_stop_price, below_price = _FLOATS[number]
    return {
        "symbol": SYMBOL,
        "side": "SELL",
        "quantity": quantity,
        "above_type": "LIMIT_MAKER",
        "below_type": "STOP_LOSS_LIMIT",
        "list_client_order_id": f"list-{number}",
        "above_client_order_id": f"above-{number}",
        "above_price": above_price,
        "below_client_order_id": f"below-{number}",
        "below_price": below_price,
        "below_stop_price": below_stop_price,
        "below_time_in_force": "GTC",
        "new_order_resp_type": "FULL",
        "recv_window": RECV_WINDOW,
    }
