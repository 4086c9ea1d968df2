"""Sync and async clients behind one synchronous interface, so that every test is written once."""

import asyncio
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, Self, TypeVar

from orderlists import (
    Attempt,
    CancelAllReport,
    Event,
    Gap,
    HmacKey,
    Json,
    OrderList,
    Policy,
    RateLimit,
    Rest,
    Sbe,
    Verdict,
    WebSocketApi,
)
from orderlists.extending import Request
from orderlists_simulator import ApiKey, HmacApiKey, VirtualClock
from orderlists_transports import AsyncClient, AsyncEventStream, Client, Clocks

R = TypeVar("R")


class AnyClient(Protocol):
    """A client of either colour."""

    def send(self, request: Request[R], *, policy: Policy | None = None) -> R: ...
    def reconcile(
        self,
        request: Request[R],
        *,
        attempts: tuple[Attempt, ...] = (),
        policy: Policy | None = None,
    ) -> R: ...
    def cancel_all(
        self,
        symbol: str | None = None,
        *,
        policy: Policy | None = None,
        on_verdict: Callable[[OrderList, Verdict], object] | None = None,
    ) -> CancelAllReport: ...
    def all_order_lists(
        self,
        *,
        from_id: int | None = None,
        start_time: int | None = None,
        end_time: int | None = None,
        page_size: int = 1000,
        policy: Policy | None = None,
    ) -> Iterator[OrderList]: ...
    def events(self, *, buffer: int = 1000) -> Any: ...
    def rate_limits(self) -> list[RateLimit]: ...
    def close(self) -> None: ...


class _BlockingEvents:
    def __init__(self, stream: AsyncEventStream, runner: asyncio.Runner) -> None:
        self._stream = stream
        self._runner = runner

    @property
    def is_flowing(self) -> bool:
        return self._stream.is_flowing

    def wait(self, seconds: float | None = None) -> Event | Gap | None:
        return self._runner.run(self._stream.wait(seconds))

    def close(self) -> None:
        self._runner.run(self._stream.aclose())

    def __iter__(self) -> Iterator[Event | Gap]:
        while True:
            try:
                yield self._runner.run(anext(self._stream))
            except StopAsyncIteration:
                return

    def __enter__(self) -> Self:
        self._runner.run(self._stream.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _BlockingAsyncClient:
    def __init__(self, client: AsyncClient, runner: asyncio.Runner) -> None:
        self._client = client
        self._runner = runner

    def send(self, request: Request[R], *, policy: Policy | None = None) -> R:
        return self._runner.run(self._client.send(request, policy=policy))

    def reconcile(
        self,
        request: Request[R],
        *,
        attempts: tuple[Attempt, ...] = (),
        policy: Policy | None = None,
    ) -> R:
        return self._runner.run(self._client.reconcile(request, attempts=attempts, policy=policy))

    def cancel_all(
        self,
        symbol: str | None = None,
        *,
        policy: Policy | None = None,
        on_verdict: Callable[[OrderList, Verdict], object] | None = None,
    ) -> CancelAllReport:
        return self._runner.run(
            self._client.cancel_all(symbol, policy=policy, on_verdict=on_verdict)
        )

    def all_order_lists(self, **range_: Any) -> Iterator[OrderList]:
        lists = self._client.all_order_lists(**range_)

        async def following() -> OrderList:
            return await anext(lists)

        while True:
            try:
                yield self._runner.run(following())
            except StopAsyncIteration:
                return

    @property
    def inner(self) -> AsyncClient:
        return self._client

    def run(self, act: Callable[[AsyncClient], Any]) -> Any:
        """Run a coroutine function with the client."""
        return self._runner.run(act(self._client))

    def rate_limits(self) -> list[RateLimit]:
        return self._client.rate_limits()

    def close(self) -> None:
        self._runner.run(self._client.aclose())

    def events(self, *, buffer: int = 1000) -> _BlockingEvents:
        return _BlockingEvents(self._client.events(buffer=buffer), self._runner)


@contextmanager
def sync_client(
    key: HmacKey, *, clock: VirtualClock | None = None, skew: int = 0, **settings: Any
) -> Generator[AnyClient]:
    settings.pop("loop", None)
    if clock is not None:
        settings = {"clocks": times_of(clock, skew), "sleep": clock.sleep} | settings
    with Client(key, **settings) as client:
        yield client


@contextmanager
def async_client(
    key: HmacKey, *, clock: VirtualClock | None = None, skew: int = 0, **settings: Any
) -> Generator[AnyClient]:
    if clock is not None:
        settings = {"clocks": times_of(clock, skew), "sleep": clock.asleep} | settings
    with asyncio.Runner(loop_factory=settings.pop("loop", None)) as runner:
        client = AsyncClient(key, **settings)
        try:
            yield _BlockingAsyncClient(client, runner)
        finally:
            runner.run(client.aclose())


CLIENTS: dict[str, Callable[..., Any]] = {"sync": sync_client, "async": async_client}
PROTOCOLS: dict[str, Callable[..., Any]] = {"REST": Rest, "WebSocket": WebSocketApi}
FORMATS: dict[str, Callable[[], Any]] = {"JSON": Json, "SBE": Sbe}


def times_of(clock: VirtualClock, skew: int) -> Clocks:
    """Return virtual clocks for a client whose wall clock is ahead by `skew`."""
    return Clocks(wall=lambda: clock.now() + skew, monotonic=clock.now)


def key_of(known: ApiKey) -> HmacKey:
    """Return the client's key for an API key of a venue."""
    assert isinstance(known, HmacApiKey)
    return HmacKey(api_key=known.api_key, secret=known.secret)
