"""HTTP/1.1 requests as bytes.

A request is written exactly as it was given, completed by what HTTP itself needs (`Host`, and
`Content-Length` where there is a body), or it is refused.  Refusing matters: a line break in a
header value would become a header, and a space in a target would become another protocol version.

A client signs every target anew, but sends the same few tuples of headers again and again.  So a
block of headers is judged and encoded once, and the target each time.

Invariant: what is written is what was given, byte for byte, or nothing is written at all.
"""

from __future__ import annotations

from string import ascii_letters, digits
from typing import TYPE_CHECKING, Final, NamedTuple

from orderlists_transports._http1.errors import UnsendableRequest
from orderlists_transports.environments import bracketed

if TYPE_CHECKING:
    from orderlists.extending import HttpRequest
    from orderlists_transports.environments import Origin

_TOKEN: Final = b"!#$%&'*+-.^_`|~" + f"{digits}{ascii_letters}".encode()
_TARGET: Final = bytes(set(range(0x21, 0x7F)) - {ord("#")})  # No space, no control, no fragment.
_VALUE: Final = b"\t" + bytes(set(range(0x20, 0x100)) - {0x7F})
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_EXPECT_A_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_MOST_BLOCKS: Final = 64

Headers = tuple[tuple[str, str], ...]


class _Block(NamedTuple):
    """Encoded headers, `Host` among them, each line with its end."""

    lines: bytes
    gives_length: bool


class RequestWriter:
    r"""Writes requests to one origin.

    >>> from orderlists.extending import HttpRequest
    >>> from orderlists_transports.environments import parse_origin
    >>> writer = RequestWriter(parse_origin("https://testnet.binance.vision"))
    >>> writer.write(HttpRequest("GET", "/api/v3/time", ()))
    b'GET /api/v3/time HTTP/1.1\r\nHost: testnet.binance.vision\r\n\r\n'
    """

    def __init__(self, origin: Origin) -> None:
        self._host = _host_header(origin)
        self._blocks: dict[Headers, _Block] = {}

    def write(self, request: HttpRequest) -> bytes:
        """Return the bytes of a request.

        Raises:
            UnsendableRequest: HTTP cannot carry it; the text says why, and shows no value.
        """
        target, headers, body = request.target, request.headers, request.body
        check_target(target)
        block = self._blocks.get(headers) or self._new_block(headers)
        length = b""
        if (body or request.method in _EXPECT_A_BODY) and not block.gives_length:
            length = b"Content-Length: %d\r\n" % len(body)
        start = _start_line(request.method, target)
        return b"%b%b%b\r\n%b" % (start, block.lines, length, body)

    def _new_block(self, headers: Headers) -> _Block:
        names = {name.lower() for name, _ in headers}
        host = () if "host" in names else (("Host", self._host),)
        block = _Block(
            _encode_headers((*host, *headers)),
            gives_length=not names.isdisjoint(("content-length", "transfer-encoding")),
        )
        if len(self._blocks) >= _MOST_BLOCKS:
            self._blocks.clear()
        self._blocks[headers] = block
        return block


def check_target(target: str) -> None:
    """Refuse a target that HTTP cannot carry as it is.

    Raises:
        UnsendableRequest: It is not in origin form.
    """
    if not target.startswith("/") or not _consists_of(_TARGET, target):
        raise UnsendableRequest("its target is not in origin form")


def write_connect(origin: Origin, headers: Headers) -> bytes:
    r"""Return the bytes that ask a proxy for a tunnel.

    >>> from orderlists_transports.environments import parse_origin
    >>> write_connect(parse_origin("https://testnet.binance.vision"), ())
    b'CONNECT testnet.binance.vision:443 HTTP/1.1\r\nHost: testnet.binance.vision:443\r\n\r\n'
    """
    authority = f"{bracketed(origin.host)}:{origin.port}"
    start = _start_line("CONNECT", authority)
    return b"%b%b\r\n" % (start, _encode_headers((("Host", authority), *headers)))


def _encode_headers(headers: Headers) -> bytes:
    """Return the lines of headers, each with its end.

    Raises:
        UnsendableRequest: A name is not a token, or a value holds a character that HTTP does not
            allow; the text shows no value.
    """
    for name, value in headers:
        if not name or not _consists_of(_TOKEN, name):
            raise UnsendableRequest("the name of a header is not a token")
        if not _consists_of(_VALUE, value):
            raise UnsendableRequest(
                f"the value of its header {name} holds a character that HTTP does not allow"
            )
    return "".join(f"{name}: {value}\r\n" for name, value in headers).encode("latin-1")


def _host_header(origin: Origin) -> str:
    """Return the value of the `Host` header.

    >>> from orderlists_transports.environments import parse_origin
    >>> _host_header(parse_origin("https://testnet.binance.vision"))
    'testnet.binance.vision'
    >>> _host_header(parse_origin("http://[::1]:8080"))
    '[::1]:8080'
    """
    host = bracketed(origin.host)
    standard = origin.port == _DEFAULT_PORTS[origin.scheme]
    return host if standard else f"{host}:{origin.port}"


def _consists_of(allowed: bytes, text: str) -> bool:
    """Return whether every character of a text is one of these bytes in Latin-1."""
    # A table for each byte takes half of the time of a pattern.
    try:
        return not text.encode("latin-1").translate(None, allowed)
    except UnicodeEncodeError:
        return False


def _start_line(method: str, target: str) -> bytes:
    if not method or not _consists_of(_TOKEN, method):
        raise UnsendableRequest("its method is not a token")
    return f"{method} {target} HTTP/1.1\r\n".encode("latin-1")
