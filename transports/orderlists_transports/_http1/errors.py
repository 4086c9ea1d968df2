"""What can be wrong with an HTTP message.

The texts are fixed words of this library: they show nothing of what was exchanged.  Neither error
leaves a transport, which raises a `TransportError` instead.
"""

from __future__ import annotations


class UnsendableRequest(Exception):
    """HTTP cannot carry this request byte for byte.  Nothing of it was written."""


class UnusableResponse(Exception):
    """What arrived is not one whole response in HTTP/1.1, or is longer than its bound."""


class TunnelRefused(UnusableResponse):
    """A proxy answered CONNECT with another status than 2XX.

    Attributes:
        status: What it answered.
    """

    def __init__(self, status: int) -> None:
        super().__init__(f"the proxy refused to connect, with status {status}")
        self.status = status
