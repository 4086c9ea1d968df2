"""Every clause for HTTP can fail: for each there is a transport, called a liar, that breaks it.

The liars wrap a transport that keeps the contract, and break one clause.
"""

from __future__ import annotations

import gc
import http.client
import logging
import os
import socket
import ssl
import sys
import threading
import time
import warnings
from netrc import netrc
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from urllib.request import getproxies

import pytest
from attrs import evolve

from orderlists import TransportError
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_transports._http1.writer import RequestWriter
from orderlists_transports.conformance import HTTP_CLAUSES, Setup, fixture
from orderlists_transports.conformance._servers.http import Server
from orderlists_transports.conformance.http.failures import SCRIPTS, WRITING_SCRIPTS
from orderlists_transports.environments import parse_origin
from orderlists_transports.urllib3 import Urllib3Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Honest:
    """What every liar starts from."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.inner = Urllib3Transport(
            setup.origin,
            ssl_context=setup.ssl_context,
            max_connections=setup.connections,
            max_response_size=setup.max_response_size,
        )
        # The optional clauses as well: it waits for a free connection.
        self.free = threading.BoundedSemaphore(setup.connections)

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        if not self.free.acquire(timeout=timeout):
            raise TransportError("no connection was free", sent=False)
        try:
            return self.inner.send(request, timeout=timeout)
        finally:
            self.free.release()

    def close(self) -> None:
        self.inner.close()


def changing_requests(change: Callable[[HttpRequest], HttpRequest]) -> type[Honest]:
    class Liar(Honest):
        def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
            return super().send(change(request), timeout=timeout)

    return Liar


def changing_responses(change: Callable[[HttpResponse], HttpResponse]) -> type[Honest]:
    class Liar(Honest):
        def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
            return change(super().send(request, timeout=timeout))

    return Liar


def changing_errors(
    change: Callable[[TransportError, HttpRequest], TransportError],
) -> type[Honest]:
    class Liar(Honest):
        def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
            try:
                return super().send(request, timeout=timeout)
            except TransportError as error:
                told = change(error, request)
            raise told

    return Liar


def changing_setups(**changes: Any) -> Callable[[Setup], Honest]:
    return lambda setup: Honest(evolve(setup, **changes))


SwearsThatNothingWasSent = changing_errors(lambda error, _: TransportError(str(error), sent=False))
NeverKnows = changing_errors(lambda error, _: TransportError(str(error), sent=None))


class OfHttpClient(Honest):
    """The standard library's client as it comes, a connection for each request."""

    version = 10

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        host, _, port = self.setup.origin.rpartition("/")[2].partition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=timeout)
        try:
            connection.request(
                request.method, request.target, request.body or None, dict(request.headers)
            )
            with connection.getresponse() as response:
                if response.version < self.version:
                    raise TransportError("HTTP/1.0", sent=None)
                return HttpResponse(response.status, tuple(response.getheaders()), response.read())
        except (OSError, http.client.HTTPException) as error:
            raise TransportError(str(error), sent=None) from error
        finally:
            connection.close()


