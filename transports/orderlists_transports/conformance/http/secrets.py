"""Clauses about the environment, which must not matter, and secrets, which must not leak."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from unittest.mock import patch

from orderlists.extending import HttpRequest
from orderlists_transports.conformance._servers.http import always, answer, never_answer, reply
from orderlists_transports.conformance.clause import http_clauses
from orderlists_transports.conformance.fixture import API_KEY, QUERY, SIGNATURE, expect
from orderlists_transports.conformance.http._exchange import request
from orderlists_transports.conformance.http.failures import SCRIPTS
from orderlists_transports.conformance.leaks import captured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orderlists_transports.conformance._servers.http import Peer
    from orderlists_transports.conformance.fixture import HttpFixture

_SOON = 0.1
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_CLOSED_PORT = "http://127.0.0.1:9"


SECRETS = http_clauses()


@SECRETS.clause()
def the_environment_is_ignored(fixture: HttpFixture) -> None:
    """No environment variable sends a request through a proxy, or adds a login to it."""
    server = fixture.serve(always(reply()))
    with TemporaryDirectory() as folder, patch.dict(os.environ):
        logins = Path(folder, "netrc")
        logins.write_text("machine 127.0.0.1 login somebody password guess\n", encoding="utf-8")
        os.environ.pop("no_proxy", None)
        os.environ.pop("NO_PROXY", None)
        os.environ["NETRC"] = str(logins)
        for name in _PROXIES:
            os.environ[name] = os.environ[name.upper()] = _CLOSED_PORT
        fixture.transport(server).send(request())
    expect(not server.received[0].values("authorization"), "a login was added")


@SECRETS.clause()
def no_secret_leaks(fixture: HttpFixture) -> None:
    """No part of a key, signature or query is in an error, a log, a warning or printed."""
    with captured() as leaks:
        for act in _calls(fixture):
            leaks.call(act)
    # A library may log what a server sends; its errors must not show it.
    leaks.call(fixture.transport(fixture.serve(_answer_with_the_request)).send, request())
    leaks.expect_none()


def _calls(fixture: HttpFixture) -> Iterator[Callable[[], object]]:
    for script in (*SCRIPTS.values(), answer(reply(b"x" * 9))):
        yield partial(fixture.transport(fixture.serve(script), max_response_size=1).send, request())
    yield partial(fixture.transport_to(fixture.unknown_host()).send, request())
    busy = fixture.transport(fixture.serve(never_answer), connections=1)
    yield partial(busy.start, request())
    yield partial(busy.send, request(), _SOON)
    server = fixture.serve(always(reply()))
    transport = fixture.transport(server)
    yield partial(transport.send, request())
    yield partial(transport.send, request(f"/api/v3/orderList?{QUERY} "))
    yield partial(transport.send, request(f"/\n{QUERY}"))
    for value in (f"{API_KEY}\n", f"{API_KEY}\u20ac"):
        yield partial(transport.send, HttpRequest("GET", "/", (("X-MBX-APIKEY", value),)))
    untrusted = fixture.transport_to(fixture.origin(server), is_trusted=False)
    yield partial(untrusted.send, request())
    server.close()
    yield partial(fixture.transport(server).send, request())
    transport.close()
    yield partial(transport.send, request())


def _answer_with_the_request(peer: Peer) -> None:
    peer.receive()
    peer.write(f"HTTP/1.1 {SIGNATURE} {API_KEY}\r\n{QUERY}\r\n\r\n".encode())
