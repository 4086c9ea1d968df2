"""Answers to requests: the venue's own, an injected one, or none at all.

Frozen values that know no request.  Each makes what the client receives from the venue's response,
if there is one.
"""

from __future__ import annotations

import json
from typing import Literal, Protocol, TypeAlias

from attrs import field, frozen

from orderlists import InvalidSetting
from orderlists.extending import HttpResponse
from orderlists_simulator._engine.log import ConnectionEnd
from orderlists_simulator._engine.rate_limits import banned_until, weight_exceeded
from orderlists_simulator._engine.time import in_nanoseconds
from orderlists_simulator._validators import in_range, is_whole, one_of

NoResponseKind: TypeAlias = Literal["refused", "dropped", "reset", "silent"]
"""What becomes of a connection on which nothing is answered."""

RateLimitStatus: TypeAlias = Literal[418, 429]

JSON = ("Content-Type", "application/json;charset=UTF-8")
HTML = ("Content-Type", "text/html")

_TOO_MANY = 429
_LIMIT = 6000
_MESSAGES = {
    -1000: "An unknown error occurred while processing the request.",
    -1001: "Internal error; unable to process your request. Please try again.",
    -1006: "An unexpected response was received from the message bus. Execution status unknown.",
    -1007: (
        "Timeout waiting for response from backend server. "
        "Send status unknown; execution status unknown."
    ),
    -1008: "Server is currently overloaded with other requests. Please try again in a few minutes.",
    -1016: "This service is no longer available.",
    -1021: "Timestamp for this request is outside of the recvWindow.",
    -2015: "Invalid API-key, IP, or permissions for action.",
}
# The beginning of a successful reply, for requests that are not executed.
_SUCCESS = HttpResponse(
    200,
    (JSON,),
    b'{"orderListId":0,"contingencyType":"OCO","listStatusType":"ALL_DONE",'
    b'"listOrderStatus":"ALL_DONE","listClientOrderId":"stock"}',
)


@frozen(kw_only=True)
class BrokenConnection:
    """A connection that ends without a complete answer.

    Attributes:
        how: How it ends.
        partial: The answer of which a part is received; None if nothing is.
        kept: How many bytes of its body are received.
    """

    how: ConnectionEnd
    partial: HttpResponse | None = None
    kept: int = 0


class Answer(Protocol):
    """The answer to a request; a plan may use one of its own."""

    @property
    def needs_response(self) -> bool:
        """Whether it can be given only after the venue's response."""
        ...

    def give(
        self, response: HttpResponse | None, /, *, now: int
    ) -> HttpResponse | BrokenConnection:
        """Return what the client receives.

        Args:
            response: The venue's response; None if there is none yet, or ever.
            now: The venue's time in nanoseconds.
        """
        ...


@frozen
class PassThrough:
    """The venue's own response."""

    needs_response: bool = field(default=True, init=False, repr=False)

    def give(self, response: HttpResponse | None, *, now: int) -> HttpResponse | BrokenConnection:
        """Return the venue's response."""
        del now
        if response is None:
            raise RuntimeError("the venue has not responded yet")
        return response


@frozen
class NoResponse:
    """No answer.

    Attributes:
        how: What becomes of the connection.
    """

    how: NoResponseKind = field(validator=one_of(NoResponseKind))
    needs_response: bool = field(default=False, init=False, repr=False)

    def give(self, response: HttpResponse | None, *, now: int) -> HttpResponse | BrokenConnection:
        """Return the end of the connection."""
        del response, now
        return BrokenConnection(how=self.how)


@frozen(kw_only=True)
class CannedResponse:
    """A fixed response in the place of the venue's.

    Attributes:
        status: 200 to 599.
        headers: Names and values.
        body: The bytes.
    """

    status: int = field(validator=in_range(200, 600, whole=True))
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    needs_response: bool = field(default=False, init=False, repr=False)

    def give(self, response: HttpResponse | None, *, now: int) -> HttpResponse | BrokenConnection:
        """Return the response."""
        del response, now
        return HttpResponse(self.status, self.headers, self.body)


@frozen(kw_only=True)
class NullIdResponse(CannedResponse):
    """A fixed response that has the id null over a connection, so it names no request."""


