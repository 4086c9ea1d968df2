"""Responses from bytes: each case whole, byte by byte, and with a tail; then mutated."""

from __future__ import annotations

import gzip
import random
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlists.extending import HttpResponse
from orderlists_transports._http1.errors import UnusableResponse
from orderlists_transports._http1.head import MAX_HEAD_SIZE, Head, parse_head, parse_known_head
from orderlists_transports._http1.reader import ResponseReader

MAX_SIZE: Final = 1000
MUTATIONS: Final = 20_000
Outcome = tuple[HttpResponse, bool] | None
"""A response and whether its connection is reusable; None for an error."""


def message(*lines: str, body: bytes = b"") -> bytes:
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def sized(body: bytes, *headers: str, status: int = 200) -> bytes:
    length = f"Content-Length: {len(body)}"
    return message(f"HTTP/1.1 {status} Reason", length, *headers, body=body)


def chunked(*parts: bytes, trailer: bytes = b"\r\n") -> bytes:
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return message(
        "HTTP/1.1 200 OK", "Transfer-Encoding: chunked", body=chunks + b"0\r\n" + trailer
    )


def read(pieces: list[bytes], method: str = "GET") -> tuple[HttpResponse, bool]:
    """Return the response of these pieces, which ends with the connection if not before."""
    reader = ResponseReader(method, max_size=MAX_SIZE)
    for piece in pieces:
        response = reader.receive(piece)
        if response is not None:
            return response, reader.is_reusable
    return reader.receive_eof(), reader.is_reusable


def outcome_of(pieces: list[bytes], method: str = "GET") -> Outcome:
    try:
        return read(pieces, method)
    except UnusableResponse:
        return None


def bytewise(data: bytes) -> list[bytes]:
    step = 1 if len(data) < 10_000 else 997
    return [data[at : at + step] for at in range(0, len(data), step)]


