"""What a session asks of a protocol: to write requests as frames, and to read frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from orderlists._keys.key import Key
    from orderlists._models.events import Event
    from orderlists._operations.base import Request
    from orderlists._protocols.frames import Frame
    from orderlists._protocols.http_messages import HttpResponse
    from orderlists._rate_limits import Usage
    from orderlists._time import TimeUnit
    from orderlists.errors import OrderListsError

R = TypeVar("R")


class Answer(Protocol):
    """What came back for a request, as the protocol reads it."""

    @property
    def id(self) -> object:
        """The number the request was sent with; None where it speaks of the connection."""
        ...


class FrameCodec(Protocol):
    """What turns requests into frames, and frames into answers and events."""

    @property
    def time_unit(self) -> TimeUnit:
        """The unit of the timestamps it is given."""
        ...

    @property
    def target(self) -> str:
        """The path and query to connect to."""
        ...

    def encode(
        self,
        request: Request[R],
        *,
        request_id: int,
        key: Key,
        timestamp: int,
        logged_on: bool = False,
    ) -> str:
        """Return the request as a frame."""
        ...

    def read(self, frame: Frame) -> Answer | Event | None:
        """Return the answer or the event in a frame; None for anything else.  Raise nothing."""
        ...

    def decode(self, request: Request[R], reply: Any) -> R:  # noqa: ANN401 - its own answer
        """Return the result, or raise what the answer says: see `WebSocketApi.decode`."""
        ...

    def usages(self, reply: Any) -> list[Usage]:  # noqa: ANN401 - its own answer
        """Return what an answer says was used of the rate limits."""
        ...

    def refusal(self, response: HttpResponse) -> OrderListsError:
        """Return what an HTTP response says that came instead of a connection."""
        ...
