"""The synchronous client: drives calls over a transport, and decides nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
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
from orderlists_transports._contract import HttpTransport
from orderlists_transports._dialogue import Dialogue, Settings, check_one_destination, told
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
        sleep: Lets time pass, in seconds.
        protocol: How requests are written, such as ``Rest(time_unit=TimeUnit.MICROSECOND)``.
        timeout: Seconds for one exchange of messages, from the wait for a free connection to the
            last byte of the reply.  15 by default; keep it above 10, for only then is the
            exchange's own word that it gave up (-1007) heard.
        policy: How far a call goes: whether it settles what got lost, how long, how often.
        budget: What the exchange allows; share one between the clients of an IP address.
        times: The clocks.
        new_id: Returns an id that was never used before; from the system's randomness by default.

    Raises:
        InvalidSetting: A setting breaks a rule.

    >>> from orderlists import CancelOrderList
    >>> from orderlists_simulator import Simulator
    >>> with Simulator() as simulator, Client(simulator.key, exchange=simulator.url) as client:
    ...     client.send(CancelOrderList(symbol="LTCBTC", order_list_id=0))
    <CanceledOrderList 0 LTCBTC OCO ALL_DONE 2:CANCELED 3:CANCELED>
    """

    def __init__(
        self,
        key: Key,
        *,
        exchange: Exchange | str = Exchange.LIVE,
        transport: HttpTransport | None = None,
        sleep: Callable[[float], object] = time.sleep,
        **settings: Unpack[Settings],
    ) -> None:
        check_one_destination(exchange, transport)
        self._dialogue = Dialogue(key=key, **settings)
        self._sleep = sleep
        self._closed = False
        self._transport = _default_transport(exchange) if transport is None else transport

    def send(self, request: Request[R], *, policy: Policy | None = None) -> R:
        """Send a request and return its result.

        Args:
            request: What is asked for.
            policy: How far to go, instead of the client's own policy.

        Raises:
            Rejected: The exchange refused: the request was not executed.
            TransportError: Nothing was sent; or no reply came to a request that changes nothing.
            OutcomeUnknown: The request changes state, and whether it was executed is open.
            ServerError, UndecodableReply: The request changes nothing, and the reply was no answer.
        """
        return self._drive(self._dialogue.begin(request, policy))

    def settle(
        self,
        request: Request[R],
        *,
        attempts: tuple[Attempt, ...] = (),
        policy: Policy | None = None,
    ) -> R:
        """Find out what became of a cancel that was sent earlier, also by another process.

        This may send the cancel again, under the same id, where that can touch no other list: a
        list that is still open is then cancelled.  To look only, use ``Policy(resends=0)``.

        Args:
            request: The request as it was sent: `OutcomeUnknown.request`, or the same made anew,
                with its `new_client_order_id`.
            attempts: `OutcomeUnknown.attempts`, if they are still known; a request by
                `list_client_order_id` needs them to be sent again.
            policy: How far to go, instead of the client's own policy.

        Raises:
            InvalidRequest: The request is no cancel, or has no `new_client_order_id`.
            Rejected: It was not executed, and cannot be any more.
            OutcomeUnknown: It is still not known.
        """
        return self._drive(self._dialogue.settle(request, attempts, policy))

    def limits(self) -> list[Allowance]:
        """Return what the exchange allows this address and account, and what is used of it."""
        return self._dialogue.limits()

    def _drive(self, call: Call[R]) -> R:
        if self._closed:
            raise TransportError("nothing was sent: this client is closed", sent=False)
        step = resume(call, None)
        while not isinstance(step, Done):
            step = resume(call, self._obey(step))
        result: R = step.result
        return result

    def _obey(self, command: Command) -> object:
        dialogue = self._dialogue
        handed_over = False
        try:
            match command:
                case Now():
                    return dialogue.now()
                case Send():
                    message, seconds = dialogue.write(command), dialogue.seconds_for(command)
                    handed_over = True
                    response = self._transport.send(message, timeout=seconds)
                    return dialogue.read(command, response)
                case Wait(seconds):
                    return self._sleep(seconds)
                case _ as never:
                    assert_never(never)
        except BaseException as error:  # noqa: BLE001 - thrown into the call, which lets it pass
            return told(error, handed_over=handed_over)

    def close(self) -> None:
        """Close the transport.  Closing twice is fine; sending then is a TransportError."""
        self._closed = True
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _default_transport(exchange: Exchange | str) -> HttpTransport:
    # Here, so that who brings a transport loads no other.
    from orderlists_transports.urllib3 import Urllib3Transport  # noqa: PLC0415 - see above

    return Urllib3Transport(exchange)
