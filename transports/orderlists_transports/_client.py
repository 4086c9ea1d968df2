"""The synchronous client: drives calls over a transport, and decides nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Self, TypeVar

from orderlists import Command, Done, HttpProtocol, Key, OrderListsError, Request, resume
from orderlists_transports._contract import HttpTransport
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


class Client:
    """Sends requests to the exchange and returns their results.  Share it between threads.

    Args:
        key: Who asks.
        exchange: `Exchange.LIVE`, `Exchange.TESTNET`, `Exchange.DEMO`, or a URL of your own such as
            ``http://127.0.0.1:8080``; unencrypted only on loopback.
        transport: What moves the bytes, instead of `orderlists_transports.urllib3`.  It is bound to
            an exchange already, so give one or the other.  Closing the client closes it.
        protocol: How requests are written, such as ``Rest(time_unit=TimeUnit.MICROSECOND)``.
        timeout: Seconds for one exchange of messages, from the wait for a free connection to the
            last byte of the reply.  Keep it above 10: only then is the exchange's own word that it
            gave up (-1007) heard.
        clock: Returns the time since 1970 in nanoseconds.
        new_id: Returns an id that was never used before.

    Raises:
        InvalidSetting: A setting breaks a rule.

    >>> from orderlists import CancelOrderList
    >>> from orderlists_simulator import Simulator
    >>> with Simulator() as simulator, Client(simulator.key, exchange=simulator.url) as client:
    ...     client.send(CancelOrderList(symbol="LTCBTC", order_list_id=0))
    <OrderList 0 LTCBTC OCO ALL_DONE 2:CANCELED 3:CANCELED>
    """

    def __init__(
        self,
        key: Key,
        *,
        exchange: Exchange | str = Exchange.LIVE,
        transport: HttpTransport | None = None,
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

    def send(self, request: Request[R]) -> R:
        """Send a request and return its result.

        Raises:
            Rejected: The exchange refused: the request was not executed.
            TransportError: Nothing was sent; or no reply came to a request that changes nothing.
            OutcomeUnknown: The request changes state, and whether it was executed is open.
            ServerError, UndecodableReply: The request changes nothing, and the reply was no answer.
        """
        call = self._dialogue.begin(request)
        step = resume(call, None)
        while not isinstance(step, Done):
            step = resume(call, self._obey(step))
        return step.result

    def _obey(self, command: Command) -> object:
        try:
            message = self._dialogue.write(command.request)
            response = self._transport.send(message, timeout=self._dialogue.timeout)
            return self._dialogue.protocol.decode(command.request, response)
        except OrderListsError as error:
            return error

    def close(self) -> None:
        """Close the transport."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _default_transport(exchange: Exchange | str) -> HttpTransport:
    # Here, so that who brings a transport loads no other.
    from orderlists_transports.urllib3 import Urllib3Transport  # noqa: PLC0415 - see above

    return Urllib3Transport(exchange)
