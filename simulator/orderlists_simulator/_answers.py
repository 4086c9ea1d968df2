"""What a client gets to see of an answer: the truth, something else, or no answer at all.

Frozen values that know no request.  Each turns the venue's own answer, where there is one, into
what arrives.
"""

from __future__ import annotations

import json
from typing import Literal, Protocol, TypeAlias

from attrs import field, frozen

from orderlists import InvalidSetting
from orderlists.extending import HttpResponse
from orderlists_simulator._range import is_whole, within
from orderlists_simulator._terms import one_of
from orderlists_simulator._timing import in_nanoseconds
from orderlists_simulator._weight import banned_until, too_much

Ending: TypeAlias = Literal[
    "refused", "dropped", "reset", "cut short", "silent", "timed out", "closed", "shut down"
]
"""How it came that a request got no whole answer."""

Silence: TypeAlias = Literal["refused", "dropped", "reset", "silent"]
"""What becomes of a connection where nothing at all is answered."""

TryLater: TypeAlias = Literal[418, 429]

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
    -2015: "Invalid API-key, IP, or permissions for action.",
}


@frozen(kw_only=True)
class Broken:
    """A connection that ends without a whole answer.

    Attributes:
        how: What becomes of it.
        begun: The answer of which only a part arrives; None if nothing does.
        kept: How many bytes of its body arrive.
    """

    how: Ending
    begun: HttpResponse | None = None
    kept: int = 0


class Answer(Protocol):
    """What arrives; may be yours."""

    @property
    def needs_truth(self) -> bool:
        """Whether it can only be given once the venue has answered."""
        ...

    def give(self, truth: HttpResponse | None, *, now: int) -> HttpResponse | Broken:
        """Return what arrives.

        Args:
            truth: What the venue answered; None if it has not, or never will.
            now: The venue's time in nanoseconds.
        """
        ...


@frozen
class Truth:
    """What the venue answered."""

    needs_truth: bool = field(default=True, init=False, repr=False)

    def give(self, truth: HttpResponse | None, *, now: int) -> HttpResponse | Broken:
        """Return what the venue answered."""
        del now
        if truth is None:
            raise RuntimeError("the venue has not answered yet")
        return truth


@frozen
class Lost:
    """Nothing at all.

    Attributes:
        how: What becomes of the connection.
    """

    how: Silence = field(validator=one_of(Silence))
    needs_truth: bool = field(default=False, init=False, repr=False)

    def give(self, truth: HttpResponse | None, *, now: int) -> HttpResponse | Broken:
        """Return how the connection ends."""
        del truth, now
        return Broken(how=self.how)


@frozen(kw_only=True)
class Said:
    """What something between the client and the venue says in its place.

    Attributes:
        status: 200 to 599.
        headers: Names and values.
        body: As it is.
    """

    status: int = field(validator=within(200, 600, whole=True))
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    needs_truth: bool = field(default=False, init=False, repr=False)

    def give(self, truth: HttpResponse | None, *, now: int) -> HttpResponse | Broken:
        """Return what it says."""
        del truth, now
        return HttpResponse(self.status, self.headers, self.body)


@frozen(kw_only=True)
class Unnamed(Said):
    """The same, over a connection without a word about which request it answers."""


@frozen(kw_only=True)
class Later:
    """Too many requests: come back later.

    Attributes:
        status: 429, or 418 for a ban.
        retry_after: In seconds; None for not a word about it.
    """

    status: TryLater = field(validator=one_of(TryLater))
    retry_after: int | None = field(validator=within(0, whole=True, optional=True))
    needs_truth: bool = field(default=False, init=False, repr=False)

    def give(self, truth: HttpResponse | None, *, now: int) -> HttpResponse | Broken:
        """Return the exchange's own words for it."""
        del truth
        # Where nothing is said of the time, nothing is said in the text either.
        if self.retry_after is None:
            return HttpResponse(self.status, (JSON,), _error(-1003, "Too many requests."))
        until = now + in_nanoseconds(self.retry_after)
        message = too_much(_LIMIT) if self.status == _TOO_MANY else banned_until(until)
        headers = (JSON, ("Retry-After", str(self.retry_after)))
        return HttpResponse(self.status, headers, _error(-1003, message))


TRUTH = Truth()
"""What the venue answered."""

DROPPED = Lost("dropped")
"""The connection is closed without an answer."""

RESET = Lost("reset")
"""The connection is reset without an answer."""


SILENT = Lost("silent")
"""Nothing is ever answered, and the connection lives: the client has to give up waiting.  A server
where time is virtual, so that nobody can, closes the connection instead."""


def bare(status: int) -> Said:
    """Return an answer without a body.

    >>> bare(504).give(None, now=0)
    <HttpResponse 504, 0 bytes>
    """
    return Said(status=status)


def html(status: int) -> Said:
    """Return a proxy's page, also where it is none of its business: with 200."""
    page = f"<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>"
    return Said(status=status, headers=(HTML,), body=page.encode())


def json_error(code: int, *, status: int = 500) -> Said:
    """Return an error in the exchange's own form.

    Args:
        code: -1000, -1001, -1006, -1007, -1008 and -1016 come with the exchange's own words.
        status: The HTTP status.

    Raises:
        InvalidSetting: The code is no int below 0, or the status is none.

    >>> json_error(-1001, status=400).body
    b'{"code":-1001,"msg":"Internal error; unable to process your request. Please try again."}'
    """
    if not (is_whole(code) and code < 0):
        raise InvalidSetting(field="code", value=code, rule="must be below 0, as an int")
    message = _MESSAGES.get(code, "Something went wrong.")
    return Said(status=status, headers=(JSON,), body=_error(code, message))


def unnamed(code: int, *, status: int = 400) -> Unnamed:
    """Return an error in the exchange's own form that names no request: its id is null.

    Args:
        code: As in `json_error`, or another.
        status: The status.

    Raises:
        InvalidSetting: As in `json_error`.
    """
    said = json_error(code, status=status)
    return Unnamed(status=status, headers=said.headers, body=said.body)


def _error(code: int, message: str) -> bytes:
    return json.dumps({"code": code, "msg": message}, separators=(",", ":")).encode()
