"""The frames that the WebSocket API sends: replies and events.

A reply comes as the response that REST would give, and is put into an envelope.  So the two cannot
differ.  Source: "Response format" of the WebSocket API.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from orderlists_simulator._desk import USED_WEIGHT
from orderlists_simulator._timing import TimeUnit, in_nanoseconds

if TYPE_CHECKING:
    from orderlists.extending import HttpResponse
    from orderlists_simulator._replies import JsonObject
    from orderlists_simulator._ws_request import RequestId

_DONE = 200


def reply(number: RequestId, response: HttpResponse, *, limit: int | None, now: int) -> str:
    """Return the reply frame that says what a response says.

    Args:
        number: The id of the request; None for that of none.
        response: What REST would answer.
        limit: How much weight a minute may use; None to leave it out, with what is used.
        now: In nanoseconds.

    >>> from orderlists.extending import HttpResponse
    >>> reply(7, HttpResponse(503, ()), limit=None, now=0)
    '{"id":7,"status":503}'
    """
    frame: JsonObject = {"id": number, "status": response.status}
    said = _said(response.body)
    if response.status == _DONE and said is not None:
        frame["result"] = said
    elif isinstance(said, dict):
        frame["error"] = {**said, **({} if "data" in said else _come_back(response, now))}
    used = response.header(USED_WEIGHT)
    if limit is not None and used is not None:
        frame["rateLimits"] = [_used(int(used), limit)]
    return written(frame)


def event(happened: JsonObject, *, subscription: int | None = None) -> str:
    """Return the frame that tells of something that happened."""
    named: JsonObject = {} if subscription is None else {"subscriptionId": subscription}
    return written({**named, "event": happened})


def written(frame: JsonObject) -> str:
    """Return an object as the text of a frame."""
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def try_again(*, at: int, now: int) -> JsonObject:
    """Return what is told to those who are to come back later; times in nanoseconds."""
    # "retryAfter" is documented in milliseconds, whatever the unit of other times.
    return {
        "serverTime": TimeUnit.MILLISECOND.written(now),
        "retryAfter": -(-at // TimeUnit.MILLISECOND.value),
    }


def _said(body: bytes) -> object:
    if not body:
        return None
    text = body.decode("utf-8", "replace")
    try:
        said: object = json.loads(text)
    except ValueError:
        return text
    return said


def _come_back(response: HttpResponse, now: int) -> JsonObject:
    seconds = response.header("Retry-After") or ""
    if not seconds.isdecimal():
        return {}
    return {"data": try_again(at=now + in_nanoseconds(int(seconds)), now=now)}


def _used(count: int, limit: int) -> JsonObject:
    # Placements tell of their ORDERS counters as well; none is served here.
    return {
        "rateLimitType": "REQUEST_WEIGHT",
        "interval": "MINUTE",
        "intervalNum": 1,
        "limit": limit,
        "count": count,
    }
