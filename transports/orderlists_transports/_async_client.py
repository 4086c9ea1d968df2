"""The asynchronous client: `Client` with ``await``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Self, TypeVar, Unpack, assert_never

from orderlists import (
    Allowance,
    Attempt,
    Call,
    Command,
    Done,
    Key,
    Now,
    Policy,
    Request,
    Send,
    TransportError,
    Wait,
    resume,
)
from orderlists_transports._contract import AsyncHttpTransport
from orderlists_transports._dialogue import Dialogue, Settings, check_one_destination, told
from orderlists_transports._exchange import Exchange

R = TypeVar("R")


async def _sleep(seconds: float) -> None:
    # Here, so that the other client does not load it.
    import asyncio  # noqa: PLC0415 - see above

    await asyncio.sleep(seconds)


class AsyncClient:
    """Sends requests to the exchange and returns their results.  Share it between tasks.

    Takes what `Client` takes; the transport is an asynchronous one, by default
    `orderlists_transports.aiohttp`.

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
        transport: AsyncHttpTransport | None = None,
        sleep: Callable[[float], Awaitable[object]] = _sleep,
        **settings: Unpack[Settings],
    ) -> None:
        check_one_destination(exchange, transport)
        self._dialogue = Dialogue(key=key, **settings)
        self._sleep = sleep
        self._closed = False
        self._transport = _default_transport(exchange) if transport is None else transport

    async def send(self, request: Request[R], *, policy: Policy | None = None) -> R:
        """Send a request and return its result, as `Client.send` does."""
        return await self._drive(self._dialogue.begin(request, policy))

    async def settle(
        self,
        request: Request[R],
        *,
        attempts: tuple[Attempt, ...] = (),
        policy: Policy | None = None,
    ) -> R:
        """Find out what became of a cancel that was sent earlier, as `Client.settle` does."""
        return await self._drive(self._dialogue.settle(request, attempts, policy))

    def limits(self) -> list[Allowance]:
        """Return what the exchange allows this address and account, and what is used of it."""
        return self._dialogue.limits()

    async def _drive(self, call: Call[R]) -> R:
        if self._closed:
            raise TransportError("nothing was sent: this client is closed", sent=False)
        step = resume(call, None)
        while not isinstance(step, Done):
            step = resume(call, await self._obey(step))
        result: R = step.result
        return result

    async def _obey(self, command: Command) -> object:
        dialogue = self._dialogue
        handed_over = False
        try:
            match command:
                case Now():
                    return dialogue.now()
                case Send():
                    message, seconds = dialogue.write(command), dialogue.seconds_for(command)
                    handed_over = True
                    response = await self._transport.asend(message, timeout=seconds)
                    return dialogue.read(command, response)
                case Wait(seconds):
                    return await self._sleep(seconds)
                case _ as never:
                    assert_never(never)
        except BaseException as error:  # noqa: BLE001 - thrown into the call, which lets it pass
            return told(error, handed_over=handed_over)

    async def aclose(self) -> None:
        """Close the transport.  Closing twice is fine; sending then is a TransportError."""
        self._closed = True
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _default_transport(exchange: Exchange | str) -> AsyncHttpTransport:
    # Here, so that who brings a transport loads no other.
    from orderlists_transports.aiohttp import AiohttpTransport  # noqa: PLC0415 - see above

    return AiohttpTransport(exchange)
