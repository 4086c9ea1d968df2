"""The venue of the documentation's example, and clients that share no code with the library."""

import hashlib
import hmac
import json
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from http.client import HTTPConnection
from itertools import count
from urllib.parse import quote, urlencode, urlsplit

import pytest

from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator import (
    EXAMPLE_KEY,
    Behaviour,
    Plan,
    RealClock,
    Simulator,
    Venue,
    VenueTransport,
    VirtualClock,
)
from venue_clients import (
    Connector,
    FrameConnection,
    Send,
    connector_async,
    connector_over_sockets,
    connector_sync,
    exchange_over,
    send_async,
    send_over_http,
    send_sync,
)

Exchange = Callable[[HttpRequest], HttpResponse]

PLACED = 1_574_040_868_128_000_000
CANCELED = 1_688_005_070_874_123_456


@pytest.fixture
def clock() -> list[int]:
    """Return the venue's time in nanoseconds, which a test may set."""
    return [CANCELED]


@pytest.fixture
def documented() -> Callable[[Behaviour], Venue]:
    """Make a venue in the state of the documentation's example, with this behaviour."""

    def make(behaviour: Behaviour) -> Venue:
        venue = Venue(behaviour=behaviour, order_ids=count(2))
        venue.order_entry.place_oco(
            symbol="LTCBTC",
            side="SELL",
            quantity="10",
            price="3",
            stop_price="1",
            stop_limit_price="1",
            list_client_order_id="C3wyj4WVEktd7u9aVBRXcN",
            stop_client_order_id="pO9ufTiFGg3nw2fOdgeOXa",
            limit_client_order_id="TXOvglzXuaubXAaENpaRCB",
            now=PLACED,
        )
        return venue

    return make


@pytest.fixture
def venue(documented: Callable[[Behaviour], Venue]) -> Venue:
    return documented(Behaviour())


@contextmanager
def in_process(venue: Venue, clock: list[int]) -> Generator[Exchange]:
    with closing(VenueTransport(venue, clock=RealClock(lambda: clock[0]))) as transport:
        yield lambda request: transport.send(request, timeout=1.0)


@contextmanager
def over_http(venue: Venue, clock: list[int]) -> Generator[Exchange]:
    with Simulator(venue, clock=RealClock(lambda: clock[0])) as simulator:
        connection = HTTPConnection(urlsplit(simulator.url).netloc, timeout=10)
        with closing(connection):
            yield lambda request: exchange_over(connection, request)


@pytest.fixture(params=[in_process, over_http])
def exchange(
    request: pytest.FixtureRequest, venue: Venue, clock: list[int]
) -> Iterator[Callable[..., HttpResponse]]:
    """Exchange requests in process and over HTTP."""
    with request.param(venue, clock) as way:
        yield way


@pytest.fixture(scope="session")
def hmac_sign() -> Callable[[bytes], str]:
    def sign(payload: bytes) -> str:
        return hmac.new(EXAMPLE_KEY.secret.encode(), payload, hashlib.sha256).hexdigest()

    return sign


@pytest.fixture
def send(exchange: Exchange, hmac_sign: Callable[[bytes], str]) -> Callable[..., HttpResponse]:
    """Sign a query and a form as they are, and send them."""

    def send(
        query: str,
        form: str = "",
        *,
        headers: tuple[tuple[str, str], ...] = (),
        sign: Callable[[bytes], str] = hmac_sign,
        api_key: str | None = EXAMPLE_KEY.api_key,
        media_type: str = "application/x-www-form-urlencoded",
    ) -> HttpResponse:
        signature = quote(sign((query + form).encode()), safe="")
        target = f"/api/v3/orderList?{query}&signature={signature}"
        named = (("X-MBX-APIKEY", api_key),) if api_key is not None else ()
        typed = (("Content-Type", media_type),) if form != "" else ()
        return exchange(HttpRequest("DELETE", target, (*named, *typed, *headers), form.encode()))

    return send


