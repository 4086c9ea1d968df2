"""A request in the form in which HTTP/1.1 puts it on the wire.

Invariant: what is written is what was given, byte for byte, or nothing is written at all.
"""

from __future__ import annotations

from string import ascii_letters, digits
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderlists.extending import HttpRequest
    from orderlists_transports.environments import Origin

_TOKEN = b"!#$%&'*+-.^_`|~" + f"{digits}{ascii_letters}".encode()
_TARGET = bytes(set(range(0x21, 0x7F)) - {ord("#")})  # No space, no control, no fragment.
_VALUE = b"\t" + bytes(set(range(0x20, 0x100)) - {0x7F})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_EXPECT_A_BODY = frozenset({"POST", "PUT", "PATCH"})


def flaw(request: HttpRequest) -> str | None:
    r"""Return why a request cannot be sent as it is, or None.  The text shows no value.

    >>> from orderlists.extending import HttpRequest
    >>> flaw(HttpRequest("GET", "/api/v3/time", (("X-MBX-APIKEY", "two\nlines"),)))
    'the value of its header X-MBX-APIKEY holds a character that HTTP does not allow'
    >>> flaw(HttpRequest("GET", "/api/v3/time", ()))
    """
    if not request.method or not _consists_of(_TOKEN, request.method):
        return "its method is not a token"
    if not request.target.startswith("/") or not _consists_of(_TARGET, request.target):
        return "its target is not in origin form"
    for name, value in request.headers:
        if not name or not _consists_of(_TOKEN, name):
            return "the name of a header is not a token"
        if not _consists_of(_VALUE, value):
            return f"the value of its header {name} holds a character that HTTP does not allow"
    return None


def _consists_of(allowed: bytes, text: str) -> bool:
    # A table for each byte takes a third of the time of a pattern.
    try:
        return not text.encode("latin-1").translate(None, allowed)
    except UnicodeEncodeError:
        return False


def host_of(origin: Origin) -> str:
    """Return the value of the `Host` header.

    >>> from orderlists_transports.environments import parse_origin
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

    >>> from orderlists.extending import HttpRequest
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
