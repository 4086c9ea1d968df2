"""What may be shown of a foreign error.

The errors of HTTP libraries carry whole URLs, header values and responses in their texts.  So a
`TransportError` is raised on its own, with no foreign error as cause or context, and its text is
made here.

Invariant: a text made here holds the name of a class and the system's own words, nothing else.
"""

from __future__ import annotations

import os
import socket
import ssl

from orderlists import TransportError
from orderlists_transports._http1.errors import TunnelRefused, UnusableResponse

NOT_WHOLE = "the frame was not sent as a whole"
"""How the errors of connections that carry frames begin where part of one may have been sent."""

_PROXY_AUTHENTICATION_REQUIRED = 407


def describe(error: BaseException) -> str:
    """Return what a foreign error says, without anything that could be secret.

    >>> describe(ConnectionRefusedError(111, "GET /?signature=c8db56"))
    'ConnectionRefusedError: Connection refused'
    >>> describe(ValueError("Invalid header value"))
    'ValueError'
    >>> describe(ssl.SSLError(1, "GET /?signature=c8db56"))
    'SSLError'
    """
    error = _root_of(error)
    kind = type(error).__name__
    match error:
        case UnusableResponse():
            return str(error)
        case (
            ssl.SSLCertVerificationError(verify_message=str() as words)
            | ssl.SSLError(reason=str() as words)
        ):
            return f"{kind}: {words}"
        case ssl.SSLError():  # Not OpenSSL's own; its number is none of the system's.
            return kind
        case socket.gaierror():
            return f"{kind}: {error.strerror}"
        case OSError(errno=int() as number):
            return f"{kind}: {os.strerror(number)}"
        case _:
            return kind


def not_sent(why: str, *, is_retryable: bool = False) -> TransportError:
    """Return the error for a request that was not written to any connection."""
    return TransportError(why, sent=False, is_retryable=is_retryable)


def not_connected(route: object, error: BaseException) -> TransportError:
    """Return the error for a connection that could not be opened.

    The route is the origin, and the proxy if there is one, which may be what is down.  Trying again
    does not help where a certificate is not accepted or a proxy wants a password.

    >>> not_connected("https://example", ssl.SSLCertVerificationError()).is_retryable
    False
    >>> not_connected("https://example", ConnectionRefusedError()).is_retryable
    True
    """
    root = _root_of(error)
    is_permanent = isinstance(root, ssl.SSLCertVerificationError) or (
        isinstance(root, TunnelRefused) and root.status == _PROXY_AUTHENTICATION_REQUIRED
    )
    text = f"no connection to {route}: {describe(error)}"
    return TransportError(text, sent=False, is_retryable=not is_permanent)


def no_response(origin: object, error: BaseException) -> TransportError:
    """Return the error for a request that may have arrived, and has no usable response."""
    return TransportError(f"no response from {origin}: {describe(error)}", sent=None)


def _root_of(error: BaseException) -> BaseException:
    # Libraries wrap the system's errors and OpenSSL's, which say more.
    return error.__cause__ if isinstance(error.__cause__, OSError) else error