INTERIM = message("HTTP/1.1 103 Early Hints", "Link: </style.css>")
WHOLE: Final = {
    "a length": ("GET", sized(b"hello"), b"hello", True),
    "a length of zero": ("GET", sized(b""), b"", True),
    "chunks": ("GET", chunked(b"he", b"llo"), b"hello", True),
    "no chunk at all": ("GET", chunked(), b"", True),
    "a trailer": ("GET", chunked(b"hello", trailer=b"X-A: 1\r\nX-B: 2\r\n\r\n"), b"hello", True),
    "a chunk extension": (
        "GET",
        message("HTTP/1.1 200 OK", "transfer-encoding: Chunked", body=b"1 ;a=b\r\nx\r\n0\r\n\r\n"),
        b"x",
        True,
    ),
    "chunks with bare line feeds": (
        "GET",
        message("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", body=b"1\nx\n0\n\n"),
        b"x",
        True,
    ),
    "chunks and a length": (
        "GET",
        message(
            "HTTP/1.1 200 OK",
            "Content-Length: 9",
            "Transfer-Encoding: chunked",
            body=b"1\r\nx\r\n0\r\n\r\n",
        ),
        b"x",
        False,
    ),
    "HEAD": ("HEAD", message("HTTP/1.1 200 OK", "Content-Length: 9"), b"", True),
    "CONNECT": ("CONNECT", message("HTTP/1.1 200 OK", "Content-Length: 9"), b"", True),
    "204": ("GET", message("HTTP/1.1 204 No Content", "Content-Length: 9"), b"", True),
    "304": ("GET", message("HTTP/1.1 304 Not Modified"), b"", True),
    "two interim responses": ("GET", INTERIM + INTERIM + sized(b"hello"), b"hello", True),
    "close": ("GET", sized(b"hello", "Connection: Keep-Alive, Close"), b"hello", False),
    "HTTP/1.0": ("GET", b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello", False),
    "no reason": ("GET", b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", b"hello", True),
    "bare line feeds": ("GET", b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", b"hello", True),
    "gzip": (
        "GET",
        sized(gzip.compress(b"hello", mtime=0), "Content-Encoding: gzip"),
        b"hello",
        True,
    ),
    "the longest body": ("GET", sized(b"x" * MAX_SIZE), b"x" * MAX_SIZE, True),
}
NO_END: Final = {
    "until close": (message("HTTP/1.1 200 OK", body=b"hello"), b"hello"),
    "until close and empty": (message("HTTP/1.1 200 OK"), b""),
    "until close, the longest": (message("HTTP/1.1 200 OK", body=b"x" * MAX_SIZE), b"x" * MAX_SIZE),
}
BROKEN: Final = {
    "nothing": (b"", "closed the connection without a response"),
    "a cut status line": (b"HTTP/1.1 20", "cut off in its headers"),
    "a cut header": (b"HTTP/1.1 200 OK\r\nContent-", "cut off in its headers"),
    "a cut body": (sized(b"hello")[:-1], "cut off in its body"),
    "a cut chunk": (chunked(b"hello")[:-9], "cut off in its body"),
    "a missing last chunk": (chunked(b"hello")[:-5], "cut off in its body"),
    "a missing end of the trailer": (chunked(b"hello")[:-2], "cut off in its body"),
    "only interim responses": (INTERIM, "closed the connection without a response"),
    "a blank line": (b"\r\n\r\n", "not a response in HTTP/1"),
    "another protocol": (b"SSH-2.0-OpenSSH_9.6\r\n", "not a response in HTTP/1"),
    "HTTP/2": (message("HTTP/2 200 OK"), "not a response in HTTP/1"),
    "status 600": (message("HTTP/1.1 600 OK"), "not a response in HTTP/1"),
    "status 099": (message("HTTP/1.1 099 OK"), "not a response in HTTP/1"),
    "no status": (message("HTTP/1.1 fine"), "not a response in HTTP/1"),
    "101": (message("HTTP/1.1 101 Switching Protocols"), "switched to another protocol"),
    "a name with a space": (message("HTTP/1.1 200 OK", "Name : value"), "malformed"),
    "a folded line": (message("HTTP/1.1 200 OK", "A: b", " c"), "malformed"),
    "no colon": (message("HTTP/1.1 200 OK", "no colon"), "malformed"),
    "no name": (message("HTTP/1.1 200 OK", ": no name"), "malformed"),
    "a bare carriage return": (message("HTTP/1.1 200 OK", "A: b\rc"), "malformed"),
    "a line without and one with two colons": (
        message("HTTP/1.1 200 OK", "A: b: Content-Length", "7", body=b"1234567"),
        "malformed",
    ),
    "a long header": (message("HTTP/1.1 200 OK", "A: " + "b" * MAX_HEAD_SIZE), "longer than 65536"),
    "many headers": (message("HTTP/1.1 200 OK", *["A: b"] * 257), "too many headers"),
    "two lengths": (sized(b"hello", "Content-Length: 4"), "length of the response is malformed"),
    "a negative length": (message("HTTP/1.1 200 OK", "Content-Length: -2"), "length"),
    "gzip as transfer encoding": (
        message("HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked"),
        "unknown transfer encoding",
    ),
    "a long body": (sized(b"x" * (MAX_SIZE + 1)), "longer than 1000 bytes"),
    "a long body in chunks": (chunked(b"x" * 999, b"xx"), "longer than 1000 bytes"),
    "a long body until close": (
        message("HTTP/1.1 200 OK", body=b"x" * (MAX_SIZE + 1)),
        "longer than 1000 bytes",
    ),
    "a negative chunk": (chunked(b"hello").replace(b"5\r\n", b"-5\r\n"), "chunk"),
    "an endless chunk size": (
        message("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", body=b"1;" + b"x" * 5000),
        "chunk of the response is malformed",
    ),
    "a chunk that is longer than it says": (chunked(b"hello").replace(b"5\r\n", b"4\r\n"), "chunk"),
    "an endless trailer": (chunked(b"x", trailer=b"A: b\r\n" * 20_000), "trailer"),
    "an endless trailer line": (chunked(b"x", trailer=b"x" * 70_000), "trailer"),
    "an unknown content encoding": (sized(b"hello", "Content-Encoding: br"), "content encoding"),
}


@pytest.mark.parametrize(("method", "data", "body", "reusable"), WHOLE.values(), ids=WHOLE)
def test_a_response_is_the_same_whole_byte_by_byte_and_with_a_tail(
    method: str, data: bytes, body: bytes, *, reusable: bool
) -> None:
    for pieces in ([data], bytewise(data), [data]):
        response, is_reusable = read(pieces, method)
        assert (response.body, is_reusable) == (body, reusable)
    response, is_reusable = read([data + b"HTTP/1.1 200 OK\r\n"], method)
    assert (response.body, is_reusable) == (body, False)


@pytest.mark.parametrize(("data", "body"), NO_END.values(), ids=NO_END)
def test_a_response_without_a_length_ends_with_the_connection(data: bytes, body: bytes) -> None:
    for pieces in ([data], bytewise(data)):
        response, is_reusable = read(pieces)
        assert (response.body, is_reusable) == (body, False)


@pytest.mark.parametrize(("data", "why"), BROKEN.values(), ids=BROKEN)
def test_a_broken_response_is_an_unusable_response(data: bytes, why: str) -> None:
    for pieces in ([data], bytewise(data)):
        with pytest.raises(UnusableResponse, match=why):
            read(pieces)


def test_bytes_behind_a_response_are_excess() -> None:
    reader = ResponseReader("CONNECT", max_size=0)
    assert reader.receive(message("HTTP/1.1 200 OK", body=b"x")) is not None
    assert reader.has_excess


def test_headers_keep_their_names_their_order_and_repetitions() -> None:
    data = message("HTTP/1.1 204 OK", "Via: a", "X-MBX-USED-WEIGHT-1M:7", "via:\t b \t", "Empty:")
    expected = (("Via", "a"), ("X-MBX-USED-WEIGHT-1M", "7"), ("via", "b"), ("Empty", ""))
    assert read([data])[0].headers == expected


def test_a_known_layout_gives_the_same_head_as_reading_line_by_line() -> None:
    text = "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length:  2 \r\nX-Note: a:b;:"
    expected = parse_head(text)
    assert parse_known_head(text) == expected
    assert dict(expected.headers)["Content-Length"] == "2"


def test_a_bare_line_feed_behind_a_colon_is_no_line_break() -> None:
    parse_head("HTTP/1.1 200 OK\r\nA: 1\r\nB: 2")
    assert parse_known_head("HTTP/1.1 200 OK\r\nA: 1: \nB: 2") is None
    assert parse_known_head("HTTP/1.1 200 OK: \r\nA: 1\r: \r\nB: 2") is None


def test_layouts_are_bounded() -> None:
    texts = [f"HTTP/1.1 200 OK\r\nX-{number}: 1" for number in range(200)]
    heads = [parse_head(text) for text in texts]
    assert parse_known_head(texts[0]) is None
    assert parse_known_head(texts[-1]) == heads[-1]


LINES = st.lists(
    st.sampled_from(["A", "B", "Content-Length", ": ", ":", "\r\n", "\n", "\r", " ", "1", "\t"]),
    max_size=14,
).map("".join)


def known(text: str) -> Head | None:
    return parse_known_head(text)


@given(LINES)
def test_a_head_that_is_cut_by_a_known_layout_is_cut_exactly(lines: str) -> None:
    for names in (["A"], ["B"], ["A", "B"], ["A", "A"], ["A", "Content-Length"]):
        parse_head("HTTP/1.1 200 OK" + "".join(f"\r\n{name}: 1" for name in names))
    text = "HTTP/1.1 200 OK" + lines
    fast = known(text)
    if fast is not None:
        assert fast == parse_head(text)


SEEDS: Final = [data for _, data, _, _ in WHOLE.values()] + [data for data, _ in NO_END.values()]


def mutated(data: bytes, chance: random.Random) -> bytes:
    result = bytearray(data)
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(result) + 1)
        change = chance.randrange(5)
        if change == 0:
            result[at : at + 1] = bytes([chance.randrange(256)])
        elif change == 1:
            del result[at : at + chance.randrange(1, 9)]
        elif change == 2:
            result[at:at] = chance.choice([b"\r\n", b"\n", b": ", b"0", b"\r", b"\r\n\r\n", b"9"])
        elif change == 3:
            result[at:at] = result[chance.randrange(len(result) + 1) :][:20]
        else:
            other = chance.choice(SEEDS)
            result[at:] = other[chance.randrange(len(other)) :]
    return bytes(result)


def cut(data: bytes, chance: random.Random) -> list[bytes]:
    places = sorted(chance.randrange(len(data) + 1) for _ in range(chance.randrange(4)))
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True) if a < b]


def mutate_and_read(count: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    for _ in range(count):
        data = mutated(chance.choice(SEEDS), chance)
        method = chance.choice(["GET", "GET", "HEAD"])
        whole, in_pieces = outcome_of([data], method), outcome_of(cut(data, chance), method)
        # A tail can come with the response or after it, when nothing reads it any more.
        assert (whole and whole[0]) == (in_pieces and in_pieces[0]), data


@pytest.mark.no_cover  # Tracing doubles its time.
@pytest.mark.parametrize("seed", range(2))
def test_a_mutated_response_is_read_or_unusable_however_it_is_cut(seed: int) -> None:
    mutate_and_read(MUTATIONS, seed)
