"""Clauses about the reply and the response that is made of it."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

from orderlists_transports.conformance._servers.http import (
    always,
    answer,
    answer_by,
    chunked,
    echo,
    in_chunks,
    reply,
    unmeasured,
)
from orderlists_transports.conformance.clause import http_clauses
from orderlists_transports.conformance.fixture import expect, expect_maybe_sent
from orderlists_transports.conformance.http._exchange import METHODS, request, responded

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_transports.conformance._servers.http import Peer, Received
    from orderlists_transports.conformance.fixture import HttpFixture

_BODY = b'{"orderListId": 0, "contingencyType": "OCO"}' * 50
_MEBIBYTE = 1024 * 1024
_LIMIT = 1000
_STATUSES = (
    *(200, 201, 202, 204, 206, 226, 299, 300, 301, 302, 303, 304, 305, 307, 308, 399),
    *(400, 401, 403, 404, 407, 408, 409, 417, 418, 421, 425, 426, 429, 451, 499),
    *(500, 501, 502, 503, 504, 505, 511, 520, 599),
)
_BODILESS = (204, 304)
_SHORT = 0.02


REPLIES = http_clauses()


@REPLIES.clause()
def any_status_is_a_response(fixture: HttpFixture) -> None:
    """Any status from 200 to 599 is a response with its body; Retry-After sends nothing again."""
    server = fixture.serve(answer_by(_with_status_of_target))
    transport = fixture.transport(server)
    for method in METHODS:
        for status in _STATUSES:
            response = transport.send(request(f"/{status}", method=method))
            expect(response.status == status, f"{status} is a response with {response.status}")
            wanted = b"" if status in _BODILESS else b"{}"
            expect(response.body == wanted, f"the body of a {status} is {response.body!r}")
            times = sum(
                each.target == f"/{status}" and each.method == method for each in server.received
            )
            expect(times == 1, f"{method} was sent {times} times on a {status}")


@REPLIES.clause()
def repeated_headers_are_kept(fixture: HttpFixture) -> None:
    """Every header of the reply is in the response, repeated ones in their order."""
    headers = ["X-MBX-USED-WEIGHT-1M: 7", "x-mbx-order-count-10s: 1", "Via: a", "via: b", "VIA: c"]
    response = responded(fixture, answer(reply(headers=headers)))
    expect(response.header("x-mbx-used-weight-1m") == "7", "a value is lost")
    expect(response.header("X-MBX-ORDER-COUNT-10S") == "1", "a value is lost")
    via = [value for name, value in response.headers if name.lower() == "via"]
    expect(via == ["a", "b", "c"], f"a repeated header is {via}")


@REPLIES.clause(optional="some libraries take an interim reply for the final one")
def interim_replies_are_skipped(fixture: HttpFixture) -> None:
    """A reply with a status from 100 to 199 is not the response."""
    interim = unmeasured(b"", status=103, headers=["Link: </style.css>; rel=preload"])
    response = responded(fixture, answer(interim + interim + reply(_BODY)))
    expect((response.status, response.body) == (200, _BODY), f"the response is {response}")


@REPLIES.clause()
def an_interim_reply_sends_nothing_again(fixture: HttpFixture) -> None:
    """A 100 Continue, which no request asked for, does not make the request be sent again."""
    server = fixture.serve(_continue_first)
    transport = fixture.transport(server)
    for method in METHODS:
        transport.send(request(f"/{method}", method=method, body=b"{}"))
    targets = [each.target for each in server.received]
    expect(targets == [f"/{method}" for method in METHODS], f"{targets} were sent")


@REPLIES.clause()
def a_chunked_body_is_joined(fixture: HttpFixture) -> None:
    """A body in chunks is joined, and the connection can be used again."""
    for size in (1, 7, 100_000):
        transport = fixture.transport(fixture.serve(always(in_chunks(_BODY, size))))
        for _ in range(2):
            expect(transport.send(request()).body == _BODY, f"chunks of {size} bytes")


@REPLIES.clause()
def segments_do_not_matter(fixture: HttpFixture) -> None:
    """A reply that arrives byte by byte, or in two segments, is the same reply."""
    body = b'{"orderListId":0}'
    measured, in_pieces = reply(body), in_chunks(body, 5)
    head = len(in_pieces) - len(chunked(body, 5))
    segmented = [[bytes([byte]) for byte in whole] for whole in (measured, in_pieces)]
    segmented += [[in_pieces[:at], in_pieces[at:]] for at in range(head - 4, len(in_pieces))]

    def script(peer: Peer) -> None:
        while (got := peer.receive()) is not None:
            peer.write_in_segments(*segmented[int(got.target[1:])])

    transport = fixture.transport(fixture.serve(script))
    for number, segments in enumerate(segmented):
        found = transport.send(request(f"/{number}")).body
        expect(found == body, f"{segments[-1]!r} in a segment of its own gives {found!r}")


@REPLIES.clause()
def a_compressed_body_is_decoded(fixture: HttpFixture) -> None:
    """A body compressed by gzip or deflate is decompressed; identity means not compressed."""
    packed = gzip.compress(_BODY)
    for name, body in (
        ("gzip", packed),
        ("GZip", packed),
        ("deflate", zlib.compress(_BODY)),
        ("identity", _BODY),
    ):
        response = responded(fixture, answer(reply(body, headers=[f"Content-Encoding: {name}"])))
        expect(response.body == _BODY, f"{name} gives {len(response.body)} bytes")


@REPLIES.clause()
def an_unknown_content_encoding_is_an_error(fixture: HttpFixture) -> None:
    """A body that cannot be decoded is an error, and not handed over as it is."""
    for name in ("rot13", "gzip, rot13"):
        server = fixture.serve(answer(reply(_BODY, headers=[f"Content-Encoding: {name}"])))
        expect_maybe_sent(fixture.transport(server).send, request())


@REPLIES.clause()
def a_body_may_end_with_the_connection(fixture: HttpFixture) -> None:
    """A body without a length ends where the connection ends in order."""
    expect(responded(fixture, answer(unmeasured(_BODY))).body == _BODY, "the body is changed")


@REPLIES.clause()
def an_http_1_0_reply_is_accepted(fixture: HttpFixture) -> None:
    """A reply in HTTP/1.0 is a response; its connection is not used again."""
    script = answer(unmeasured(_BODY, version="1.0"))
    transport = fixture.transport(fixture.serve(script))
    for _ in range(2):
        expect(transport.send(request()).body == _BODY, "the body is changed")


@REPLIES.clause()
def a_long_body_arrives_whole(fixture: HttpFixture) -> None:
    """A body of 1 MiB arrives whole."""
    body = _BODY * (_MEBIBYTE // len(_BODY)) + b"x"
    expect(responded(fixture, answer(reply(body))).body == body, "the body is changed")


@REPLIES.clause()
def a_body_has_a_maximum_size(fixture: HttpFixture) -> None:
    """A body longer than `max_response_size` is an error, and never cut short."""
    for size in (_LIMIT + 1, 4 * _MEBIBYTE):
        body = b"x" * size
        for sent in (reply(body), in_chunks(body, 65536), unmeasured(body)):
            server = fixture.serve(answer(sent))
            transport = fixture.transport(server, max_response_size=_LIMIT)
            expect_maybe_sent(transport.send, request())
    server = fixture.serve(answer(reply(b"x" * _LIMIT)))
    within = fixture.transport(server, max_response_size=_LIMIT)
    expect(len(within.send(request()).body) == _LIMIT, "a body of the maximum size is changed")


@REPLIES.clause()
def a_decompressed_body_has_the_same_maximum(fixture: HttpFixture) -> None:
    """The maximum size applies to what a decompression produces."""
    bomb = gzip.compress(b"x" * 16 * _MEBIBYTE)
    server = fixture.serve(answer(reply(bomb, headers=["Content-Encoding: gzip"])))
    transport = fixture.transport(server, max_response_size=_MEBIBYTE)
    expect_maybe_sent(transport.send, request())


@REPLIES.clause()
def redirects_are_not_followed(fixture: HttpFixture) -> None:
    """A redirect is a response like any other, for every method, to this server or another."""
    other = fixture.serve(always(reply()))
    locations = {"/here": "/elsewhere", "/there": f"{other.origin}/elsewhere"}
    for status in (301, 302, 303, 307, 308):
        replies = {
            target: reply(status=status, headers=[f"Location: {location}"])
            for target, location in locations.items()
        }
        server = fixture.serve(_reply_by_target(replies))
        transport = fixture.transport(server)
        sent = [(method, target) for method in (*METHODS, "PUT") for target in locations]
        for method, target in sent:
            response = transport.send(request(target, method=method))
            expect(response.status == status, f"a {status} is a response with {response.status}")
        arrived = [(each.method, each.target) for each in server.received]
        expect(arrived == sent, f"a {status} was followed")
    expect(not other.received, "a redirect to another server was followed")


@REPLIES.clause()
def cookies_are_not_kept(fixture: HttpFixture) -> None:
    """A cookie that the server sets is not sent back."""
    server = fixture.serve(always(reply(headers=["Set-Cookie: session=1; Path=/"])))
    transport = fixture.transport(server)
    for _ in range(2):
        transport.send(request())
    cookies = [value for each in server.received for value in each.values("cookie")]
    expect(not cookies, f"{cookies} was sent back")


@REPLIES.clause()
def responses_are_not_cached(fixture: HttpFixture) -> None:
    """Each request is sent, also where the reply to the same one may be cached."""
    cacheable = ["Cache-Control: public, max-age=3600", 'ETag: "1"', "Age: 0"]
    server = fixture.serve(always(reply(headers=cacheable)))
    transport = fixture.transport(server)
    for count in (1, 2, 3):
        transport.send(request("/api/v3/exchangeInfo", method="GET"))
        expect(len(server.received) == count, f"{len(server.received)} of {count} were sent")


def _with_status_of_target(got: Received) -> bytes:
    status = int(got.target[1:])
    headers = ["Retry-After: 0"]
    if status in _BODILESS:
        return unmeasured(b"", status=status, headers=headers)
    return reply(status=status, headers=headers)


def _continue_first(peer: Peer) -> None:
    while (got := peer.receive()) is not None:
        peer.write(unmeasured(b"", status=100))
        peer.hold(_SHORT)
        peer.write(echo(got))


def _reply_by_target(replies: dict[str, bytes]) -> Callable[[Peer], None]:
    return answer_by(lambda got: replies.get(got.target, reply()))
