"""Requests as bytes: sent as they are, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlists.extending import HttpRequest
from orderlists_transports._http1.errors import UnsendableRequest
from orderlists_transports._http1.writer import RequestWriter, write_connect
from orderlists_transports.environments import Origin

ORIGIN = Origin("https", "host", 443)
HEADERS = st.lists(st.tuples(st.text(), st.text())).map(tuple)


@given(method=st.text(), target=st.text(), headers=HEADERS, body=st.binary())
def test_a_request_is_written_as_it_is_or_is_unsendable(
    method: str, target: str, headers: tuple[tuple[str, str], ...], body: bytes
) -> None:
    try:
        written = RequestWriter(ORIGIN).write(HttpRequest(method, target, headers, body))
    except UnsendableRequest:
        return
    head, _, rest = written.decode("latin-1").partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    assert first == f"{method} {target} HTTP/1.1"
    assert [line for line in lines if line != "Host: host"][: len(headers)] == [
        f"{name}: {value}" for name, value in headers
    ]
    assert rest.encode("latin-1") == body


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (HttpRequest("GE T", "/", ()), "its method is not a token"),
        (HttpRequest("", "/", ()), "its method is not a token"),
        (HttpRequest("GET", "time", ()), "its target is not in origin form"),
        (HttpRequest("GET", "/a b", ()), "its target is not in origin form"),
        (HttpRequest("GET", "/a#b", ()), "its target is not in origin form"),
        (HttpRequest("GET", "/\u20ac", ()), "its target is not in origin form"),
        (HttpRequest("GET", "/", (("", "a"),)), "the name of a header is not a token"),
        (HttpRequest("GET", "/", (("a b", "a"),)), "the name of a header is not a token"),
        (HttpRequest("GET", "/", (("A", "s3cret\n"),)), "the value of its header A holds"),
    ],
)
def test_an_unsendable_request_is_refused_without_showing_a_value(
    request_: HttpRequest, why: str
) -> None:
    with pytest.raises(UnsendableRequest, match=why) as caught:
        RequestWriter(ORIGIN).write(request_)
    assert "s3cret" not in str(caught.value)


def test_an_unsendable_block_of_headers_is_refused_each_time() -> None:
    writer = RequestWriter(ORIGIN)
    for _ in range(2):
        with pytest.raises(UnsendableRequest):
            writer.write(HttpRequest("GET", "/", (("A", "\n"),)))


def test_a_host_and_a_length_that_are_given_are_not_added() -> None:
    headers = (("host", "elsewhere"), ("content-length", "2"))
    assert RequestWriter(ORIGIN).write(HttpRequest("POST", "/", headers, b"{}")) == (
        b"POST / HTTP/1.1\r\nhost: elsewhere\r\ncontent-length: 2\r\n\r\n{}"
    )


def test_a_body_that_is_expected_and_empty_has_a_length() -> None:
    written = RequestWriter(ORIGIN).write(HttpRequest("POST", "/", ()))
    assert written == b"POST / HTTP/1.1\r\nHost: host\r\nContent-Length: 0\r\n\r\n"


def test_a_port_that_is_not_the_default_is_in_the_host_header() -> None:
    written = RequestWriter(Origin("http", "::1", 8080)).write(HttpRequest("GET", "/", ()))
    assert b"\r\nHost: [::1]:8080\r\n" in written


def test_many_blocks_of_headers_are_kept_apart() -> None:
    writer = RequestWriter(ORIGIN)
    requests = [HttpRequest("GET", "/", (("X-Number", str(number)),)) for number in range(200)]
    for each in [*requests, *requests[::-1]]:
        assert f"X-Number: {each.headers[0][1]}\r\n".encode() in writer.write(each)


def test_connect_names_host_and_port_and_carries_the_password() -> None:
    headers = (("Proxy-Authorization", "Basic dXNlcjpwdw=="),)
    assert write_connect(Origin("https", "::1", 443), headers) == (
        b"CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n"
        b"Proxy-Authorization: Basic dXNlcjpwdw==\r\n\r\n"
    )
