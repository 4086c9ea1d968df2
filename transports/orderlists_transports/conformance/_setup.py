"""What a factory is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    import ssl


@frozen(kw_only=True)
class Setup:
    """Which transport a clause needs.

    Attributes:
        origin: The server, such as ``http://127.0.0.1:49152``: all that most transports need.
        ssl_context: How to check the server's certificate, for an ``https://`` origin; None
            for the transport's own way.
        connections: The most connections to have open at a time.
        max_response_size: The longest body to accept, in bytes, after decompression.
    """

    origin: str
    ssl_context: ssl.SSLContext | None = None
    connections: int = 8
    max_response_size: int = 4 * 1024 * 1024


@frozen(kw_only=True)
class FramedSetup:
    """Which transport that carries frames a clause needs.

    Attributes:
        origin: The server, such as ``ws://127.0.0.1:49152``: all that most transports need.
        ssl_context: How to check the server's certificate, for a ``wss://`` origin; None for the
            transport's own way.
        max_frame_size: The longest frame to accept, in bytes.
    """

    origin: str
    ssl_context: ssl.SSLContext | None = None
    max_frame_size: int = 4 * 1024 * 1024


@frozen(kw_only=True)
class Tls:
    """How the suite's servers speak TLS, if they are to.

    Attributes:
        server: Has a certificate for the address 127.0.0.1.
        client: Accepts that certificate; handed to the factory.
    """

    server: ssl.SSLContext
    client: ssl.SSLContext
