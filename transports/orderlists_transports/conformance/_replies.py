"""Clauses about what comes back."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

from orderlists_transports.conformance._bench import expect, expect_failure, request
from orderlists_transports.conformance._clause import clause, optional_clause
from orderlists_transports.conformance._script import (
    always,
    answer,
    answer_by,
    chunked,
    reply,
    unmeasured,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists.extending import HttpResponse
    from orderlists_transports.conformance._bench import Bench
    from orderlists_transports.conformance._server import Peer

_BODY = b'{"orderListId": 0, "contingencyType": "OCO"}' * 50
_MEBIBYTE = 1024 * 1024
_SHORT = 1000
_STATUSES = (
    *(200, 201, 202, 204, 206, 226, 299, 300, 301, 302, 303, 304, 305, 307, 308, 399),
    *(400, 401, 403, 404, 407, 408, 409, 417, 418, 421, 425, 426, 429, 451, 499),
    *(500, 501, 502, 503, 504, 505, 511, 520, 599),
)
_BODILESS = (204, 304)


@clause
def any_status_is_a_response(bench: Bench) -> None:
    """Any status from 200 to 599 is a response, with its body."""
    server = bench.serve(answer_by(lambda got: _with_status(int(got.target[1:]))))
    line = bench.line(server)
    for status in _STATUSES:
        response = line.send(request(f"/{status}"))
        expect(response.status == status, f"{status} came back as {response.status}")
        wanted = b"" if status in _BODILESS else b"{}"
        expect(response.body == wanted, f"the body of a {status} is {response.body!r}")


@clause
def repeated_headers_are_kept(bench: Bench) -> None:
    """Header names come in any case; repeated ones are all there, in their order."""
    headers = ["X-MBX-USED-WEIGHT-1M: 7", "x-mbx-order-count-10s: 1", "Via: a", "via: b", "VIA: c"]
    response = _received(bench, answer(reply(headers=headers)))
    expect(response.header("x-mbx-used-weight-1m") == "7", "a value is lost")
    expect(response.header("X-MBX-ORDER-COUNT-10S") == "1", "a value is lost")
    via = [value for name, value in response.headers if name.lower() == "via"]
    expect(via == ["a", "b", "c"], f"a repeated header came back as {via}")


@optional_clause("some libraries take an interim reply for the last one")
def interim_replies_are_passed_over(bench: Bench) -> None:
    """A reply with a status from 100 to 199 is not the reply."""
    interim = unmeasured(b"", status=103, headers=["Link: </style.css>; rel=preload"])
    response = _received(bench, answer(interim + interim + reply(_BODY)))
    expect((response.status, response.body) == (200, _BODY), f"{response} came back")


@clause
def a_chunked_body_is_put_together(bench: Bench) -> None:
    """A body that comes in chunks is put together, and the connection can be used again."""
    for size in (1, 7, 100_000):
        chunks = unmeasured(chunked(_BODY, size), headers=["Transfer-Encoding: chunked"])
        line = bench.line(bench.serve(always(chunks)))
        for _ in range(2):
            expect(line.send(request()).body == _BODY, f"chunks of {size} bytes")


@clause
def a_compressed_body_is_decompressed(bench: Bench) -> None:
    """A body that is compressed with gzip or deflate is decompressed."""
    packed = gzip.compress(_BODY)
    for name, body in (("gzip", packed), ("GZip", packed), ("deflate", zlib.compress(_BODY))):
        response = _received(bench, answer(reply(body, headers=[f"Content-Encoding: {name}"])))
        expect(response.body == _BODY, f"{name} came back as {len(response.body)} bytes")


@clause
def a_body_may_end_with_the_connection(bench: Bench) -> None:
    """A body without a length ends where the connection ends."""
    expect(_received(bench, answer(unmeasured(_BODY))).body == _BODY, "it came back changed")


@clause
def a_long_body_arrives(bench: Bench) -> None:
    """A body of 1 MiB arrives whole."""
    body = _BODY * (_MEBIBYTE // len(_BODY)) + b"x"
    expect(_received(bench, answer(reply(body))).body == body, "it came back changed")


@clause
def a_reply_has_a_bound(bench: Bench) -> None:
    """A reply that is longer than its bound is an error, and never cut short."""
    for size in (_SHORT + 1, 4 * _MEBIBYTE):
        body = b"x" * size
        in_chunks = unmeasured(chunked(body, 65536), headers=["Transfer-Encoding: chunked"])
        for sent in (reply(body), in_chunks, unmeasured(body)):
            line = bench.line(bench.serve(answer(sent)), max_response_size=_SHORT)
            expect_failure(line, request(), claim=None)
    within = bench.line(bench.serve(answer(reply(b"x" * _SHORT))), max_response_size=_SHORT)
    expect(len(within.send(request()).body) == _SHORT, "a reply within its bound is refused")


@clause
def a_decompressed_reply_has_the_same_bound(bench: Bench) -> None:
    """The bound counts what comes out of a decompression, not what goes into it."""
    bomb = gzip.compress(b"x" * 16 * _MEBIBYTE)
    server = bench.serve(answer(reply(bomb, headers=["Content-Encoding: gzip"])))
    expect_failure(bench.line(server, max_response_size=_MEBIBYTE), request(), claim=None)


@clause
def redirects_are_not_followed(bench: Bench) -> None:
    """A redirect is a response like any other."""
    for status in (301, 302, 303, 307, 308):
        server = bench.serve(always(reply(status=status, headers=["Location: /elsewhere"])))
        response = bench.line(server).send(request(method="GET"))
        expect(response.status == status, f"a {status} came back as {response.status}")
        expect(len(server.received) == 1, "it was followed")


@clause
def cookies_are_not_kept(bench: Bench) -> None:
    """A cookie that the server sets never comes back to it."""
    server = bench.serve(always(reply(headers=["Set-Cookie: session=1; Path=/"])))
    line = bench.line(server)
    for _ in range(2):
        line.send(request())
    cookies = [value for each in server.received for value in each.values("cookie")]
    expect(not cookies, f"{cookies} came back")


def _received(bench: Bench, script: Callable[[Peer], None]) -> HttpResponse:
    return bench.line(bench.serve(script)).send(request())


def _with_status(status: int) -> bytes:
    if status in _BODILESS:
        return unmeasured(b"", status=status)
    return reply(status=status)


REPLIES = (
    any_status_is_a_response,
    repeated_headers_are_kept,
    interim_replies_are_passed_over,
    a_chunked_body_is_put_together,
    a_compressed_body_is_decompressed,
    a_body_may_end_with_the_connection,
    a_long_body_arrives,
    a_reply_has_a_bound,
    a_decompressed_reply_has_the_same_bound,
    redirects_are_not_followed,
    cookies_are_not_kept,
)
