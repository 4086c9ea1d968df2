"""Transports to be tested, and a certificate authority that lives as long as the tests run."""

from __future__ import annotations

import contextlib
import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from orderlists_transports.aiohttp import AiohttpTransport
from orderlists_transports.asyncio import AsyncioTransport
from orderlists_transports.conformance import FramedSetup, Setup
from orderlists_transports.conformance._servers.http import Peer, Server
from orderlists_transports.conformance._servers.tls import Tls
from orderlists_transports.httpx import AsyncHttpxTransport, HttpxTransport
from orderlists_transports.urllib3 import Urllib3Transport
from orderlists_transports.websockets import AsyncWebsocketsTransport, WebsocketsTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from http_servers import Serve
    from orderlists_transports.conformance import FramedClause, HttpClause


# One for all: httpx would read the certificates of the system for each transport.
SYSTEM_TRUST = ssl.create_default_context()


def over_urllib3(setup: Setup) -> Urllib3Transport:
    return Urllib3Transport(
        setup.origin,
        ssl_context=setup.ssl_context,
        max_connections=setup.connections,
        max_response_size=setup.max_response_size,
    )


class SessionTransport(AiohttpTransport):
    """An aiohttp transport whose session is its own."""

    def __init__(self, setup: Setup) -> None:
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=setup.connections,
                ssl=True if setup.ssl_context is None else setup.ssl_context,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        super().__init__(
            setup.origin, session=self.session, max_response_size=setup.max_response_size
        )

    async def aclose(self) -> None:
        await super().aclose()
        await self.session.close()


def over_httpx(setup: Setup) -> HttpxTransport:
    return HttpxTransport(
        setup.origin,
        transport=httpx.HTTPTransport(
            verify=setup.ssl_context or SYSTEM_TRUST,
            trust_env=False,
            limits=httpx.Limits(max_connections=setup.connections),
        ),
        max_response_size=setup.max_response_size,
    )


def over_async_httpx(setup: Setup) -> AsyncHttpxTransport:
    return AsyncHttpxTransport(
        setup.origin,
        transport=httpx.AsyncHTTPTransport(
            verify=setup.ssl_context or SYSTEM_TRUST,
            trust_env=False,
            limits=httpx.Limits(max_connections=setup.connections),
        ),
        max_response_size=setup.max_response_size,
    )


def over_asyncio(setup: Setup) -> AsyncioTransport:
    return AsyncioTransport(
        setup.origin,
        ssl_context=setup.ssl_context,
        max_connections=setup.connections,
        max_response_size=setup.max_response_size,
    )


KINDS = {
    "urllib3": over_urllib3,
    "httpx": over_httpx,
    "asyncio": over_asyncio,
    "aiohttp": SessionTransport,
    "async_httpx": over_async_httpx,
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def keeps(kind: str) -> Callable[[HttpClause, bool], None]:
    """Check a clause against a transport, over TLS or not."""
    factory: Any = KINDS[kind]
    is_async = kind not in {"urllib3", "httpx"}
    return lambda clause, tls: clause.check(factory, is_async=is_async, tls=tls)


def over_websockets(setup: FramedSetup) -> WebsocketsTransport:
    return WebsocketsTransport(
        setup.origin, ssl_context=setup.ssl_context, max_frame_size=setup.max_frame_size
    )


def over_async_websockets(setup: FramedSetup) -> AsyncWebsocketsTransport:
    return AsyncWebsocketsTransport(
        setup.origin, ssl_context=setup.ssl_context, max_frame_size=setup.max_frame_size
    )


@pytest.fixture(params=["sync", "async"])
def keeps_framed(request: pytest.FixtureRequest) -> Callable[[FramedClause, bool], None]:
    """Check a clause against a built-in framed transport, over TLS or not."""
    if request.param == "sync":
        return lambda clause, tls: clause.check(over_websockets, tls=tls)
    return lambda clause, tls: clause.check(over_async_websockets, is_async=True, tls=tls)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers that are closed after the test."""
    with contextlib.ExitStack() as servers:

        def start(script: Callable[[Peer], None], tls: Tls | None = None) -> Server:
            server = Server(script, None if tls is None else tls.server)
            servers.callback(server.close)
            return server

        yield start


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The certificate of the authority, and the server's with its key."""
    return _authority_and_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def tls(papers: tuple[Path, Path]) -> Tls:
    return _tls(*papers)


@pytest.fixture
def fresh_tls(papers: tuple[Path, Path]) -> Tls:
    """TLS for a test that may spoil it."""
    return _tls(*papers)


@pytest.fixture(params=["plain", "tls"])
def wire(request: pytest.FixtureRequest) -> Tls | None:
    """What the server speaks: TLS, or None for plain HTTP."""
    return request.getfixturevalue("tls") if request.param == "tls" else None


def _tls(authority: Path, certificate: Path) -> Tls:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    return Tls(server=server, client=ssl.create_default_context(cafile=str(authority)))


def _authority_and_certificate(folder: Path) -> tuple[Path, Path]:
    authority_key, key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority of the tests")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server of the tests")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    signed_itself = (
        _unsigned(issuer, issuer, authority_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_signs_certificates(), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    signed = (
        _unsigned(subject, issuer, key)
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    authority, certificate = folder / "authority.pem", folder / "server.pem"
    authority.write_bytes(signed_itself.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    certificate.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return authority, certificate


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
    )


def _signs_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
