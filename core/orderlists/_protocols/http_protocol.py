"""What a protocol does in which every request has a response of its own."""

from __future__ import annotations

from typing import Protocol, TypeVar

from orderlists._keys.key import Key
from orderlists._operations.base import Request
from orderlists._protocols.http_messages import HttpRequest, HttpResponse
from orderlists._time import TimeUnit

R = TypeVar("R")


class HttpProtocol(Protocol):
    """What turns requests into HTTP requests, and HTTP responses into results: `Rest`, or yours."""

    @property
    def time_unit(self) -> TimeUnit:
        """The unit of the timestamps it is given."""
        ...

    def encode(self, request: Request[R], *, key: Key, timestamp: int) -> HttpRequest:
        """Return the request, signed, as it goes on the wire."""
        ...

    def decode(self, request: Request[R], response: HttpResponse) -> R:
        """Return the result, or raise what the response says: see `Rest.decode`."""
        ...
