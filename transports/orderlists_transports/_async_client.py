"""The asynchronous client: `Client` with ``await``."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Self, TypeVar

from orderlists import Command, Done, HttpProtocol, Key, OrderListsError, Request, resume
from orderlists_transports._contract import AsyncHttpTransport
from orderlists_transports._dialogue import (
    REST,
    TIMEOUT,
    Clock,
    Dialogue,
    check_one_destination,
    random_id,
)
from orderlists_transports._exchange import Exchange

R = TypeVar("R")


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
    <OrderList 0 LTCBTC OCO ALL_DONE 2:CANCELED 3:CANCELED>
    """

    def __init__(
        self,
        key: Key,
        *,
        exchange: Exchange | str = Exchange.LIVE,
        transport: AsyncHttpTransport | None = None,
        protocol: HttpProtocol = REST,
        timeout: float = TIMEOUT,
        clock: Clock = time.time_ns,
        new_id: Callable[[], str] = random_id,
    ) -> None:
        check_one_destination(exchange, transport)
        self._dialogue = Dialogue(
            key=key, protocol=protocol, timeout=timeout, clock=clock, new_id=new_id
        )
        self._transport = _default_transport(exchange) if transport is None else transport

    async def send(self, request: Request[R]) -> R:
        """Send a request and return its result, as `Client.send` does."""
        call = self._dialogue.begin(request)
        step = resume(call, None)
        while not isinstance(step, Done):
            step = resume(call, await self._obey(step))
        return step.result

    async def _obey(self, command: Command) -> object:
        try:
            message = self._dialogue.write(command.request)
            response = await self._transport.asend(message, timeout=self._dialogue.timeout)
            return self._dialogue.protocol.decode(command.request, response)
        except OrderListsError as error:
            return error

    async def aclose(self) -> None:
        """Close the transport."""
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _default_transport(exchange: Exchange | str) -> AsyncHttpTransport:
    # Here, so that who brings a transport loads no other.
    from orderlists_transports.aiohttp import AiohttpTransport  # noqa: PLC0415 - see above

    return AiohttpTransport(exchange)
