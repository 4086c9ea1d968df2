"""The replies of the loopback exchange to a cancel, all different.

Every id has its own prices, quantities, times and client ids, so caches do not distort the results.
Which reply belongs to which id is decided here, for the server that sends it and for the check
that reads it.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

REPLIES = 1024
"""More prices than a cache of ours holds, so that each comes as new as in life."""
PATH = "/api/v3/orderList"
WEBSOCKET_PATH = "/ws-api/v3"
METHOD = "orderList.cancel"
SYMBOL = "LTCBTC"
RECV_WINDOW = 5000
# The published example key of the exchange's documentation.
API_KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"  # noqa: S105 - published

CANCEL_ID = "the-id-of-the-cancel"
"""Stands in a reply for what the request named the cancel, until it is sent."""

ERROR = b'{"code":-2011,"msg":"Unknown order list sent."}'

_SEED = json.loads(
    (Path(__file__).parent.parent / "tests/data/cancel_order_list_reply.json").read_text()
)
_EVERY_CONDITIONAL_FIELD = {
    "origQuoteOrderQty": "0.000000",
    "icebergQty": "0.50000000",
    "trailingDelta": 100,
    "trailingTime": 1688005070000,
    "strategyId": 37463720,
    "strategyType": 1000000,
    "preventedMatchId": 7,
    "preventedQuantity": "1.20000000",
    "usedSor": True,
    "workingFloor": "SOR",
    "pegPriceType": "PRIMARY_PEG",
    "pegOffsetType": "PRICE_LEVEL",
    "pegOffsetValue": 5,
    "peggedPrice": "87523.83710000",
    "expiryReason": "OCO_TRIGGER",
}
_HEADERS = """\
Content-Type: application/json;charset=UTF-8
Content-Length: {length}
Connection: keep-alive
Date: Mon, 18 Nov 2024 01:34:28 GMT
Server: nginx
Vary: Accept-Encoding
x-mbx-uuid: 0f8c4a5e-6d1b-4b0f-9a41-1df0a7c6c2be
x-mbx-used-weight: 17
x-mbx-used-weight-1m: 17
x-mbx-order-count-10s: 2
x-mbx-order-count-1d: 41
Strict-Transport-Security: max-age=31536000; includeSubdomains
X-Frame-Options: SAMEORIGIN
X-Xss-Protection: 1; mode=block
X-Content-Type-Options: nosniff
Content-Security-Policy: default-src 'self'
X-Content-Security-Policy: default-src 'self'
X-WebKit-CSP: default-src 'self'
Cache-Control: no-cache, no-store, must-revalidate
Pragma: no-cache
Expires: 0
X-Cache: Miss from cloudfront
Via: 1.1 5b1d5f2b6b6f3a0d9f6c7b1f6d2e8a04.cloudfront.net (CloudFront)
X-Amz-Cf-Pop: FRA60-P4
X-Amz-Cf-Id: 8jK2m0Qd1rZb7yWn5cTfPzqLxU3vGhE9aSoRiYwMBtXkDlCNeA4H6g=="""


def cancel_reply(order_list_id: int, *, legs: int = 2) -> dict[str, Any]:
    """Return the documented reply, with values of this id; a third leg has every field there is."""
    reply: dict[str, Any] = copy.deepcopy(_SEED)
    number = order_list_id % REPLIES
    reply["orderListId"] = order_list_id
    reply["listClientOrderId"] = f"list-{number:017d}"
    reply["transactionTime"] += number
    if legs == 3:
        reply["contingencyType"] = "OTO"
        reply["orders"].append(dict(reply["orders"][1]))
        reply["orderReports"].append({**reply["orderReports"][0], **_EVERY_CONDITIONAL_FIELD})
    for leg, order in enumerate(reply["orders"]):
        order["orderId"] = 3 * order_list_id + leg
        order["clientOrderId"] = f"leg-{leg}-{number:016d}"
    for leg, report in enumerate(reply["orderReports"]):
        report.update(
            orderListId=order_list_id,
            orderId=3 * order_list_id + leg,
            origClientOrderId=f"leg-{leg}-{number:016d}",
            clientOrderId=CANCEL_ID,
            transactTime=report["transactTime"] + number,
            price=f"{1 + leg + number / 10_000:.8f}",
            origQty=f"{10 + (leg * REPLIES + number) / 10_000:.8f}",
        )
    return reply


def bodies(*, legs: int = 2) -> list[bytes]:
    """Return a body for every id, as compact as the exchange writes it."""
    return [body_of(cancel_reply(number, legs=legs)) for number in range(REPLIES)]


def body_of(reply: dict[str, Any]) -> bytes:
    """Return a reply as the exchange writes it."""
    return json.dumps(reply, separators=(",", ":")).encode()


def message(body: bytes) -> bytes:
    """Return a whole HTTP response with this body, and as many headers as a live one."""
    return f"HTTP/1.1 200 OK\r\n{_LIVE.format(length=len(body))}\r\n\r\n".encode() + body


_LIVE = _HEADERS.replace("\n", "\r\n")


def parts_of(body: bytes) -> list[bytes]:
    """Return what stands between the ids of the cancel in a reply."""
    return body.split(CANCEL_ID.encode())


def websocket_message(name: bytes, parts: list[bytes], cancel_id: bytes) -> bytes:
    """Return a reply over WebSocket: to the request of this id, as it stood in its frame."""
    return b'{"id":' + name + cancel_id.join(parts)


def websocket_rests() -> list[list[bytes]]:
    """Return the parts of what follows the id in the reply for every list, limits included."""
    return [
        parts_of(b',"status":200,"result":' + body + b"," + _rate_limits(number) + b"}")
        for number, body in enumerate(bodies())
    ]


def websocket_time(milliseconds: int) -> bytes:
    """Return what follows the id in a reply to a question for the time."""
    result = f',"status":200,"result":{{"serverTime":{milliseconds}}},'.encode()
    return result + _rate_limits(0) + b"}"


def _rate_limits(number: int) -> bytes:
    limit = {
        "rateLimitType": "REQUEST_WEIGHT",
        "interval": "MINUTE",
        "intervalNum": 1,
        "limit": 6000,
        "count": 1 + number,
    }
    return b'"rateLimits":' + json.dumps([limit], separators=(",", ":")).encode()


def headers() -> tuple[tuple[str, str], ...]:
    """Return the headers of such a response, as a transport gives them."""
    lines = _HEADERS.format(length=1000).splitlines()
    return tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
