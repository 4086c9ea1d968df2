"""After the exchange said *not now*, nothing starts until it is over."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from threading import Condition

import pytest

from clients import CLIENTS, AnyClient, key_of, times_of
from orderlists import (
    CancelOrderList,
    GetOrderList,
    Policy,
    RateLimited,
    RateLimits,
)
from orderlists._clock import ClockReading
from orderlists._rate_limits import RateLimitType
from orderlists_simulator import (
    EXAMPLE_KEY,
    Behaviour,
    Plan,
    Venue,
    VenueTransport,
    VirtualClock,
    example_venue,
)
from orderlists_simulator.faults import Fault, banned, rate_limited
from orderlists_transports import Client

SECOND = 1_000_000_000
NOW = 1_700_000_000 * SECOND
KEY = key_of(EXAMPLE_KEY)
REQUESTS = 3_000
CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)

Open = Callable[..., AbstractContextManager[AnyClient]]


@pytest.fixture(params=CLIENTS)
def open_client(request: pytest.FixtureRequest) -> Open:
    client: Open = CLIENTS[request.param]
    return client


@pytest.mark.parametrize("fate", [rate_limited(retry_after=3), banned(retry_after=3)])
def test_a_limit_is_waited_out_before_anything_is_sent_again(
    open_client: Open, fate: Fault
) -> None:
    clock, venue = VirtualClock(NOW), example_venue(now=NOW)
    transport = VenueTransport(venue, clock=clock, plan=Plan([fate]))
    with open_client(KEY, transport=transport, clock=clock) as client:
        assert client.send(CANCEL).order_list_id == 0
    first, second = venue.log.entries
    assert second.arrived - first.arrived >= 3 * SECOND


def test_clients_that_share_a_budget_hear_of_each_others_limits(open_client: Open) -> None:
    clock, venue, rate_limits = VirtualClock(NOW), example_venue(now=NOW), RateLimits()
    limited = VenueTransport(venue, clock=clock, plan=Plan([rate_limited(retry_after=30)]))
    free = VenueTransport(venue, clock=clock)
    at_once = Policy(wait_for_rate_limits=False)
    with (
        open_client(KEY, transport=limited, clock=clock, rate_limits=rate_limits) as one,
        open_client(KEY, transport=free, clock=clock, rate_limits=rate_limits) as other,
    ):
        with pytest.raises(RateLimited):
            one.send(CANCEL, policy=at_once)
        clock.sleep(10)
        with pytest.raises(RateLimited) as caught:
            other.send(CANCEL, policy=at_once)
        assert caught.value.retry_after == 20
        assert len(venue.log.entries) == 1
        clock.sleep(20)
        assert other.send(CANCEL, policy=at_once).order_list_id == 0


def test_the_exchanges_figures_can_be_read_at_any_time(open_client: Open) -> None:
    clock, venue, rate_limits = VirtualClock(NOW), example_venue(now=NOW), RateLimits()
    transport = VenueTransport(venue, clock=clock)
    with open_client(KEY, transport=transport, clock=clock, rate_limits=rate_limits) as client:
        client.send(GetOrderList(order_list_id=0))
        client.send(GetOrderList(order_list_id=0))
    now = ClockReading(0, clock.now(), None)
    (weight,) = (
        each
        for each in rate_limits.read(account=KEY.api_key, now=now)
        if each.limiter is RateLimitType.REQUEST_WEIGHT
    )
    assert (weight.used, weight.limit) == (8, 6000)


class SleepTogether:
    """Sleeping of several threads in virtual time, which passes once all of them sleep."""

    def __init__(self, clock: VirtualClock, threads: int) -> None:
        self._clock = clock
        self._threads = threads
        self._sleeping: list[int] = []
        self._passed = 0
        self._changed = Condition()

    def __call__(self, seconds: float) -> None:
        with self._changed:
            until = self._clock.now() + int(seconds * SECOND)
            self._sleeping.append(until)
            self._pass()
            assert self._changed.wait_for(lambda: self._passed >= until, timeout=60)
            self._sleeping.remove(until)

    def end_thread(self) -> None:
        with self._changed:
            self._threads -= 1
            self._pass()

    def _pass(self) -> None:
        if self._sleeping and len(self._sleeping) == self._threads:
            self._passed = min(self._sleeping)
            # To the millisecond after it: the time of the clock is a whole number.
            self._clock.sleep(max(0, self._passed - self._clock.now()) / SECOND + 0.001)
            self._changed.notify_all()


@pytest.mark.no_cover  # Tracing doubles its time.
def test_ten_threads_never_turn_a_limit_into_a_ban() -> None:
    clock, threads, in_flight = VirtualClock(NOW), 10, 3
    venue = Venue(behaviour=Behaviour(weight_limit=400, ban_after=threads))
    venue.order_entry.place_oco(
        symbol="LTCBTC", side="SELL", quantity=1, price=3, stop_price=1, now=NOW
    )
    transport = VenueTransport(venue, clock=clock)
    sleep = SleepTogether(clock, threads)

    def ask(_: int) -> None:
        try:
            for _ in range(REQUESTS // threads):
                client.send(GetOrderList(order_list_id=0), policy=Policy(deadline=10**6))
        finally:
            sleep.end_thread()

    with (
        Client(
            KEY,
            transport=transport,
            clocks=times_of(clock, 0),
            sleep=sleep,
            max_in_flight=in_flight,
        ) as client,
        ThreadPoolExecutor(threads) as pool,
    ):
        list(pool.map(ask, range(threads)))
    statuses = Counter(entry.answered for entry in venue.log.entries)
    assert set(statuses) == {200, 429}
    assert statuses[200] == REQUESTS
    # A hundred queries fill a minute.  Then no request starts but those in flight.
    assert statuses[429] <= in_flight * (REQUESTS // 100)
