"""Requests as bytes, bodies without their encodings, and what is told of foreign errors."""

from __future__ import annotations

import gzip
import socket
import ssl
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlists.extending import HttpRequest
from orderlists_transports._content import Unusable, decoded
from orderlists_transports._redact import told
from orderlists_transports._wire import flaw, serialise

LONGEST = 1000


@given(st.text(), st.text(), st.lists(st.tuples(st.text(), st.text())), st.binary())
def test_a_request_is_sent_as_it_is_or_not_at_all(
    method: str, target: str, headers: list[tuple[str, str]], body: bytes
) -> None:
    request = HttpRequest(method, target, tuple(headers), body)
    if flaw(request) is None:
        head, _, rest = serialise(request, "host").decode("latin-1").partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        assert first == f"{method} {target} HTTP/1.1"
        assert [line for line in lines if line != "Host: host"][: len(headers)] == [
            f"{name}: {value}" for name, value in headers
        ]
        assert rest.encode("latin-1") == body


def test_a_host_and_a_length_that_are_given_are_not_added() -> None:
    headers = (("host", "elsewhere"), ("content-length", "2"))
    assert serialise(HttpRequest("POST", "/", headers, b"{}"), "host") == (
        b"POST / HTTP/1.1\r\nhost: elsewhere\r\ncontent-length: 2\r\n\r\n{}"
    )


def test_a_body_that_is_expected_and_empty_has_a_length() -> None:
    assert b"\r\nContent-Length: 0\r\n" in serialise(HttpRequest("POST", "/", ()), "host")


def gzipped(body: bytes) -> bytes:
    # Without a time in it: whoever collects tests twice must find the same ones.
    return gzip.compress(body, mtime=0)


@pytest.mark.parametrize(
    ("encodings", "body"),
    [
        ("", b"hello"),
        ("identity", b"hello"),
        ("gzip", gzipped(b"hel") + gzipped(b"lo")),
        ("x-gzip", gzipped(b"hello")),
        ("deflate", zlib.compress(b"hello")),
        ("deflate", zlib.compress(b"hello", wbits=-15)),
        ("deflate, gzip", gzipped(zlib.compress(b"hello"))),
    ],
)
def test_content_encodings_are_undone(encodings: str, body: bytes) -> None:
    assert decoded(body, encodings, LONGEST) == b"hello"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_no_body_has_no_encoding_to_undo(encoding: str) -> None:
    assert decoded(b"", encoding, LONGEST) == b""


@pytest.mark.parametrize(
    ("encodings", "body", "why"),
    [
        ("br", b"hello", "unknown"),
        ("gzip, gzip, gzip, gzip", b"hello", "too many"),
        ("gzip", b"hello", "broken"),
        ("gzip", gzipped(b"hello")[:-1], "cut off"),
        ("deflate", zlib.compress(b"hello")[:-1], "cut off"),
        ("gzip", gzipped(b"x" * (LONGEST + 1)), "longer"),
        ("gzip", gzipped(b"x" * LONGEST) + gzipped(b"x"), "longer"),
    ],
)
def test_an_encoding_that_cannot_be_undone_is_an_error(
    encodings: str, body: bytes, why: str
) -> None:
    with pytest.raises(Unusable, match=why):
        decoded(body, encodings, LONGEST)


def test_of_a_foreign_error_only_what_cannot_be_secret_is_told() -> None:
    untrusted = ssl.SSLCertVerificationError(1, "secret")
    untrusted.verify_message = "self-signed certificate"
    broken = ssl.SSLError(1, "secret")
    broken.reason = "WRONG_VERSION_NUMBER"
    assert told(untrusted) == "SSLCertVerificationError: self-signed certificate"
    assert told(broken) == "SSLError: WRONG_VERSION_NUMBER"
    assert told(socket.gaierror(-2, "Name or service not known")) == (
        "gaierror: Name or service not known"
    )
    assert told(BrokenPipeError(32, "secret")) == "BrokenPipeError: Broken pipe"
    assert told(TimeoutError("secret")) == "TimeoutError"
    assert told(Unusable("our own words")) == "our own words"
