"""Clauses about the request on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlists.extending import HttpRequest
from orderlists_transports.conformance._servers.http import always, reply
from orderlists_transports.conformance.clause import http_clauses
from orderlists_transports.conformance.fixture import expect, expect_not_sent
from orderlists_transports.conformance.http._exchange import request

if TYPE_CHECKING:
    from orderlists_transports.conformance._servers.http import Received, Server
    from orderlists_transports.conformance.fixture import HttpFixture

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


REQUESTS = http_clauses()


@REQUESTS.clause()
def the_method_arrives_unchanged(fixture: HttpFixture) -> None:
    """The method arrives as it was given."""
    for method in ("GET", "POST", "PUT", "DELETE"):
        expect(_arrived(fixture, request(method=method)).method == method, method)


@REQUESTS.clause()
def the_target_arrives_byte_for_byte(fixture: HttpFixture) -> None:
    """The target arrives byte for byte: nothing is quoted, unquoted, sorted or cut off."""
    for target in _TARGETS:
        found = _arrived(fixture, request(target)).target
        expect(found == target, f"{target} arrived as {found}")


@REQUESTS.clause()
def every_header_arrives_unchanged(fixture: HttpFixture) -> None:
    """Every header arrives once, its value as it was given; repeated names keep their order."""
    given = (("X-MBX-APIKEY", "k" * 64), ("X-a", '1; b="2", c'), ("x-B", "3"), ("X-a", "4  5"))
    arrived = _arrived(fixture, HttpRequest("DELETE", "/", given))
    for name in ("X-MBX-APIKEY", "X-a", "x-B"):
        wanted = [value for key, value in given if key == name]
        expect(arrived.values(name) == wanted, f"{name} arrived as {arrived.values(name)}")


@REQUESTS.clause()
def the_body_arrives_byte_for_byte(fixture: HttpFixture) -> None:
    """The body arrives byte for byte, and its length is declared."""
    for body in (b"{}", bytes(range(256)), b"\r\n\r\n", b"x" * 1024 * 1024):
        arrived = _arrived(fixture, request(method="POST", body=body))
        expect(arrived.values("content-length") == [str(len(body))], "its length is not declared")
        expect(arrived.body == body, f"{len(body)} bytes arrived as {len(arrived.body)} others")


@REQUESTS.clause()
def the_request_is_http_1_1_with_one_host(fixture: HttpFixture) -> None:
    """The request line says HTTP/1.1, and one Host header names host and port of the origin."""
    server = fixture.serve(always(reply()))
    arrived = _arrived(fixture, request(), server)
    expect(arrived.version == "HTTP/1.1", f"the request line says {arrived.version}")
    expect(arrived.values("host") == [server.host], f"Host arrived as {arrived.values('host')}")


@REQUESTS.clause(optional="some libraries send a User-Agent, or an Accept-Encoding")
def no_header_is_added(fixture: HttpFixture) -> None:
    """No header is added but what HTTP itself needs."""
    for sent in (request(), request(method="POST", body=b"{}")):
        added = {name.lower() for name, _ in _arrived(fixture, sent).headers}
        added -= {"x-mbx-apikey", *_NEEDED_BY_HTTP}
        expect(not added, f"{sorted(added)} arrived")


@REQUESTS.clause()
def a_malformed_request_is_not_sent(fixture: HttpFixture) -> None:
    """A request that HTTP cannot carry is an error with `sent` False, and nothing is sent of it."""
    server = fixture.serve(always(reply()))
    transport = fixture.transport(server)
    for sent in _MALFORMED:
        expect_not_sent(transport.send, sent)
    transport.send(request("/well-formed"))
    expect([each.target for each in server.received] == ["/well-formed"], "it was sent")


def _arrived(fixture: HttpFixture, sent: HttpRequest, server: Server | None = None) -> Received:
    server = server or fixture.serve(always(reply()))
    fixture.transport(server).send(sent)
    expect(len(server.received) == 1, f"it was sent {len(server.received)} times")
    return server.received[0]
