"""The pytest plugin: hooks and fixtures.

Invariant: this module imports neither the SDK nor the simulator, nor what they are built on, before
a fixture is used: a test run without these fixtures pays for none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from orderlists_pytest._clients import Clients
    from orderlists_pytest._settings import Settings
    from orderlists_pytest.faults import Faults
    from orderlists_simulator import Simulator, Venue, VirtualClock
    from orderlists_simulator.extending import Amount
    from orderlists_transports import AsyncClient, Client

R = TypeVar("R")

_FAULTS_MARKER = (
    "orderlists_faults(*faults, on='any', times=1, **arguments): faults of the next requests of "
    "the test, by name, as orderlists_faults.add(...) takes them: lost_reply, lost_request, "
    "timed_out, rate_limited, banned, bad_timestamp, outage, partial_fill"
)
_SETTINGS_MARKER = (
    "orderlists_settings(**settings): settings of the exchange and the clients of the test, on top "
    "of those of the fixture orderlists_settings, which lists them"
)
_MARKERS = ("orderlists_faults", "orderlists_settings")

_venues = pytest.StashKey[dict[str, "Callable[[], Venue]"]]()
_faults = pytest.StashKey["Faults"]()
_settings = pytest.StashKey["Settings"]()
_passed = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers."""
    config.addinivalue_line("markers", _FAULTS_MARKER)
    config.addinivalue_line("markers", _SETTINGS_MARKER)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the requests that the exchange received to the report of a failure."""
    report = yield
    if call.when == "call":
        item.stash[_passed] = report.passed
    if report.failed:
        for title, venue in item.stash.setdefault(_venues, {}).items():
            from orderlists_pytest._request_report import report_requests

            report.sections.append((title, report_requests(venue())))
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Fail a test that passed, but not with the faults and settings that it names."""
    yield
    if not item.stash.get(_passed, False):
        return
    faults, settings = item.stash.get(_faults, None), item.stash.get(_settings, None)
    # Not those of its module or class, which are for the tests there that use a fixture.
    own = {each.name for each in item.own_markers}
    for name, used in zip(_MARKERS, (faults, settings), strict=True):
        if used is None and name in own:
            pytest.fail(f"the marker {name} has no effect: the test uses no fixture", pytrace=False)
    if faults is None or (settings is not None and settings.unused_faults == "allowed"):
        return
    if faults.unused:
        unused = ", ".join(faults.unused)
        pytest.fail(
            f"no request took these faults: {unused}.  Remove them, or allow that with the setting "
            "unused_faults='allowed'",
            pytrace=False,
        )


@pytest.fixture
def orderlists_settings() -> Mapping[str, Any]:
    """Settings of the exchange and the clients; override it to change those of many tests.

    Return a dict of what differs from the defaults; the marker of the same name prevails over it:

    protocol: of the clients: "rest" or "websocket".
    format: of replies: "json" or "sbe".
    policy: a Policy of the clients.
    timeout: of the clients, in seconds.
    symbols: names or Symbols that are traded; LTCBTC and BTCUSDT by default.
    lists: how many OCOs on LTCBTC are open, with the ids 0, 1, 2, ...; 5 by default.
    prices: the last price of each symbol that has a market; LTCBTC at 2.0 by default.
    balances: what the account has free; 1000 LTC, 100 BTC and 1000000 USDT by default.
    behaviour: a Behaviour of the venue.
    start: the time at the start, in nanoseconds since 1970; 2026-01-01 00:00 UTC by default.
    unused_faults: "error" (the default) fails a test if no request took one of its faults;
        "allowed" does not.
    """
    return {}


def _named(marker: pytest.Mark) -> Mapping[str, Any]:
    from orderlists import InvalidSetting

    if marker.args:
        rule = 'must be given by name, such as protocol="websocket"'
        raise InvalidSetting(field=marker.name, value=marker.args[0], rule=rule)
    return marker.kwargs


@pytest.fixture
def _orderlists_settings(
    request: pytest.FixtureRequest, orderlists_settings: Mapping[str, Any]
) -> Settings:
    from orderlists_pytest._settings import Settings

    marked = [_named(each) for each in _markers(request, "orderlists_settings")]
    settings = Settings.merged(orderlists_settings, *marked)
    request.node.stash[_settings] = settings
    return settings


@pytest.fixture
def orderlists_clock(_orderlists_settings: Settings) -> VirtualClock:
    """The virtual time of the venue and its clients.

    It begins at 2026-01-01 00:00 UTC, moves only when something sleeps, and then at once.
    `orderlists_clock.sleep(60)` lets a minute pass, `orderlists_clock.now()` returns nanoseconds
    since 1970, and `orderlists_clock.event_loop` makes an event loop in this time.
    """
    from orderlists_simulator import VirtualClock

    return VirtualClock(_orderlists_settings.start)