class OfOneSocket(Honest):
    """One socket for everything and everybody, whatever became of the request before."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self.sock: socket.socket | None = None

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        if self.sock is None:
            host, _, port = self.setup.origin.rpartition("/")[2].partition(":")
            self.sock = socket.create_connection((host, int(port)))
        self.sock.settimeout(timeout)
        try:
            self.sock.sendall(RequestWriter(parse_origin(self.setup.origin)).write(request))
            return self.read(self.sock)
        except (OSError, http.client.HTTPException) as error:
            raise TransportError(str(error), sent=None) from error

    def read(self, sock: socket.socket) -> HttpResponse:
        with http.client.HTTPResponse(sock) as response:
            response.begin()
            return HttpResponse(response.status, tuple(response.getheaders()), response.read())

    def close(self) -> None:
        if self.sock is not None:
            self.sock.close()
        super().close()


class KeepsWhatItReadAhead(OfOneSocket):
    ahead = b""

    def read(self, sock: socket.socket) -> HttpResponse:
        while b"\r\n\r\n" not in self.ahead:
            self.ahead += sock.recv(65536)
        head, _, rest = self.ahead.partition(b"\r\n\r\n")
        length = int(head.lower().rpartition(b"content-length:")[2].split()[0])
        self.ahead = rest[length:]
        return HttpResponse(200, (), rest[:length])


class FollowsRedirects(Honest):
    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        response = super().send(request, timeout=timeout)
        location = response.header("Location")
        if location is None or request.target == location:
            return response
        return self.send(evolve(request, target=location), timeout=timeout)


class KeepsCookies(Honest):
    cookies: tuple[tuple[str, str], ...] = ()

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        request = evolve(request, headers=(*request.headers, *self.cookies))
        response = super().send(request, timeout=timeout)
        self.cookies = (("Cookie", response.header("Set-Cookie") or ""),)
        return response


class BoundsWhatIsCompressed(Honest):
    def __init__(self, setup: Setup) -> None:
        super().__init__(evolve(setup, max_response_size=10**9))
        self.bound = setup.max_response_size

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        response = super().send(request, timeout=timeout)
        if int(response.header("Content-Length") or 0) > self.bound:
            raise TransportError("too long", sent=None)
        return response


class ResendsWhenAskedToRetry(Honest):
    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        response = super().send(request, timeout=timeout)
        if response.status == 503 and response.header("Retry-After") == "0":
            return super().send(request, timeout=timeout)
        return response


class ResendsOnContinue(OfOneSocket):
    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        super().send(request, timeout=timeout)
        return super().send(request, timeout=timeout)


class ReadsOneSegment(OfOneSocket):
    def read(self, sock: socket.socket) -> HttpResponse:
        head = b""
        while b"\r\n\r\n" not in head:
            head += sock.recv(1)
        return HttpResponse(200, (), sock.recv(65536))


class RefusesHttp10(OfHttpClient):
    version = 11


class CachesGets(Honest):
    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self.cached: dict[str, HttpResponse] = {}

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        if request.method != "GET":
            return super().send(request, timeout=timeout)
        if request.target not in self.cached:
            self.cached[request.target] = super().send(request, timeout=timeout)
        return self.cached[request.target]


class SharesEqualRequests(CachesGets):
    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self.lock = threading.Lock()

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        with self.lock:
            return super().send(request, timeout=timeout)


class IsLate(Honest):
    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        return super().send(request, timeout=timeout + 0.3)


class SendsAgain(Honest):
    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        try:
            return super().send(request, timeout=timeout)
        except TransportError:
            return super().send(request, timeout=timeout)


class SwallowsInterrupts(Honest):
    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        try:
            return super().send(request, timeout=timeout)
        except KeyboardInterrupt:
            raise TransportError("interrupted", sent=None) from None


class GivesEveryoneTheSame(Honest):
    given: HttpResponse | None = None

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        self.given = self.given or super().send(request, timeout=timeout)
        return self.given


class ClosesOnce(Honest):
    closed = False

    def close(self) -> None:
        if self.closed:
            raise RuntimeError("closed already")
        self.closed = True
        super().close()


class NeverCloses(Honest):
    def close(self) -> None:
        pass


class ClosesSlowly(Honest):
    def close(self) -> None:
        time.sleep(0.3)
        super().close()


class PrintsTargets(Honest):
    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        sys.stderr.write(request.target)
        return super().send(request, timeout=timeout)


class ObeysTheEnvironment(Honest):
    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        if getproxies():
            raise TransportError("no connection to the proxy", sent=False)
        return super().send(request, timeout=timeout)


class LogsIn(Honest):
    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        login = netrc(os.environ["NETRC"]).authenticators("127.0.0.1")
        headers = (*request.headers, ("Authorization", str(login)))
        return super().send(evolve(request, headers=headers), timeout=timeout)


class LogsTargets(Honest):
    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        logging.getLogger("liar").debug("sending %s", request.target)
        return super().send(request, timeout=timeout)


def trusting_anybody(setup: Setup) -> Honest:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return Honest(evolve(setup, ssl_context=context))


def made_sendable(request: HttpRequest) -> HttpRequest:
    headers = tuple((name.encode("ascii", "ignore").decode(), "") for name, _ in request.headers)
    return HttpRequest("GET", request.target.split(" ")[0], headers)


def refusing_client_errors(response: HttpResponse) -> HttpResponse:
    if 400 <= response.status < 500:
        raise TransportError("refused", sent=None)
    return response


def with_one_value_each(response: HttpResponse) -> HttpResponse:
    headers = {name.lower(): value for name, value in response.headers}
    return evolve(response, headers=tuple(headers.items()))


def without_undeclared_body(response: HttpResponse) -> HttpResponse:
    return response if response.header("Content-Length") else evolve(response, body=b"")


def told_with_a_cause(error: TransportError, request: HttpRequest) -> TransportError:
    told = TransportError(str(error), sent=error.sent)
    told.__cause__ = ValueError(request.headers[0][1])
    return told


LIARS: list[tuple[str, Callable[[Setup], Honest]]] = [
    ("the_method_arrives_unchanged", changing_requests(lambda sent: evolve(sent, method="GET"))),
    (
        "the_target_arrives_byte_for_byte",
        changing_requests(lambda sent: evolve(sent, target=unquote(sent.target))),
    ),
    (
        "every_header_arrives_unchanged",
        changing_requests(lambda sent: evolve(sent, headers=tuple(dict(sent.headers).items()))),
    ),
    (
        "the_body_arrives_byte_for_byte",
        changing_requests(lambda sent: evolve(sent, body=sent.body.strip())),
    ),
    (
        "the_request_is_http_1_1_with_one_host",
        changing_requests(lambda sent: evolve(sent, headers=(*sent.headers, ("Host", "liar")))),
    ),
    (
        "no_header_is_added",
        changing_requests(
            lambda sent: evolve(sent, headers=(*sent.headers, ("User-Agent", "liar")))
        ),
    ),
    ("a_malformed_request_is_not_sent", changing_requests(made_sendable)),
    ("any_status_is_a_response", changing_responses(refusing_client_errors)),
    ("any_status_is_a_response", ResendsWhenAskedToRetry),
    ("repeated_headers_are_kept", changing_responses(with_one_value_each)),
    ("interim_replies_are_skipped", OfHttpClient),
    ("an_interim_reply_sends_nothing_again", ResendsOnContinue),
    (
        "a_chunked_body_is_joined",
        changing_responses(lambda got: evolve(got, body=got.body[:1000])),
    ),
    ("segments_do_not_matter", ReadsOneSegment),
    ("a_compressed_body_is_decoded", OfHttpClient),
    ("an_unknown_content_encoding_is_an_error", OfHttpClient),
    ("a_body_may_end_with_the_connection", changing_responses(without_undeclared_body)),
    ("an_http_1_0_reply_is_accepted", RefusesHttp10),
    (
        "a_long_body_arrives_whole",
        changing_responses(lambda got: evolve(got, body=got.body[:65536])),
    ),
    ("a_body_has_a_maximum_size", changing_setups(max_response_size=10**9)),
    ("a_decompressed_body_has_the_same_maximum", BoundsWhatIsCompressed),
    ("redirects_are_not_followed", FollowsRedirects),
    ("cookies_are_not_kept", KeepsCookies),
    ("responses_are_not_cached", CachesGets),
    ("a_refused_connection_means_not_sent", NeverKnows),
    ("an_unknown_host_means_not_sent", NeverKnows),
    ("an_untrusted_certificate_means_not_sent", trusting_anybody),
    ("a_certificate_for_another_host_means_not_sent", trusting_anybody),
    ("no_free_connection_means_not_sent", NeverKnows),
    ("no_free_connection_means_not_sent", OfHttpClient),
    ("a_tls_stream_is_cut_off", Honest),
    *((name, SwearsThatNothingWasSent) for name in (*SCRIPTS, *WRITING_SCRIPTS)),
    *((name, SendsAgain) for name in (*SCRIPTS, *WRITING_SCRIPTS)),
    ("a_silent_server_ends_at_the_timeout", IsLate),
    ("a_silent_server_ends_at_the_timeout", SendsAgain),
    ("headers_that_trickle_in_end_at_the_timeout", SwearsThatNothingWasSent),
    ("a_body_that_trickles_in_ends_at_the_timeout", SwearsThatNothingWasSent),
    ("writing_ends_at_the_timeout", SwearsThatNothingWasSent),
    ("connecting_ends_at_the_timeout", IsLate),
    ("the_tls_handshake_ends_at_the_timeout", IsLate),
    ("waiting_for_a_connection_ends_at_the_timeout", IsLate),
    ("connections_are_kept_alive", OfHttpClient),
    ("a_request_is_sent_at_most_once", SendsAgain),
    ("a_request_is_sent_at_most_once", SwearsThatNothingWasSent),
    ("a_closed_connection_is_replaced_before_sending", OfOneSocket),
    ("a_late_reply_is_discarded", OfOneSocket),
    ("an_unsolicited_reply_is_discarded", OfOneSocket),
    ("bytes_after_a_reply_are_discarded", KeepsWhatItReadAhead),
    ("an_interrupt_passes_and_its_reply_is_discarded", SwallowsInterrupts),
    ("an_interrupt_passes_and_its_reply_is_discarded", OfOneSocket),
    ("concurrent_requests_get_their_own_responses", GivesEveryoneTheSame),
    ("equal_requests_are_each_sent", SharesEqualRequests),
    ("a_child_process_has_its_own_connections", OfOneSocket),
    ("closing_twice_is_once", ClosesOnce),
    ("closing_closes_every_connection", NeverCloses),
    ("closing_does_not_lose_a_request_in_flight", ClosesSlowly),
    ("the_environment_is_ignored", ObeysTheEnvironment),
    ("the_environment_is_ignored", LogsIn),
    ("no_secret_leaks", LogsTargets),
    ("no_secret_leaks", PrintsTargets),
    ("no_secret_leaks", changing_errors(told_with_a_cause)),
    (
        "no_secret_leaks",
        changing_errors(lambda error, sent: TransportError(sent.target[-24:], sent=error.sent)),
    ),
]


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten what is waited for, which a liar is late for or never does."""
    monkeypatch.setattr(fixture, "TOLERANCE", 0.2)
    monkeypatch.setattr(Server, "notice", 0.5)


@pytest.fixture(autouse=True)
def collected(request: pytest.FixtureRequest) -> Iterator[None]:
    """Collect the sockets that a liar leaves open."""
    yield
    if "closing_closes" in request.node.name:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


CLAUSES = {clause.name: clause for clause in HTTP_CLAUSES}


@pytest.mark.parametrize(("name", "liar"), LIARS, ids=[name for name, _ in LIARS])
def test_a_transport_that_breaks_a_clause_fails_it_by_name(
    name: str, liar: Callable[[Setup], Honest]
) -> None:
    with pytest.raises(AssertionError, match=f"^{name}: "):
        CLAUSES[name].check(liar, tls=CLAUSES[name].needs_tls)


def test_every_clause_has_its_liar() -> None:
    assert {name for name, _ in LIARS} == set(CLAUSES)
