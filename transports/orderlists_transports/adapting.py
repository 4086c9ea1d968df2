"""What an adapter of an HTTP or WebSocket library needs to keep the contract.

A library's errors and logs show URLs and header values, some libraries re-write what they are
given, and most return a body that is too long, or whose encoding they do not know.  These helpers
refuse a request that HTTP cannot carry, complete its headers, collect and decode a body within its
maximum size, and replace foreign errors by a `TransportError` that shows nothing of them.

Invariant: no text made here shows anything of a request or a reply.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NoReturn, Self

from orderlists import TransportError
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_transports._http1.decoders import decode_content, too_long
from orderlists_transports._http1.errors import UnsendableRequest, UnusableResponse
from orderlists_transports._http1.writer import RequestWriter
from orderlists_transports._net import redact
from orderlists_transports.environments import Origin, parse_framed_origin, parse_origin
from orderlists_transports.interfaces import MAX_RESPONSE_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

_ANY_ORIGIN = parse_origin("http://localhost")
_BODILESS = frozenset({204, 304})

__all__ = [
    "MAX_RESPONSE_SIZE",
    "Body",
    "Origin",
    "check_request",
    "check_target",
    "closed",
    "describe",
    "no_connection",
    "no_response",
    "over",
    "parse_framed_origin",
    "parse_origin",
    "translate_errors",
    "write_request",
]


def over() -> TransportError:
    """Return the error for a frame on a connection that is over; `sent` is False."""
    return TransportError("this connection is over", sent=False, is_retryable=False)


def closed() -> TransportError:
    """Return the error for a request to a transport that was closed."""
    return redact.not_sent("this transport is closed")


def check_request(request: HttpRequest) -> None:
    """Refuse a request that HTTP cannot carry as it is.

    Raises:
        TransportError: The method or a header name is not a token, the target is not in origin
            form, or a header value holds a character that HTTP does not allow; `sent` is False.
    """
    write_request(request, _ANY_ORIGIN)


def check_target(target: str) -> None:
    """Refuse the target of a handshake that HTTP cannot carry as it is.

    Raises:
        TransportError: It is not in origin form; `sent` is False.
    """
    check_request(HttpRequest("GET", target, ()))


def write_request(request: HttpRequest, origin: Origin) -> bytes:
    r"""Return the bytes of a request, completed by `Host`, and by `Content-Length` for a body.

    Raises:
        TransportError: HTTP cannot carry it, see `check_request`.

    >>> from orderlists.extending import HttpRequest
    >>> write_request(HttpRequest("GET", "/api/v3/time", ()), parse_origin("http://127.0.0.1:8080"))
    b'GET /api/v3/time HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n'
    """
    try:
        return RequestWriter(origin).write(request)
    except UnsendableRequest as error:
        failure = redact.not_sent(str(error))
    raise failure


class Body:
    """The body of a reply, collected as it arrives; at its end, the response.

    A library may return what it has where the connection ended too early: with `read(n)` in the
    middle of the body, with an empty body where the head was cut off.  So the length is checked
    here, and an empty body that no header announces is not accepted.

    Args:
        max_size: The maximum size in bytes, before decompression and after.

    >>> import gzip
    >>> body = Body(max_size=100)
    >>> body.add(gzip.compress(b"{}"))
    >>> body.response(200, [("Content-Encoding", "gzip")]).body
    b'{}'
    """

    def __init__(self, max_size: int = MAX_RESPONSE_SIZE) -> None:
        self._max_size = max_size
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, part: bytes) -> None:
        """Add what has arrived, not decompressed.

        Raises:
            TransportError: The body is longer than its maximum size.
        """
        self._parts.append(part)
        self._size += len(part)
        if self._size > self._max_size:
            raise _unusable(too_long(self._max_size))

    def response(self, status: int, headers: Iterable[tuple[str, str]]) -> HttpResponse:
        """Return the response with the whole body, decoded as `Content-Encoding` says.

        Raises:
            TransportError: The body is not as long as `Content-Length` says; it is empty, and no
                header says so; its encoding is unknown or corrupt; or it is longer than its maximum
                size when decompressed.
        """
        pairs = tuple(headers)
        try:
            if status not in _BODILESS:
                self._check_length(pairs)
            encodings = ",".join(_values(pairs, "content-encoding"))
            body = decode_content(b"".join(self._parts), encodings, self._max_size)
        except UnusableResponse as error:
            failure = _unusable(error)
        else:
            return HttpResponse(status, pairs, body)
        raise failure

    def _check_length(self, headers: tuple[tuple[str, str], ...]) -> None:
        if _values(headers, "transfer-encoding"):
            return
        lengths = _values(headers, "content-length")
        if any(length != str(self._size) for length in lengths):
            raise UnusableResponse("its body is not as long as its Content-Length")
        if not (lengths or self._size):
            raise UnusableResponse("it is cut off in its headers, or its body is empty")


def describe(error: BaseException) -> str:
    """Return the text of a foreign error as far as it cannot hold a secret.

    >>> describe(ConnectionRefusedError(111, "GET /?signature=c8db56"))
    'ConnectionRefusedError: Connection refused'
    """
    return redact.describe(error)


def no_connection(origin: object, error: BaseException) -> TransportError:
    """Return the error for a connection that was not opened; `sent` is False.

    It is not retryable if the server's certificate was refused.

    >>> no_connection(parse_origin("http://127.0.0.1:8080"), TimeoutError())
    TransportError('nothing was sent: no connection to http://127.0.0.1:8080: TimeoutError')
    """
    return redact.not_connected(origin, error)


def no_response(origin: object, error: BaseException) -> TransportError:
    """Return the error for a request that may have been sent, without a response; `sent` is None.

    >>> no_response(parse_origin("http://127.0.0.1:8080"), TimeoutError())
    TransportError('no response from http://127.0.0.1:8080: TimeoutError')
    """
    return redact.no_response(origin, error)


class translate_errors:  # noqa: N801 - used like a function, as contextlib.suppress is
    """Replace the errors of a library, raised in a block, by a `TransportError` without context.

    Any other error passes: it is a bug, and not a failure of the network.

    Args:
        origin: The server, as it is to be shown.
        not_sent: The errors after which nothing can have been sent, such as those of connecting.
        lost: The errors after which the request may have been sent.

    >>> origin = parse_origin("http://127.0.0.1:8080")
    >>> with translate_errors(origin, lost=(OSError,)):
    ...     raise TimeoutError("GET /?signature=c8db56")
    Traceback (most recent call last):
        ...
    orderlists.errors.TransportError: no response from http://127.0.0.1:8080: TimeoutError
    """

    def __init__(
        self,
        origin: object,
        *,
        not_sent: tuple[type[Exception], ...] = (),
        lost: tuple[type[Exception], ...] = (),
    ) -> None:
        self._origin = origin
        self._not_sent = not_sent
        self._lost = lost

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> Literal[False]:
        if isinstance(error, TransportError):
            return False
        if isinstance(error, self._not_sent):
            _raise_without_context(no_connection(self._origin, error))
        if isinstance(error, self._lost):
            _raise_without_context(no_response(self._origin, error))
        return False


def _raise_without_context(error: TransportError) -> NoReturn:
    try:
        raise error
    except TransportError:
        # Python makes the foreign error its context, whose text may hold a secret.
        error.__context__ = None
        raise


def _values(headers: tuple[tuple[str, str], ...], wanted: str) -> list[str]:
    return [value.strip() for name, value in headers if name.lower() == wanted]


def _unusable(error: UnusableResponse) -> TransportError:
    return TransportError(f"the response is unusable: {error}", sent=None)
