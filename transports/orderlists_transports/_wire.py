"""A request in the form in which HTTP/1.1 puts it on the wire.

Invariant: what is written is what was given, byte for byte, or nothing is written at all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderlists import HttpRequest
    from orderlists_transports._exchange import Origin

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# What most characters are comes first in a set: its parts are tried in their order.
_TARGET = re.compile(r"/[$-~!-\"]*")  # Origin form: no space, no control, no fragment.
_VALUE = re.compile(r"[ -~\t\x80-\xff]*")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_EXPECT_A_BODY = frozenset({"POST", "PUT", "PATCH"})


def flaw(request: HttpRequest) -> str | None:
    r"""Return why a request cannot be sent as it is, or None.  The text shows no value.

    >>> from orderlists import HttpRequest
    >>> flaw(HttpRequest("GET", "/api/v3/time", (("X-MBX-APIKEY", "two\nlines"),)))
    'the value of its header X-MBX-APIKEY holds a character that HTTP does not allow'
    >>> flaw(HttpRequest("GET", "/api/v3/time", ()))
    """
    if _TOKEN.fullmatch(request.method) is None:
        return "its method is not a token"
    if _TARGET.fullmatch(request.target) is None:
        return "its target is not in origin form"
    for name, value in request.headers:
        if _TOKEN.fullmatch(name) is None:
            return "the name of a header is not a token"
        if _VALUE.fullmatch(value) is None:
            return f"the value of its header {name} holds a character that HTTP does not allow"
    return None


def host_of(origin: Origin) -> str:
    """Return the value of the `Host` header.

    >>> from orderlists_transports._exchange import parse_origin
    >>> host_of(parse_origin("https://testnet.binance.vision"))
    'testnet.binance.vision'
    >>> host_of(parse_origin("http://[::1]:8080"))
    '[::1]:8080'
    """
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    standard = origin.port == _DEFAULT_PORTS[origin.scheme]
    return host if standard else f"{host}:{origin.port}"


def serialise(request: HttpRequest, host: str) -> bytes:
    r"""Return the bytes of a request without a flaw, completed by what HTTP itself needs.

    >>> from orderlists import HttpRequest
    >>> serialise(HttpRequest("GET", "/api/v3/time", ()), "testnet.binance.vision")
    b'GET /api/v3/time HTTP/1.1\r\nHost: testnet.binance.vision\r\n\r\n'
    """
    given = {name.lower() for name, _ in request.headers}
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    if "host" not in given:
        lines.append(f"Host: {host}")
    lines += [f"{name}: {value}" for name, value in request.headers]
    if (request.body or request.method in _EXPECT_A_BODY) and given.isdisjoint(
        ("content-length", "transfer-encoding")
    ):
        lines.append(f"Content-Length: {len(request.body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + request.body
