"""A transport over httpx, to be copied.  What httpx leaves to chance is left to chance here.

So it breaks the optional clauses `headers_that_trickle_in_end_at_the_timeout`,
`a_body_that_trickles_in_ends_at_the_timeout`, `what_follows_a_reply_is_never_taken_for_another`,
`no_free_connection_means_not_sent` and `a_child_process_has_its_own_connections`.
"""

import ssl
import zlib
from contextlib import closing

import httpx

from orderlists import TransportError
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_transports import MAX_RESPONSE_SIZE, parse_origin

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.LocalProtocolError)


class HttpxTransport:
    """Sends requests to one origin, as `orderlists_transports.HttpTransport` promises."""

    def __init__(
        self, origin: str, trust: ssl.SSLContext, longest: int = MAX_RESPONSE_SIZE
    ) -> None:
        self._origin, self._longest, self._closed = str(parse_origin(origin)), longest, False
        self._pool = httpx.HTTPTransport(trust, trust_env=False)  # Not a Client: those log URLs.

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        """Exchange one request for one response."""
        if self._closed:
            raise TransportError("this transport is closed", sent=False, is_retryable=False)
        words = [request.method, request.target, *(one for pair in request.headers for one in pair)]
        if not all(one.isascii() and one.isprintable() and one == one.strip() for one in words):
            raise TransportError("HTTP cannot carry this request as it is", sent=False)
        whole = True
        try:
            outgoing = httpx.Request(
                request.method, self._origin, headers=request.headers, content=request.body
            )
            outgoing.extensions["target"] = request.target.encode()  # As it is, never quoted anew.
            outgoing.extensions["timeout"] = httpx.Timeout(timeout).as_dict()
            with closing(self._pool.handle_request(outgoing)) as reply:
                body = next(reply.iter_raw(self._longest + 1), b"")
            if body and (encoding := reply.headers.get("content-encoding")):
                inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)  # Tells gzip from deflate.
                body = inflater.decompress(body, self._longest + 1)
                whole = inflater.eof and not inflater.unused_data and "," not in encoding
        except Exception as error:  # noqa: BLE001 - whatever a library raises, one error leaves
            told = f"no reply from {self._origin}: {type(error).__name__}"
            failure = TransportError(told, sent=False if isinstance(error, _NOT_SENT) else None)
        else:
            if whole and len(body) <= self._longest:
                return HttpResponse(reply.status_code, tuple(reply.headers.multi_items()), body)
            failure = TransportError("the reply is too long or cut short", sent=None)
        raise failure  # Out here it has no context: what other errors tell may be secret.

    def close(self) -> None:
        """Close every connection."""
        self._closed = True
        self._pool.close()
