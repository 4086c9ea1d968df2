"""The settings that a clause needs of a transport; passed to the factory under test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    import ssl

MAX_SIZE = 4 * 1024 * 1024


@frozen(kw_only=True)
class Setup:
    """The settings of an HTTP transport under test.

    Attributes:
        origin: The server, such as ``http://127.0.0.1:49152``.
        ssl_context: How to verify the server's certificate, for an ``https://`` origin; None for
            the transport's own default.
        ca_file: The path of the authority's certificate in PEM, for a library without an
            `ssl.SSLContext`; None where `ssl_context` is.
        connections: The maximum number of open connections.
        max_response_size: The longest body to accept, in bytes, after decompression.
    """

    origin: str
    ssl_context: ssl.SSLContext | None = None
    ca_file: str | None = None
    connections: int = 8
    max_response_size: int = MAX_SIZE


@frozen(kw_only=True)
class FramedSetup:
    """The settings of a framed transport under test.

    Attributes:
        origin: The server, such as ``ws://127.0.0.1:49152``.
        ssl_context: How to verify the server's certificate, for a ``wss://`` origin; None for the
            transport's own default.
        ca_file: The path of the authority's certificate in PEM, for a library without an
            `ssl.SSLContext`; None where `ssl_context` is.
        max_frame_size: The longest frame to accept, in bytes.
    """

    origin: str
    ssl_context: ssl.SSLContext | None = None
    ca_file: str | None = None
    max_frame_size: int = MAX_SIZE
