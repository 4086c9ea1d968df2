"""The frames that a server of the WebSocket API sends: replies and events.

A reply is made from the response that REST would send, so that the two cannot differ.  Frames are
made as JSON objects, of which `text` is the usual form.
Source: "Response format" of the WebSocket API.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from orderlists.extending import HttpResponse
from orderlists_simulator._api.dispatcher import USED_WEIGHT
from orderlists_simulator._api.responses import JsonObject, rate_limit
from orderlists_simulator._engine.order_count import OrderWindow
from orderlists_simulator._engine.time import TimeUnit, in_nanoseconds
from orderlists_simulator._protocols.websocket_request import RequestId

_SUCCESS = 200


def reply(
    request_id: RequestId,
    response: HttpResponse,
    *,
    limit: int | None,
    windows: Iterable[OrderWindow] = (),
    now: int,
) -> JsonObject:
    """Return the reply frame with the status and the body of a response.

    Args:
        request_id: The id of the request.
        response: The response that REST would send.
        limit: The weight allowed in a minute; None for a reply without ``rateLimits``.
        windows: The windows of the unfilled orders, which are in the reply to a placement.
        now: In nanoseconds.

    >>> from orderlists.extending import HttpResponse
    >>> reply(7, HttpResponse(503, ()), limit=None, now=0)
    {'id': 7, 'status': 503}
    """
    frame: JsonObject = {"id": request_id, "status": response.status}
    body = _body(response.body)
    if response.status == _SUCCESS and body is not None:
        frame["result"] = body
    elif isinstance(body, dict):
        frame["error"] = {**body, **({} if "data" in body else _retry_after(response, now))}
    used = response.header(USED_WEIGHT)
    if limit is not None and used is not None:
        orders = [_orders(each, response.header(each.header)) for each in windows]
        weight = rate_limit("REQUEST_WEIGHT", "MINUTE", 1, limit, int(used))
        frame["rateLimits"] = [*filter(None, orders), weight]
    return frame


def event(facts: JsonObject, *, subscription: int | None = None) -> JsonObject:
    """Return the frame of an event; None for one that belongs to no subscription."""
    named: JsonObject = {} if subscription is None else {"subscriptionId": subscription}
    return {**named, "event": facts}


def text(frame: JsonObject) -> str:
    """Return a frame as text."""
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def retry_data(*, at: int, now: int) -> JsonObject:
    """Return the ``data`` of an error 429 or 418; times in nanoseconds."""
    # "retryAfter" is documented in milliseconds, whatever the unit of the session.
    return {
        "serverTime": TimeUnit.MILLISECOND.convert(now),
        "retryAfter": -(-at // TimeUnit.MILLISECOND.value),
    }


def _body(body: bytes) -> object:
    if not body:
        return None
    text = body.decode("utf-8", "replace")
    try:
        value: object = json.loads(text)
    except ValueError:
        return text
    return value


def _retry_after(response: HttpResponse, now: int) -> JsonObject:
    seconds = response.header("Retry-After") or ""
    if not seconds.isdecimal():
        return {}
    return {"data": retry_data(at=now + in_nanoseconds(int(seconds)), now=now)}


def _orders(window: OrderWindow, count: str | None) -> JsonObject | None:
    if count is None:
        return None
    return rate_limit("ORDERS", window.interval, window.interval_num, window.limit, int(count))