@frozen(kw_only=True)
class RetryLater:
    """The exchange's response for an exceeded rate limit.

    Attributes:
        status: 429, or 418 for a ban.
        retry_after: In seconds; None for a response without a time.
    """

    status: RateLimitStatus = field(validator=one_of(RateLimitStatus))
    retry_after: int | None = field(validator=in_range(0, whole=True, optional=True))
    needs_response: bool = field(default=False, init=False, repr=False)

    def give(self, response: HttpResponse | None, *, now: int) -> HttpResponse | BrokenConnection:
        """Return the response."""
        del response
        # Without a Retry-After the text has no time either.
        if self.retry_after is None:
            return HttpResponse(self.status, (JSON,), _error(-1003, "Too many requests."))
        until = now + in_nanoseconds(self.retry_after)
        message = weight_exceeded(_LIMIT) if self.status == _TOO_MANY else banned_until(until)
        headers = (JSON, ("Retry-After", str(self.retry_after)))
        return HttpResponse(self.status, headers, _error(-1003, message))


@frozen(kw_only=True)
class TruncatedResponse:
    """The first part of the venue's response, or of a success if the venue has none.

    Attributes:
        kept: The part of the body that is received, from 0 to less than 1.
        noticed: Whether the connection ends in the middle of the body.  If not, the length in the
            headers is that of the part, as behind a faulty proxy.
    """

    kept: float = field(default=0.5, validator=in_range(0, 1))
    noticed: bool = False
    needs_response: bool = field(default=True, init=False, repr=False)

    def give(self, response: HttpResponse | None, *, now: int) -> HttpResponse | BrokenConnection:
        """Return the first part."""
        del now
        whole = _SUCCESS if response is None else response
        kept = int(len(whole.body) * self.kept)
        if self.noticed:
            return BrokenConnection(how="cut short", partial=whole, kept=kept)
        return HttpResponse(whole.status, whole.headers, whole.body[:kept])


PASS_THROUGH = PassThrough()
"""The venue's own response."""

DROPPED = NoResponse("dropped")
"""The connection is closed without an answer."""

RESET = NoResponse("reset")
"""The connection is reset without an answer."""

SILENT = NoResponse("silent")
"""No answer, and the connection stays open until the client's timeout.  A server in virtual time,
where no timeout can run out, closes the connection instead."""


def bare(status: int) -> CannedResponse:
    """Return a response without a body.

    >>> bare(504).give(None, now=0)
    <HttpResponse 504, 0 bytes>
    """
    return CannedResponse(status=status)


def html(status: int) -> CannedResponse:
    """Return an HTML page of a proxy, with any status."""
    page = f"<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>"
    return CannedResponse(status=status, headers=(HTML,), body=page.encode())


def json_error(code: int, *, status: int = 500) -> CannedResponse:
    """Return an error of the exchange.

    Args:
        code: The error code; -1000, -1001, -1006, -1007, -1008, -1016, -1021 and -2015
            have the exchange's text.
        status: The HTTP status.

    Raises:
        InvalidSetting: The code is not an int below 0, or the status is not one.

    >>> json_error(-1001, status=400).body
    b'{"code":-1001,"msg":"Internal error; unable to process your request. Please try again."}'
    """
    if not (is_whole(code) and code < 0):
        raise InvalidSetting(field="code", value=code, rule="must be below 0, as an int")
    message = _MESSAGES.get(code, "Something went wrong.")
    return CannedResponse(status=status, headers=(JSON,), body=_error(code, message))


def null_id_error(code: int, *, status: int = 400) -> NullIdResponse:
    """Return an error of the exchange that has the id null over a connection.

    Args:
        code: As in `json_error`, or another.
        status: The status.

    Raises:
        InvalidSetting: As in `json_error`.
    """
    error = json_error(code, status=status)
    return NullIdResponse(status=status, headers=error.headers, body=error.body)


def truncated(*, kept: float = 0.5, noticed: bool = False) -> TruncatedResponse:
    """Return the first part of a response: see `TruncatedResponse`."""
    return TruncatedResponse(kept=kept, noticed=noticed)


def _error(code: int, message: str) -> bytes:
    return json.dumps({"code": code, "msg": message}, separators=(",", ":")).encode()
