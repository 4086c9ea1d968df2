"""The asynchronous client: `Client` with ``await``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Self, TypeVar, Unpack, assert_never

from orderlists import Attempt, Key, Policy, RateLimit, TransportError
from orderlists._execution.commands import (
    Call,
    Command,
    Done,
    Now,
    Ready,
    Send,
    Wait,
    Watch,
    resume,
)
from orderlists.extending import Request
from orderlists_transports._contract import AsyncFramedTransport, AsyncHttpTransport
from orderlists_transports._dialogue import (
    CLOSED,
    NO_EVENTS,
    Dialogue,
    Settings,
    check_names,
    check_one_destination,
    check_sleep,
    check_transport,
    is_framed,
    shown,
)
from orderlists_transports._events import BUFFER, AsyncEventStream
from orderlists_transports._exchange import Exchange
from orderlists_transports._http_channel import AsyncHttpChannel

if TYPE_CHECKING:
    from orderlists_transports._async_framed_channel import AsyncFramedChannel

R = TypeVar("R")


async def _sleep(seconds: float) -> None:
    # Here, so that the other client does not load it.
    import asyncio  # noqa: PLC0415 - see above

    await asyncio.sleep(seconds)


class AsyncClient:
    """Sends requests to the exchange and returns their results.  Share it between tasks.

    Takes what `Client` takes; the transport is an asynchronous one, by default
    `orderlists_transports.aiohttp`, or `orderlists_transports.aiohttp_websocket` for the WebSocket
    API.

    Raises:
        InvalidSetting: A setting breaks a rule.
        MissingExtra: No transport was given and the `aiohttp` extra is not installed.

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
        sleep: Callable[[float], Awaitable[object]] = _sleep,
        **settings: Unpack[Settings],
    ) -> None:
        check_names(self, settings)
        check_one_destination(exchange, transport)
        check_sleep(sleep)
        self._dialogue = Dialogue(key=key, **settings)
        self._sleep = sleep
        self._closed = False
        self._channel = _channel(self._dialogue, exchange, transport, self._wait)

    async def send(self, request: Request[R], *, policy: Policy | None = None) -> R:
        """Send a request and return its result, as `Client.send` does."""
        return await self._drive(self._dialogue.begin(request, policy))

    async def reconcile(
        self,
        request: Request[R],
        *,
        attempts: tuple[Attempt, ...] = (),
        policy: Policy | None = None,
    ) -> R:
        """Find out what became of a cancel that was sent earlier, as `Client.reconcile` does."""
        return await self._drive(self._dialogue.reconcile(request, attempts, policy))

    def events(self, *, buffer: int = BUFFER) -> AsyncEventStream:
        """Watch what happens to the account's orders and lists, as `Client.events` does."""
        if self._closed:
            raise TransportError(NO_EVENTS, sent=False)
        return AsyncEventStream(self._channel.watched(), buffer)

    def limits(self) -> list[RateLimit]:
        """Return what the exchange allows this address and account, and what is used of it."""
        return self._dialogue.limits()

    async def _drive(self, call: Call[R]) -> R:
        if self._closed:
            raise TransportError(CLOSED, sent=False)
        step = resume(call, None)
        while not isinstance(step, Done):
            step = resume(call, await self._obey(step))
        result: R = step.result
        return result

    async def _obey(self, command: Command) -> object:
        try:
            match command:
                case Now():
                    return self._dialogue.now()
                case Ready():
                    return await self._channel.ready(command)
                case Send():
                    return await self._channel.send(command)
                case Wait(seconds):
                    return await self._wait(seconds)
                case Watch():
                    return await self._channel.watch(command)
                case _ as never:
                    assert_never(never)
        except BaseException as error:  # noqa: BLE001 - thrown into the call, which lets it pass
            return error

    async def _wait(self, seconds: float) -> object:
        # Of a client that was closed meanwhile nothing comes any more.
        return TransportError(CLOSED, sent=False) if self._closed else await self._sleep(seconds)

    async def aclose(self) -> None:
        """Close the transport.  Closing twice is fine; sending then is a TransportError."""
        self._closed = True
        await self._channel.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return shown(self, self._channel, is_closed=self._closed)


def _channel(
    dialogue: Dialogue,
    exchange: Exchange | str,
    transport: AsyncHttpTransport | AsyncFramedTransport | None,
    sleep: Callable[[float], Awaitable[object]],
) -> AsyncHttpChannel | AsyncFramedChannel:
    # Imported here, so that who brings a transport, or uses one protocol, loads no other.
    protocol = dialogue.protocol
    if is_framed(protocol):
        from orderlists_transports._async_framed_channel import (  # noqa: PLC0415 - see above
            AsyncFramedChannel,
        )

        if transport is None:
            from orderlists_transports.aiohttp_websocket import (  # noqa: PLC0415 - see above
                AiohttpWebSocketTransport,
            )

            transport = AiohttpWebSocketTransport(exchange)
        return AsyncFramedChannel(dialogue, protocol, check_transport(transport, "aconnect"), sleep)
    if transport is None:
        from orderlists_transports.aiohttp import AiohttpTransport  # noqa: PLC0415 - see above

        transport = AiohttpTransport(exchange)
    return AsyncHttpChannel(dialogue, protocol, check_transport(transport, "asend"))
