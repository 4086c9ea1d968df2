"""What is shown of foreign errors."""

from __future__ import annotations

import socket
import ssl

import pytest

from orderlists_transports._http1.errors import TunnelRefused, UnusableResponse
from orderlists_transports._net.redact import describe, no_response, not_connected, not_sent

ORIGIN = "https://api.binance.com:443"


def certificate_error() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "secret")
    error.verify_message = "self-signed certificate"
    return error


def wrapped(cause: Exception) -> Exception:
    error = ValueError("secret")
    error.__cause__ = cause
    return error


def test_describe_shows_only_what_cannot_be_secret() -> None:
    broken = ssl.SSLError(1, "secret")
    broken.reason = "WRONG_VERSION_NUMBER"
    assert describe(certificate_error()) == "SSLCertVerificationError: self-signed certificate"
    assert describe(broken) == "SSLError: WRONG_VERSION_NUMBER"
    assert describe(ssl.SSLError(1, "secret")) == "SSLError"
    assert describe(socket.gaierror(-2, "Name or service not known")) == (
        "gaierror: Name or service not known"
    )
    assert describe(BrokenPipeError(32, "secret")) == "BrokenPipeError: Broken pipe"
    assert describe(TimeoutError("secret")) == "TimeoutError"
    assert describe(UnusableResponse("our own words")) == "our own words"
    assert describe(wrapped(ConnectionRefusedError(111, "secret"))) == (
        "ConnectionRefusedError: Connection refused"
    )


@pytest.mark.parametrize(
    ("error", "is_retryable"),
    [
        (certificate_error(), False),
        (wrapped(certificate_error()), False),
        (TunnelRefused(407), False),
        (TunnelRefused(502), True),
        (ConnectionRefusedError(111, "refused"), True),
        (TimeoutError(), True),
    ],
)
def test_a_connection_error_is_retryable_where_trying_again_can_help(
    error: Exception, *, is_retryable: bool
) -> None:
    failure = not_connected(ORIGIN, error)
    assert (failure.sent, failure.is_retryable) == (False, is_retryable)


def test_a_lost_response_may_have_been_executed() -> None:
    failure = no_response(ORIGIN, TimeoutError())
    assert (failure.sent, failure.is_retryable) == (None, True)
    assert str(failure) == f"no response from {ORIGIN}: TimeoutError"


def test_an_unsent_request_is_not_retryable() -> None:
    failure = not_sent("this transport is closed")
    assert (failure.sent, failure.is_retryable) == (False, False)
