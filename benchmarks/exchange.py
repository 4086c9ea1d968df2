"""What the loopback exchange and the contestants agree on, and the messages around its replies.

A reply repeats client ids of its request.  Until it is sent, each is held by what `echo_of`
returns for the parameter that brings it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

REPLIES = 1024
"""More prices than a cache of ours holds, so that each comes as new as in life."""
WEBSOCKET_PATH = "/ws-api/v3"
SYMBOL = "LTCBTC"
RECV_WINDOW = 5000
# The published example key of the exchange's documentation.
API_KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"  # noqa: S105 - published

JSON = "application/json;charset=UTF-8"
ERROR = b'{"code":-2011,"msg":"Unknown order list sent."}'

_ECHO = "the-"
_ECHOED = re.compile(rb"the-([A-Za-z]+)")
_HEADERS = """\
Content-Type: {media_type}
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


def body_of(reply: dict[str, Any]) -> bytes:
    """Return a reply as the exchange writes it."""
    return json.dumps(reply, separators=(",", ":")).encode()


def message(body: bytes, media_type: str = JSON) -> bytes:
    """Return a whole HTTP response with this body, and as many headers as a live one."""
    lines = _LIVE.format(length=len(body), media_type=media_type)
    return f"HTTP/1.1 200 OK\r\n{lines}\r\n\r\n".encode() + body


_LIVE = _HEADERS.replace("\n", "\r\n")


def echo_of(parameter: str) -> str:
    """Return what holds the place of a parameter in a reply: a client id by itself."""
    return _ECHO + parameter


def parameter_of(echo: str) -> str:
    """Return the parameter whose place is held."""
    return echo.removeprefix(_ECHO)


def parts_of(body: bytes) -> list[bytes]:
    """Return a reply in parts: every second one is the name of a parameter that it repeats."""
    return _ECHOED.split(body)


def filled(parts: list[bytes], given: Mapping[bytes, bytes]) -> bytes:
    """Return a reply with the parameters that it repeats.

    >>> filled(parts_of(b'{"id":"the-name"}'), {b"name": b"x"})
    b'{"id":"x"}'
    """
    filled = list(parts)
    filled[1::2] = [given.get(name, b"") for name in parts[1::2]]
    return b"".join(filled)


def websocket_message(name: bytes, rest: bytes) -> bytes:
    """Return a reply over WebSocket: to the request of this id, as it stood in its frame."""
    return b'{"id":' + name + rest


def websocket_parts(bodies: list[bytes]) -> list[list[bytes]]:
    """Return what follows the id in a reply with each of these bodies, in parts."""
    return [
        parts_of(b',"status":200,"result":' + body + _after_result(number))
        for number, body in enumerate(bodies)
    ]


def websocket_time(milliseconds: int) -> bytes:
    """Return what follows the id in a reply to a question for the time."""
    result = f',"status":200,"result":{{"serverTime":{milliseconds}}}'.encode()
    return result + _after_result(0)


def rate_limits(number: int) -> list[dict[str, Any]]:
    """Return the rate limits in the reply of this number."""
    return [
        {
            "rateLimitType": "REQUEST_WEIGHT",
            "interval": "MINUTE",
            "intervalNum": 1,
            "limit": 6000,
            "count": 1 + number,
        }
    ]


def _after_result(number: int) -> bytes:
    return (
        b',"rateLimits":' + json.dumps(rate_limits(number), separators=(",", ":")).encode() + b"}"
    )


def headers(media_type: str = JSON) -> tuple[tuple[str, str], ...]:
    """Return the headers of such a response, as a transport gives them."""
    lines = _HEADERS.format(length=1000, media_type=media_type).splitlines()
    return tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
