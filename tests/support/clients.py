"""Both clients behind one face, so that every test is written once."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from orderlists import Attempt, HmacKey, Policy, Request
from orderlists_simulator import ApiKey, HmacApiKey, VirtualClock
from orderlists_transports import AsyncClient, Client, Times

R = TypeVar("R")


class Sender(Protocol):
    """A client of either colour."""

    def send(self, request: Request[R], *, policy: Policy | None = None) -> R: ...
    def settle(
        self,
        request: Request[R],
        *,
        attempts: tuple[Attempt, ...] = (),
        policy: Policy | None = None,
    ) -> R: ...


class _BlockingAsyncClient:
    def __init__(self, client: AsyncClient, runner: asyncio.Runner) -> None:
        self._client = client
        self._runner = runner

    def send(self, request: Request[R], *, policy: Policy | None = None) -> R:
        return self._runner.run(self._client.send(request, policy=policy))

    def settle(
        self,
        request: Request[R],
        *,
        attempts: tuple[Attempt, ...] = (),
        policy: Policy | None = None,
    ) -> R:
        return self._runner.run(self._client.settle(request, attempts=attempts, policy=policy))


@contextmanager
def sync_client(
    key: HmacKey, *, clock: VirtualClock | None = None, skew: int = 0, **settings: Any
) -> Generator[Sender]:
    if clock is not None:
        settings |= {"times": times_of(clock, skew), "sleep": clock.sleep}
    with Client(key, **settings) as client:
        yield client


@contextmanager
def async_client(
    key: HmacKey, *, clock: VirtualClock | None = None, skew: int = 0, **settings: Any
) -> Generator[Sender]:
    if clock is not None:
        settings |= {"times": times_of(clock, skew), "sleep": clock.asleep}
    with asyncio.Runner() as runner:
        client = AsyncClient(key, **settings)
        try:
            yield _BlockingAsyncClient(client, runner)
        finally:
            runner.run(client.aclose())


CLIENTS: dict[str, Callable[..., Any]] = {"sync": sync_client, "async": async_client}


def times_of(clock: VirtualClock, skew: int) -> Times:
    """Return the clocks of a client in that time, whose wall clock is ahead by so much."""
    return Times(wall=lambda: clock.now() + skew, monotonic=clock.now)


def key_of(known: ApiKey) -> HmacKey:
    """Return the client's half of a key that a venue knows."""
    assert isinstance(known, HmacApiKey)
    return HmacKey(api_key=known.api_key, secret=known.secret)
