"""What a protocol does that keeps connections."""

from __future__ import annotations

from typing import Protocol

from orderlists._clock import ServerClock
from orderlists._keys.key import Key
from orderlists._session.codec import FrameCodec
from orderlists._session.session import Session


class FramedProtocol(FrameCodec, Protocol):
    """What speaks in frames, over connections that outlive a request: `WebSocketApi`."""

    def session(self, *, key: Key, clock: ServerClock) -> Session:
        """Return what keeps connections for this key."""
        ...
