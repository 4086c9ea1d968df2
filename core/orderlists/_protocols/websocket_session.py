"""The session layer of the WebSocket API.

Replies are correlated by an int id, counted per connection.  After a log-on, requests are sent
unsigned.  Two events concern the connection, not the account: `serverShutdown` announces its end,
`eventStreamTerminated` the end of the subscription.

`encode` is thread-safe.

Source: *WebSocket API*: *General API information*, *Session authentication*, *User Data Stream*.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, Final

from orderlists._formats.interfaces import Reply
from orderlists._keys.key import Key
from orderlists._models.events import Event, OtherEvent
from orderlists._operations.base import Request
from orderlists._operations.user_data_stream import (
    LogOn,
    Ping,
    Subscribe,
    SubscribeSigned,
    Subscription,
    Unsubscribe,
)
from orderlists._protocols.interfaces import (
    Draining,
    Encoded,
    EventReceived,
    EventsEnded,
    Frame,
    Received,
    ReplyPart,
)

if TYPE_CHECKING:
    from orderlists._protocols.websocket_api import WebSocketApi

_SHUTDOWN: Final = "serverShutdown"
_TERMINATED: Final = "eventStreamTerminated"


class WebSocketSession:
    """The session layer of `WebSocketApi`.

    Args:
        api: Encodes requests and reads frames.
        key: Signs requests.
        logs_on: Whether the connection begins with a log-on.
    """

    def __init__(self, api: WebSocketApi, *, key: Key, logs_on: bool) -> None:
        self._api = api
        self._key = key
        self._logs_on = logs_on
        self._is_logged_on = False
        self._ids = count(1)

    def log_on(self) -> LogOn | None:
        """Return the log-on, if this connection logs on."""
        return LogOn() if self._logs_on else None

    def logged_on(self) -> None:
        """Send requests unsigned from now on."""
        self._is_logged_on = True

    def keepalive(self) -> Ping:
        """Return an API ping: not every WebSocket library exposes the pings of the protocol."""
        return Ping()

    def subscribe(self) -> Subscribe | SubscribeSigned:
        """Return the subscribe request, signed unless the connection is logged on."""
        return Subscribe() if self._is_logged_on else SubscribeSigned()

    def unsubscribe(self, subscription: Subscription, /) -> Unsubscribe:
        """Return the unsubscribe request."""
        return Unsubscribe(subscription.subscription_id)

    def encode(self, request: Request[Any], *, timestamp: int) -> Encoded:
        """Return the request as a frame, with the next id of this connection."""
        request_id = next(self._ids)
        frame = self._api.encode(
            request,
            request_id=request_id,
            key=self._key,
            timestamp=timestamp,
            logged_on=self._is_logged_on,
        )
        return Encoded(request_id, frame)

    def received(self, frame: Frame, /) -> tuple[Received, ...]:
        """Return the contents of a frame; empty if it is neither a reply nor an event."""
        found = self._api.read(frame)
        if found is None:
            return ()
        if isinstance(found, Reply):
            return (ReplyPart(found.id, found),)
        return (_event(found),)


def _event(event: Event) -> Received:
    kind = event.event_type if isinstance(event, OtherEvent) else None
    if kind == _SHUTDOWN:
        return Draining(kind)
    if kind == _TERMINATED:
        return EventsEnded(kind)
    return EventReceived(event)
