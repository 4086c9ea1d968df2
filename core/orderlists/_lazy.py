"""The public names that are loaded when they are first used, and their modules.

A program needs few of them, and making their classes takes half of the import.  What every client
needs is imported by `orderlists` itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

REQUESTS: Final[Mapping[str, str]] = {
    "AmendOrder": "_operations.amend_order",
    "CancelOpenOrders": "_operations.cancel_open_orders",
    "CancelOrder": "_operations.cancel_order",
    "CancelOrderList": "_operations.cancel_order_list",
    "GetAllOrderLists": "_operations.get_all_order_lists",
    "GetExchangeInfo": "_operations.get_exchange_info",
    "GetOpenOrderLists": "_operations.get_open_order_lists",
    "GetOrder": "_operations.get_order",
    "GetOrderAmendments": "_operations.get_order_amendments",
    "GetOrderList": "_operations.get_order_list",
    "GetServerTime": "_operations.get_server_time",
    "GetUnfilledOrderCount": "_operations.get_unfilled_order_count",
    "PlaceOco": "_operations.place_oco",
    "PlaceOpo": "_operations.place_opo",
    "PlaceOpoco": "_operations.place_opoco",
    "PlaceOto": "_operations.place_oto",
    "PlaceOtoco": "_operations.place_otoco",
}
"""The classes of requests."""

LAZY: Final[Mapping[str, str]] = {
    **REQUESTS,
    "AmendReport": "_operations.amend_order",
    "AmendedOrder": "_operations.amend_order",
    "AmendedOrderList": "_operations.amend_order",
    "CancelAllReport": "_execution.cancel_all_report",
    "CanceledOrder": "_operations.cancel_order",
    "Ed25519Key": "_keys.private_keys",
    "Event": "_models.events",
    "ExecutionReport": "_models.events",
    "Gap": "_models.events",
    "GapReason": "_models.events",
    "ListStatus": "_models.events",
    "OrderAmendment": "_operations.get_order_amendments",
    "OtherEvent": "_models.events",
    "RsaKey": "_keys.private_keys",
    "Sbe": "_formats.sbe.format",
    "SbeSchemaWarning": "_formats.sbe.format",
    "ServerTime": "_operations.get_server_time",
    "UnfilledOrderCount": "_operations.get_unfilled_order_count",
    "Verdict": "_execution.cancel_all_report",
    "WebSocketApi": "_protocols.websocket_api",
}
"""All of them."""


def load(name: str) -> Any:  # noqa: ANN401 - most are classes
    """Return what has this name."""
    return getattr(import_module(f"orderlists.{LAZY[name]}"), name)