@pytest.fixture
def cancel(send: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Send a signed cancel with these parameters, None to omit one."""

    def cancel(
        *,
        headers: tuple[tuple[str, str], ...] = (),
        sign: Callable[[bytes], str] | None = None,
        **parameters: object,
    ) -> HttpResponse:
        usual = {"symbol": "LTCBTC", "timestamp": CANCELED // 1_000_000}
        given = {**usual, **parameters}
        query = urlencode([(name, value) for name, value in given.items() if value is not None])
        options = {} if sign is None else {"sign": sign}
        return send(query, headers=headers, **options)

    return cancel


@pytest.fixture(scope="session")
def written(hmac_sign: Callable[[bytes], str]) -> Callable[..., HttpRequest]:
    """Write a signed request with these parameters, None to leave one out."""

    def write(
        method: str,
        path: str,
        *,
        headers: tuple[tuple[str, str], ...] = (),
        **parameters: object,
    ) -> HttpRequest:
        given = {"timestamp": CANCELED // 1_000_000, **parameters}
        query = urlencode([(name, value) for name, value in given.items() if value is not None])
        target = f"{path}?{query}&signature={hmac_sign(query.encode())}"
        return HttpRequest(method, target, (("X-MBX-APIKEY", EXAMPLE_KEY.api_key), *headers))

    return write


@pytest.fixture
def query(exchange: Exchange, written: Callable[..., HttpRequest]) -> Callable[..., HttpResponse]:
    """Send a signed query."""

    def query(path: str, **parameters: object) -> HttpResponse:
        return exchange(written("GET", path, **parameters))

    return query


@pytest.fixture
def virtual() -> VirtualClock:
    return VirtualClock(CANCELED)


IN_PROCESS = [send_sync, send_async]


@pytest.fixture(params=[*IN_PROCESS, send_over_http])
def way(
    request: pytest.FixtureRequest,
) -> Callable[[Venue, VirtualClock, Plan], AbstractContextManager[Send]]:
    found: Callable[[Venue, VirtualClock, Plan], AbstractContextManager[Send]] = request.param
    return found


@pytest.fixture
def is_in_process(way: object) -> bool:
    return way in IN_PROCESS


@pytest.fixture
def send_with_plan(
    way: Callable[[Venue, VirtualClock, Plan], AbstractContextManager[Send]],
    venue: Venue,
    virtual: VirtualClock,
) -> Iterator[Callable[[Plan], Send]]:
    """Return a function that sends requests by a plan, in each of three ways."""
    with ExitStack() as stack:
        yield lambda plan: stack.enter_context(way(venue, virtual, plan))


Frames = Callable[..., str]
"""Writes a signed request frame."""


@pytest.fixture
def signed(hmac_sign: Callable[[bytes], str]) -> Frames:
    """Write a signed request of the WebSocket API; None to omit a parameter."""

    def write(
        method: str,
        number: object = 1,
        *,
        sign: Callable[[bytes], str] = hmac_sign,
        **params: object,
    ) -> str:
        usual = {"apiKey": EXAMPLE_KEY.api_key, "timestamp": CANCELED // 1_000_000}
        sent = {name: value for name, value in {**usual, **params}.items() if value is not None}
        written = {True: "true", False: "false"}
        pairs = [
            f"{name}={written[value] if isinstance(value, bool) else value}"
            for name, value in sorted(sent.items())
        ]
        sent["signature"] = sign("&".join(pairs).encode())
        return json.dumps({"id": number, "method": method, "params": sent}, ensure_ascii=False)

    return write


CONNECTORS_IN_PROCESS = [connector_sync, connector_async]


@pytest.fixture(params=[*CONNECTORS_IN_PROCESS, connector_over_sockets])
def open_connector(
    request: pytest.FixtureRequest, venue: Venue, virtual: VirtualClock
) -> Iterator[Callable[[Plan], Connector]]:
    """Return a function that makes a connector by a plan, in each of three ways."""
    with ExitStack() as stack:
        yield lambda plan: stack.enter_context(request.param(venue, virtual, plan))


@pytest.fixture
def connects_in_process(request: pytest.FixtureRequest) -> bool:
    return request.node.callspec.params["open_connector"] in CONNECTORS_IN_PROCESS


@pytest.fixture
def connection(venue: Venue, virtual: VirtualClock) -> Iterator[FrameConnection]:
    """Connect to the venue in process."""
    with connector_sync(venue, virtual, Plan()) as connector:
        yield connector.connect("?returnRateLimits=false")
