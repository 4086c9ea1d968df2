"""The asynchronous client: `Client` with ``await``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, Self, TypeVar

from orderlists import Attempt, Key, Policy, RateLimit, RateLimits, TransportError
from orderlists._operations.rules import LARGEST_PAGE
from orderlists_transports._async_driver import AsyncDriver, AsyncHttpChannel
from orderlists_transports._async_only import async_only
from orderlists_transports._client import BUFFER
from orderlists_transports._settings import (
    CLOCKS,
    CLOSED,
    MAX_IN_FLIGHT,
    NO_EVENTS,
    POLICY,
    REST,
    TIMEOUT,
    Clocks,
    Settings,
    check_one_destination,
    check_sleep,
    check_transport,
    is_framed,
    random_id,
)
from orderlists_transports._unclosed import warn_if_left_open
from orderlists_transports.environments import Exchange

if TYPE_CHECKING:
    from orderlists import CancelAllReport, OrderList, Verdict
    from orderlists._operations.order_list_pages import OrderListPages
    from orderlists.extending import FramedProtocol, HttpProtocol, Request
    from orderlists_transports._events import AsyncEventStream
    from orderlists_transports._framed.async_channel import AsyncFramedChannel
    from orderlists_transports._listeners import Observe
    from orderlists_transports.interfaces import AsyncFramedTransport, AsyncHttpTransport

R = TypeVar("R")


async def _sleep(seconds: float) -> None:
    # Here, so that the other client does not load it.
    import asyncio  # noqa: PLC0415 - see above

    await asyncio.sleep(seconds)


@async_only
class AsyncClient:
    """Sends requests to the exchange and returns their results.  Share it between tasks.

    Takes what `Client` takes; the transport is an asynchronous one, by default
    `orderlists_transports.asyncio`, or `orderlists_transports.websockets` for the WebSocket API.

    Raises:
        InvalidSetting: A setting breaks a rule.
        MissingExtra: The protocol is the WebSocket API, no transport was given, and the
            `websockets` extra is not installed.

    >>> import asyncio
    >>> from orderlists import CancelOrderList
    >>> from orderlists_simulator import Simulator
    >>> async def cancel(simulator):
    ...     async with AsyncClient(simulator.key, exchange=simulator.url) as client:
    ...         return await client.send(CancelOrderList(symbol="LTCBTC", order_list_id=0))
    >>> with Simulator() as simulator:
    ...     asyncio.run(cancel(simulator))
    <CanceledOrderList 0 LTCBTC OCO ALL_DONE 2:CANCELED 3:CANCELED>
    """

    def __init__(
        self,
        key: Key,
        *,
        exchange: Exchange | str = Exchange.LIVE,
        transport: AsyncHttpTransport | AsyncFramedTransport | None = None,
        protocol: HttpProtocol | FramedProtocol = REST,
        timeout: float = TIMEOUT,
        policy: Policy = POLICY,
        rate_limits: RateLimits | None = None,
        max_in_flight: int = MAX_IN_FLIGHT,
        clocks: Clocks = CLOCKS,
        new_id: Callable[[], str] = random_id,
        sleep: Callable[[float], Awaitable[object]] = _sleep,
        observe: Observe | None = None,
    ) -> None:
        check_one_destination(exchange, transport)
        check_sleep(sleep)
        self._settings = Settings.of(
            key=key,
            protocol=protocol,
            timeout=timeout,
            policy=policy,
            rate_limits=rate_limits,
            max_in_flight=max_in_flight,
            clocks=clocks,
            new_id=new_id,
            observe=observe,
        )
        self._sleep = sleep
        self._closed = False
        self._transport = _transport(self._settings, exchange, transport)
        self._channel = _channel(self._settings, self._transport)
        self._driver = AsyncDriver(self._settings, self._channel, self._sleep_open)
        made = self._transport if transport is None else None
        self._left_open = warn_if_left_open(self, made)

    async def send(self, request: Request[R], *, policy: Policy | None = None) -> R:
        """Send a request and return its result, as `Client.send` does."""
        settings = self._open_settings()
        return await self._driver.run(
            settings.engine.send(request, policy, started=settings.monotonic())
        )

    async def reconcile(
        self,
        request: Request[R],
        *,
        attempts: tuple[Attempt, ...] = (),
        policy: Policy | None = None,
    ) -> R:
        """Find out what became of a request that was sent earlier, as `Client.reconcile` does."""
        settings = self._open_settings()
        return await self._driver.run(
            settings.engine.reconcile(request, attempts, policy, started=settings.monotonic())
        )

    def all_order_lists(
        self,
        *,
        from_id: int | None = None,
        start_time: int | None = None,
        end_time: int | None = None,
        page_size: int = LARGEST_PAGE,
        policy: Policy | None = None,
    ) -> AsyncIterator[OrderList]:
        """Iterate over the order lists of the account, as `Client.all_order_lists` does."""
        settings = self._open_settings()
        from orderlists._operations.order_list_pages import OrderListPages  # noqa: PLC0415 - as below

        pages = OrderListPages.of(
            from_id,
            start_time,
            end_time,
            page_size=page_size,
            now=settings.timestamp(),
            unit=settings.protocol.time_unit,
        )
        return self._pages(pages, policy)

    async def _pages(
        self, pages: OrderListPages, policy: Policy | None
    ) -> AsyncIterator[OrderList]:
        while pages.request is not None:
            for each in pages.read(await self.send(pages.request, policy=policy)):
                yield each

    async def cancel_all(
        self,
        symbol: str | None = None,
        *,
        policy: Policy | None = None,
        on_verdict: Callable[[OrderList, Verdict], object] | None = None,
    ) -> CancelAllReport:
        """Cancel every open order list, and return what became of each, as `Client.cancel_all`."""
        settings = self._open_settings()
        from orderlists._execution.cancel_all import CancelAll  # noqa: PLC0415 - as below
        from orderlists_transports._async_cancel_all import run  # noqa: PLC0415 - as below

        return await run(
            CancelAll.begin(
                settings.engine,
                symbol,
                policy,
                on_verdict=on_verdict,
                now=settings.monotonic(),
            ),
            run_call=self._driver.run,
            sleep=self._sleep_open,
            monotonic=settings.monotonic,
        )

    def events(self, *, buffer: int = BUFFER) -> AsyncEventStream:
        """Watch what happens to the account's orders and lists, as `Client.events` does."""
        if self._closed:
            raise TransportError(NO_EVENTS, sent=False, is_retryable=False)
        from orderlists_transports._events import AsyncEventStream  # noqa: PLC0415 - as below

        return AsyncEventStream(self._channel.watched(), buffer)

    def rate_limits(self) -> list[RateLimit]:
        """Return what the exchange allows this address and account, and what is used of it."""
        return self._settings.rate_limits()

    def _open_settings(self) -> Settings:
        if self._closed:
            raise TransportError(CLOSED, sent=False, is_retryable=False)
        return self._settings

    async def _sleep_open(self, seconds: float) -> object:
        self._open_settings()
        return await self._sleep(seconds)

    async def aclose(self) -> None:
        """Close the transport.  Closing twice is fine; sending then is a TransportError."""
        self._left_open.detach()
        self._closed = True
        await self._channel.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return self._settings.describe(self, self._transport, is_closed=self._closed)


# Libraries are imported here: a client with a transport of its own, or of one protocol, needs no
# other.
def _transport(
    settings: Settings,
    exchange: Exchange | str,
    transport: AsyncHttpTransport | AsyncFramedTransport | None,
) -> Any:  # noqa: ANN401 - of the kind that the protocol needs
    if is_framed(settings.protocol):
        if transport is None:
            from orderlists_transports.websockets import AsyncWebsocketsTransport  # noqa: PLC0415

            transport = AsyncWebsocketsTransport(exchange)
        return check_transport(transport, "aconnect")
    if transport is None:
        from orderlists_transports.asyncio import AsyncioTransport  # noqa: PLC0415

        transport = AsyncioTransport(exchange)
    return check_transport(transport, "asend")


def _channel(
    settings: Settings,
    transport: Any,  # noqa: ANN401 - as above
) -> AsyncHttpChannel | AsyncFramedChannel:
    if is_framed(settings.protocol):
        from orderlists_transports._framed.async_channel import (  # noqa: PLC0415
            AsyncFramedChannel,
        )

        return AsyncFramedChannel(settings, transport)
    return AsyncHttpChannel(settings, transport)
