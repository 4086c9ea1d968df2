"""Content encodings, undone within a bound."""

from __future__ import annotations

import gzip
import zlib

import pytest

from orderlists_transports._http1.decoders import decode_content
from orderlists_transports._http1.errors import UnusableResponse

MAX_SIZE = 1000


def gzipped(body: bytes) -> bytes:
    # Without a time in it: tests that are collected twice must be the same.
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
    assert decode_content(body, encodings, MAX_SIZE) == b"hello"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_an_empty_body_has_no_content_encoding_to_undo(encoding: str) -> None:
    assert decode_content(b"", encoding, MAX_SIZE) == b""


@pytest.mark.parametrize(
    ("encodings", "body", "why"),
    [
        ("br", b"hello", "unknown"),
        ("gzip, gzip, gzip, gzip", b"hello", "too many"),
        ("gzip", b"hello", "broken"),
        ("gzip", gzipped(b"hello")[:-1], "cut off"),
        ("deflate", zlib.compress(b"hello")[:-1], "cut off"),
        ("gzip", gzipped(b"x" * (MAX_SIZE + 1)), "longer than 1000 bytes"),
        ("gzip", gzipped(b"x" * MAX_SIZE) + gzipped(b"x"), "longer than 1000 bytes"),
    ],
)
def test_a_content_encoding_that_cannot_be_undone_is_an_unusable_response(
    encodings: str, body: bytes, why: str
) -> None:
    with pytest.raises(UnusableResponse, match=why):
        decode_content(body, encodings, MAX_SIZE)
