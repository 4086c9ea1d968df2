"""What a protocol does that keeps connections."""

from __future__ import annotations

from typing import Protocol

from orderlists._clock import ServerClock
from orderlists._connections.codec import FrameCodec
from orderlists._connections.manager import Session
from orderlists._keys.key import Key


class FramedProtocol(FrameCodec, Protocol):
    """What speaks in frames, over connections that outlive a request: `WebSocketApi`."""

    def session(self, *, key: Key, clock: ServerClock) -> Session:
        """Return what keeps connections for this key."""
        ...
