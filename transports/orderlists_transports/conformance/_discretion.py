"""Clauses about what must not matter, the environment, and what must not be told, secrets."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from unittest.mock import patch

from orderlists.extending import HttpRequest
from orderlists_transports.conformance._bench import (
    API_KEY,
    QUERY,
    SIGNATURE,
    expect,
    failure,
    request,
)
from orderlists_transports.conformance._clause import clause
from orderlists_transports.conformance._failures import FAILURES
from orderlists_transports.conformance._overhearing import overheard, texts_of
from orderlists_transports.conformance._script import always, answer, reply
from orderlists_transports.conformance._setup import Setup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderlists_transports.conformance._bench import Bench
    from orderlists_transports.conformance._server import Peer

_SOON = 0.25
_SECRETS = (API_KEY, SIGNATURE, QUERY)
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
_NOBODY_LISTENS = "http://127.0.0.1:9"


@clause
def the_environment_is_ignored(bench: Bench) -> None:
    """No environment variable leads a request through a proxy, or adds a log-in to it."""
    server = bench.serve(always(reply()))
    with TemporaryDirectory() as folder, patch.dict(os.environ):
        log_ins = Path(folder, "netrc")
        log_ins.write_text("machine 127.0.0.1 login somebody password guess\n", encoding="utf-8")
        os.environ.pop("no_proxy", None)
        os.environ.pop("NO_PROXY", None)
        os.environ["NETRC"] = str(log_ins)
        for name in _PROXIES:
            os.environ[name] = os.environ[name.upper()] = _NOBODY_LISTENS
        bench.line(server).send(request())
    expect(not server.received[0].values("authorization"), "a log-in came along")


@clause
def no_secret_is_told(bench: Bench) -> None:
    """No API key, signature or query is in an error's text, cause or context, or in a log."""
    with overheard() as told:
        for error in _errors(bench):
            told.extend(texts_of(error))
        server = bench.serve(always(reply()))
        bench.line(server).send(request())
    for secret in _SECRETS:
        leaks = [text for text in told if secret in text]
        expect(not leaks, f"a secret is in: {[_blackened(text) for text in leaks[:3]]}")


def _errors(bench: Bench) -> Iterator[BaseException]:
    for each in FAILURES:
        yield failure(bench.line(bench.serve(each.script)), request(body=each.body))
    yield failure(bench.line(bench.serve(_stay_silent)), request(), _SOON)
    yield failure(bench.line(bench.serve(answer(reply(b"x" * 9))), max_response_size=1), request())
    yield failure(bench.line_to(Setup(origin="https://orderlists.invalid")), request())
    busy = bench.line(bench.serve(_stay_silent), connections=1)
    busy.start(request())
    yield failure(busy, request(), _SOON)
    server = bench.serve(always(reply()))
    line = bench.line(server)
    yield failure(line, request(f"/api/v3/orderList?{QUERY} "))
    yield failure(line, HttpRequest("GET", "/", (("X-MBX-APIKEY", f"{API_KEY}\n"),)))
    yield failure(bench.line_to(Setup(origin=server.origin)), request(f"/\n{QUERY}"))
    server.close()
    yield failure(bench.line(server), request())
    line.close()
    yield failure(line, request())


def _stay_silent(peer: Peer) -> None:
    peer.receive()
    peer.hold()


def _blackened(text: str) -> str:
    for secret in _SECRETS:
        text = text.replace(secret, "[secret]")
    return text


DISCRETION = (the_environment_is_ignored, no_secret_is_told)
