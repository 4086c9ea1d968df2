"""What may be told of a foreign error.

The errors of HTTP libraries carry whole URLs, header values and replies in their texts.  So a
`TransportError` is raised on its own, with no foreign error as cause or context, and tells of it
only what cannot hold a secret.

Invariant: a text made here holds the name of a class and the system's own words, nothing else.
"""

from __future__ import annotations

import os
import socket
import ssl

from orderlists import TransportError
from orderlists_transports._content import Unusable

PROXY_REFUSED = "the proxy refused to connect, with status"
"""How it is told that a proxy opens no tunnel.  Its status follows, and none of its words."""

_BAD_CERTIFICATES = ("SSLCertVerificationError", "ClientConnectorCertificateError")

UNSENT = "the frame was not sent"
"""How a connection tells that it could not send one; perhaps more: why."""


def told(error: BaseException) -> str:
    """Return what a foreign error says, without anything that could be secret.

    >>> told(ConnectionRefusedError(111, "GET /?signature=c8db56"))
    'ConnectionRefusedError: Connection refused'
    >>> told(ValueError("Invalid header value"))
    'ValueError'
    >>> told(ssl.SSLError(1, "GET /?signature=c8db56"))
    'SSLError'
    """
    # Libraries wrap the system's errors and OpenSSL's, which say more.
    if isinstance(error.__cause__, OSError):
        error = error.__cause__
    kind = type(error).__name__
    match error:
        case Unusable():
            return str(error)
        case (
            ssl.SSLCertVerificationError(verify_message=str() as said)
            | ssl.SSLError(reason=str() as said)
        ):
            return f"{kind}: {said}"
        case ssl.SSLError():  # Not OpenSSL's own; its number is none of the system's.
            return kind
        case socket.gaierror():
            return f"{kind}: {error.strerror}"
        case OSError(errno=int() as number):
            return f"{kind}: {os.strerror(number)}"
        case _:
            return kind


def no_connection(origin: object, why: str) -> TransportError:
    """Return the error that says that no connection came about, for a reason given by `told`.

    A certificate that is not accepted, and a proxy that wants a password, stay as they are: trying
    again does not help.

    >>> no_connection("https://example", "SSLCertVerificationError: expired").is_retryable
    False
    >>> no_connection("https://example", "ConnectionRefusedError: ...").is_retryable
    True
    """
    is_permanent = why.startswith(_BAD_CERTIFICATES) or why == f"{PROXY_REFUSED} 407"
    text = f"no connection to {origin}: {why}"
    return TransportError(text, sent=False, is_retryable=not is_permanent)
