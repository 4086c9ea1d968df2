"""Clauses about what is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlists.extending import HttpRequest
from orderlists_transports.conformance._bench import expect, expect_failure, request
from orderlists_transports.conformance._clause import clause, optional_clause
from orderlists_transports.conformance._script import always, reply

if TYPE_CHECKING:
    from orderlists_transports.conformance._bench import Bench
    from orderlists_transports.conformance._server import Received

_TARGETS = (
    "/api/v3/time",
    "/api/v3/order?symbol=LTCBTC&newClientOrderId=a%2Fb%7Ec%2f%7e",
    "/api/v3/order?note=a+b%20c;d,e&empty=&symbol=%E4%BD%A0~.-_",
    "/api/v3/order?note=!*'()@:$/?|&note=[again]%25",
)
_NEEDED_BY_HTTP = {"host", "connection", "content-length"}
_MALFORMED = (
    HttpRequest("GET", "/api/v3/time", (("X-Note", "two\r\nX-Lines: yes"),)),
    HttpRequest("GET", "/api/v3/time", (("X-Note", "a\nb"),)),
    HttpRequest("GET", "/api/v3/time", (("X-\u00dcber", "a"),)),
    HttpRequest("GET", "/api/v3/time", (("X-Note", "\u20ac"),)),
    HttpRequest("GET", "/api/v3/time?a=b c", ()),
    HttpRequest("GET", "/api/v3/time HTTP/1.1\r\nX-Note: a", ()),
    HttpRequest("GE T", "/api/v3/time", ()),
)


@clause
def the_method_arrives(bench: Bench) -> None:
    """The method arrives as it was given."""
    for method in ("GET", "POST", "PUT", "DELETE"):
        expect(_arrived(bench, request(method=method)).method == method, method)


@clause
def the_target_arrives_byte_for_byte(bench: Bench) -> None:
    """The target arrives byte for byte: nothing is quoted, unquoted, sorted or cut off."""
    for target in _TARGETS:
        found = _arrived(bench, request(target)).target
        expect(found == target, f"{target} arrived as {found}")


@clause
def the_headers_arrive(bench: Bench) -> None:
    """Every header arrives once, its value as it was given; repeated names keep their order."""
    given = (("X-MBX-APIKEY", "k" * 64), ("X-a", '1; b="2", c'), ("x-B", "3"), ("X-a", "4  5"))
    arrived = _arrived(bench, HttpRequest("DELETE", "/", given))
    for name in ("X-MBX-APIKEY", "X-a", "x-B"):
        wanted = [value for key, value in given if key == name]
        expect(arrived.values(name) == wanted, f"{name} arrived as {arrived.values(name)}")


@clause
def the_body_arrives_byte_for_byte(bench: Bench) -> None:
    """The body arrives byte for byte, and its length is declared."""
    for body in (b"{}", bytes(range(256)), b"\r\n\r\n", b"x" * 1024 * 1024):
        arrived = _arrived(bench, request(method="POST", body=body))
        expect(arrived.values("content-length") == [str(len(body))], "its length is not declared")
        expect(arrived.body == body, f"{len(body)} bytes arrived as {len(arrived.body)} others")


@optional_clause("some libraries introduce themselves, or say what they accept")
def nothing_is_added(bench: Bench) -> None:
    """No header is added but what HTTP itself needs."""
    for sent in (request(), request(method="POST", body=b"{}")):
        added = {name.lower() for name, _ in _arrived(bench, sent).headers}
        added -= {"x-mbx-apikey", *_NEEDED_BY_HTTP}
        expect(not added, f"{sorted(added)} came along")


@clause
def a_malformed_request_is_not_sent(bench: Bench) -> None:
    """A request that HTTP cannot carry is an error with `sent` False, and nothing is sent of it."""
    server = bench.serve(always(reply()))
    line = bench.line(server)
    for sent in _MALFORMED:
        expect_failure(line, sent, claim=False)
    line.send(request("/well-formed"))
    expect([each.target for each in server.received] == ["/well-formed"], "it was sent")


def _arrived(bench: Bench, sent: HttpRequest) -> Received:
    server = bench.serve(always(reply()))
    bench.line(server).send(sent)
    expect(len(server.received) == 1, f"it was sent {len(server.received)} times")
    return server.received[0]


REQUESTS = (
    the_method_arrives,
    the_target_arrives_byte_for_byte,
    the_headers_arrive,
    the_body_arrives_byte_for_byte,
    nothing_is_added,
    a_malformed_request_is_not_sent,
)
