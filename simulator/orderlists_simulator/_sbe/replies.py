"""Which message answers a request, and the messages of replies, errors and events.

Source: the comments of ``spot_3_5.xml``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias, cast

from orderlists_simulator._sbe.layout import ITSELF, Tree
from orderlists_simulator._sbe.writer import SbeWriter

Content: TypeAlias = Tree | list[Any]
"""The JSON body of a reply."""

_Name: TypeAlias = str | Callable[[Tree], str]

_MICROSECONDS = 1_000


def _cancel_name(tree: Tree) -> str:
    return "CancelOrderListResponse" if "orderReports" in tree else "CancelOrderResponse"


def _placement_name(tree: Tree) -> str:
    reports: list[Tree] = tree.get("orderReports") or []
    if any("fills" in each for each in reports):
        return "NewOrderListFullResponse"
    has_state = any("status" in each for each in reports)
    return "NewOrderListResultResponse" if has_state else "NewOrderListAckResponse"


_CANCEL_OPEN = "CancelOpenOrdersResponse"
_REPLIES: Final[Mapping[str, _Name]] = {
    "ping": "PingResponse",
    "time": "ServerTimeResponse",
    "order.status": "OrderResponse",
    "order.cancel": _cancel_name,
    "openOrders.cancelAll": _CANCEL_OPEN,
    "orderList.cancel": _cancel_name,
    "orderList.status": "OrderListResponse",
    "openOrderLists.status": "OrderListsResponse",
    "allOrderLists": "OrderListsResponse",
    **{
        f"orderList.place.{each}": _placement_name
        for each in ("oco", "oto", "otoco", "opo", "opoco")
    },
    "account.rateLimits.orders": "AccountOrderRateLimitResponse",
    "session.logon": "WebSocketSessionLogonResponse",
    "session.status": "WebSocketSessionStatusResponse",
    "session.logout": "WebSocketSessionLogoutResponse",
    "session.subscriptions": "WebSocketSessionSubscriptionsResponse",
    "userDataStream.subscribe": "UserDataStreamSubscribeResponse",
    "userDataStream.subscribe.signature": "UserDataStreamSubscribeResponse",
    "userDataStream.unsubscribe": "UserDataStreamUnsubscribeResponse",
}
_EVENTS: Final = {
    "eventStreamTerminated": "EventStreamTerminatedEvent",
    "executionReport": "ExecutionReportEvent",
    "listStatus": "ListStatusEvent",
    "serverShutdown": "ServerShutdownEvent",
}


def has_reply(method: str | None) -> bool:
    """Return whether the result of a method of the WebSocket API, or of its twin, has a message."""
    return method in _REPLIES


def result(writer: SbeWriter, method: str, body: Content) -> bytes:
    """Return the message of a result, which `has_reply`.

    Args:
        writer: The writer.
        method: The method of the WebSocket API.
        body: The result in JSON.
    """
    name = _REPLIES[method]
    if name == _CANCEL_OPEN:
        canceled = cast("list[Tree]", body)
        body = [{"response": writer.message(_cancel_name(each), each)} for each in canceled]
    tree = {ITSELF: body} if isinstance(body, list) else body
    return writer.message(name if isinstance(name, str) else name(tree), tree)


def error(writer: SbeWriter, body: Tree) -> bytes:
    """Return the message of an error.

    Its times are in milliseconds in JSON, whatever unit was asked for.
    """
    data: Tree = body.get("data") or {}
    times = {name: time * _MICROSECONDS for name, time in data.items()}
    return writer.message("ErrorResponse", {**body, **times, "data": None})


def event(writer: SbeWriter, facts: Tree, subscription: int | None) -> bytes | None:
    """Return the message of an event; None if the schema has no message that is known here.

    Args:
        writer: The writer.
        facts: The event in JSON.
        subscription: The id of the subscription; None for none.
    """
    name = _EVENTS.get(facts["e"])
    tree = {**facts, "subscriptionId": subscription}
    return None if name is None else writer.message(name, tree)
