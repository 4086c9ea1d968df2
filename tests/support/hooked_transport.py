"""Clients over a framed protocol, with hooks in the transport."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from client_and_venue import ClientAndVenue, client_and_venue
from orderlists import CancelOrderList, GetOrderList
from orderlists.extending import Frame

OpenClient = Callable[..., AbstractContextManager[ClientAndVenue]]
"""Opens a client that is connected to a venue."""

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)
LOOK = GetOrderList(order_list_id=0)


def framed(colour: str) -> OpenClient:
    """Return a function that opens a WebSocket client of this colour."""
    return partial(client_and_venue, "WebSocket", colour)


def numbered(number: int) -> CancelOrderList:
    return CancelOrderList(
        symbol="LTCBTC", order_list_id=number, new_client_order_id=f"cancel-{number}"
    )


class HookedTransport:
    """A wrapper of a transport, of both colours, that calls hooks.

    Args:
        transport: The wrapped transport.
        hooks: Functions by the name of the hook: ``before_connecting``, ``after_connecting``,
            ``sending``, ``receiving``, ``received`` and ``closing``.
    """

    def __init__(self, transport: Any, **hooks: Callable[[], object]) -> None:
        self._transport = transport
        self._hooks = hooks

    def _call(self, moment: str) -> None:
        self._hooks.get(moment, lambda: None)()

    def wait(self, seconds: float) -> bool:
        passed: bool = self._transport.wait(seconds)
        return passed

    def connect(self, target: str, /, *, timeout: float) -> Any:
        self._call("before_connecting")
        connection = self._transport.connect(target, timeout=timeout)
        self._call("after_connecting")
        return HookedConnection(connection, self._call)

    async def aconnect(self, target: str, /, *, timeout: float) -> Any:  # noqa: ASYNC109 - the contract
        return self.connect(target, timeout=timeout)

    def close(self) -> None:
        self._transport.close()

    async def aclose(self) -> None:
        self._transport.close()


class HookedConnection:
    """A connection of a `HookedTransport`."""

    def __init__(self, connection: Any, call: Callable[[str], object]) -> None:
        self._connection = connection
        self._call = call

    def send(self, frame: Frame, /, *, timeout: float) -> None:
        self._call("sending")
        self._connection.send(frame, timeout=timeout)

    async def asend(self, frame: Frame, /, *, timeout: float) -> None:  # noqa: ASYNC109 - the contract
        self.send(frame, timeout=timeout)

    def receive(self, *, timeout: float | None) -> Any:
        self._call("receiving")
        frame = self._connection.receive(timeout=timeout)
        if frame is not None:
            self._call("received")
        return frame

    async def areceive(self, *, timeout: float | None) -> Any:  # noqa: ASYNC109 - the contract
        self._call("receiving")
        frame = await self._connection.areceive(timeout=timeout)
        self._call("received")
        return frame

    def close(self) -> None:
        self._call("closing")
        self._connection.close()

    async def aclose(self) -> None:
        self.close()


class SlowTransport(HookedTransport):
    """Takes a second to connect."""

    async def aconnect(self, target: str, /, *, timeout: float) -> Any:  # noqa: ASYNC109 - the contract
        await asyncio.sleep(1)
        return await super().aconnect(target, timeout=timeout)


def hooked(
    open_framed: OpenClient, **hooks: Callable[[], object]
) -> AbstractContextManager[ClientAndVenue]:
    """Open a client with hooks in its transport."""
    return open_framed(wrap_transport=partial(HookedTransport, **hooks))


def once(error: BaseException) -> Callable[[], None]:
    """Return a hook that raises an error once."""
    errors = [error]

    def act() -> None:
        if errors:
            raise errors.pop()

    return act