@pytest.fixture
def orderlists_venue(_orderlists_settings: Settings, orderlists_clock: VirtualClock) -> Venue:
    """The simulated exchange of the test, with open lists, prices and balances.

    `orderlists_venue.lists` are its lists, `orderlists_venue.log.entries` the requests received.
    """
    return _orderlists_settings.make_venue(orderlists_clock.now())


@pytest.fixture
def orderlists_faults(request: pytest.FixtureRequest) -> Faults:
    """The faults of the next requests: `orderlists_faults.add("lost_reply", on="cancel")`.

    Those of the marker `orderlists_faults` are in it from the start.  Names and arguments:
    lost_reply, lost_request, timed_out, rate_limited (retry_after), banned (retry_after),
    bad_timestamp, outage (seconds, status), partial_fill (part).  A `Fault` of
    `orderlists_simulator.faults` may take the place of a name.

    on: which requests: "any", "place", "cancel", "amend", "change", "query", or a function.
    times: how many requests take it; 1 by default.
    """
    from orderlists_pytest.faults import Faults

    faults = Faults()
    for each in _markers(request, "orderlists_faults"):
        faults.add(*each.args, **each.kwargs)
    request.node.stash[_faults] = faults
    return faults


@pytest.fixture
def _orderlists_clients(
    request: pytest.FixtureRequest,
    _orderlists_settings: Settings,
    orderlists_venue: Venue,
    orderlists_clock: VirtualClock,
    orderlists_faults: Faults,
) -> Clients:
    from orderlists_pytest._clients import Clients

    _report(request, "orderlists requests", lambda: orderlists_venue)
    return Clients(
        settings=_orderlists_settings,
        venue=orderlists_venue,
        clock=orderlists_clock,
        faults=orderlists_faults,
    )


@pytest.fixture
def orderlists_client(_orderlists_clients: Clients) -> Generator[Client]:
    """A `Client` of `orderlists_venue`, in process and in virtual time: no wait takes real time."""
    with _orderlists_clients.open_client() as client:
        yield client


@pytest.fixture
def orderlists_async_client(_orderlists_clients: Clients) -> Generator[AsyncClient]:
    """An `AsyncClient` of `orderlists_venue`, in process and in virtual time.

    For the tests of pytest-asyncio, of anyio on asyncio, or of `orderlists_run`.  Its own waits
    take no real time; an `asyncio.sleep` of the tested program does, and moves no clock, unless the
    event loop is one of `orderlists_clock`, as that of `orderlists_run` is.  In any event loop,
    `orderlists_clock.asleep` takes its place.
    """
    with _orderlists_clients.open_async_client() as client:
        yield client


@pytest.fixture
def orderlists_run(
    orderlists_clock: VirtualClock,
) -> Generator[Callable[[Coroutine[Any, Any, R]], R]]:
    """Runs a coroutine in an event loop in virtual time: `orderlists_run(bot(client))`.

    A sleep or a timeout of any task has its full length by `orderlists_clock`, and no real time.
    """
    import asyncio

    with asyncio.Runner(loop_factory=orderlists_clock.event_loop) as runner:
        yield runner.run


@pytest.fixture
def orderlists_price(
    orderlists_venue: Venue, orderlists_clock: VirtualClock
) -> Callable[..., None]:
    """Moves a price of `orderlists_venue` now: `orderlists_price("LTCBTC", "1.5")`.

    The price triggers stops and fills what it crosses; with `available="4"` no more than that can
    be taken at it.
    """
    from orderlists_simulator.extending import check_known

    def set_price(symbol: str, price: Amount, *, available: Amount | None = None) -> None:
        check_known(symbol, orderlists_venue.symbols, field="symbol")
        orderlists_venue.set_price(symbol, price, available=available, now=orderlists_clock.now())

    return set_price


@pytest.fixture
def orderlists_simulator(
    request: pytest.FixtureRequest,
    _orderlists_settings: Settings,
    orderlists_faults: Faults,
) -> Generator[Simulator]:
    """A simulated exchange on a free port of 127.0.0.1, in real time, for any program.

    `orderlists_simulator.url` is its address, `orderlists_simulator.key` a key of its account, and
    `orderlists_simulator.venue` its venue, which is not `orderlists_venue`.  It has the same
    settings and takes the same faults.  A program in another language controls it over HTTP.
    """
    from orderlists_simulator import Plan, RealClock, Simulator

    clock = RealClock()
    plan = Plan(orderlists_faults.rule(lambda: simulator.venue, clock))
    simulator = Simulator(_orderlists_settings.make_venue, plan=plan, clock=clock)
    _report(request, "orderlists requests to the simulator", lambda: simulator.venue)
    with simulator:
        yield simulator


def _markers(request: pytest.FixtureRequest, name: str) -> list[pytest.Mark]:
    """Return the markers of a test in the order of the file, those of its module first."""
    node: pytest.Item = request.node
    return list(node.iter_markers(name))[::-1]


def _report(request: pytest.FixtureRequest, title: str, venue: Callable[[], Venue]) -> None:
    node: pytest.Item = request.node
    node.stash.setdefault(_venues, {})[title] = venue
