"""The synchronous client: drives calls over a transport, and decides nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
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
from orderlists_transports._contract import FramedTransport, HttpTransport
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
from orderlists_transports._events import BUFFER, EventStream
from orderlists_transports._exchange import Exchange
from orderlists_transports._http_channel import HttpChannel

if TYPE_CHECKING:
    from orderlists_transports._framed_channel import FramedChannel

R = TypeVar("R")


class Client:
    """Sends requests to the exchange and returns their results.  Share it between threads.

    Args:
        key: Who asks.
        exchange: `Exchange.LIVE`, `Exchange.TESTNET`, `Exchange.DEMO`, or a URL of your own such as
            ``http://127.0.0.1:8080``; unencrypted only on loopback.
        transport: What moves the bytes, instead of `orderlists_transports.urllib3`, or of
            `orderlists_transports.websockets` for the WebSocket API.  It is bound to an exchange
            already, so give one or the other.  Closing the client closes it.
        sleep: Lets time pass, in seconds.
        protocol: How requests travel: `Rest` by default, or `WebSocketApi`; either takes settings
            of its own, as in ``Rest(time_unit=TimeUnit.MICROSECOND)``.
        timeout: Seconds for one exchange of messages, from the wait for a free connection to the
            last byte of the reply.  15 by default; keep it above 10, for only then is the
            exchange's own word that it gave up (-1007) heard.
        policy: How far a call goes: whether it settles what got lost, how long, how often.
        rate_limits: What the exchange allows; share one between the clients of an IP address.
        clocks: The clocks.
        new_id: Returns an id that was never used before; from the system's randomness by default.

    Raises:
        InvalidSetting: A setting breaks a rule.
        MissingExtra: The transport of this protocol needs a library that is not installed.

    >>> from orderlists import CancelOrderList
    >>> from orderlists_simulator import Simulator
    >>> with Simulator() as simulator, Client(simulator.key, exchange=simulator.url) as client:
    ...     client.send(CancelOrderList(symbol="LTCBTC", order_list_id=0))
    <CanceledOrderList 0 LTCBTC OCO ALL_DONE 2:CANCELED 3:CANCELED>
    >>> client  # doctest: +ELLIPSIS
    <Client Rest over <Urllib3Transport http://127.0.0.1:...> as 'vmPU...Eh8A', closed>
    """

    def __init__(
        self,
        key: Key,
        *,
        exchange: Exchange | str = Exchange.LIVE,
        transport: HttpTransport | FramedTransport | None = None,
        sleep: Callable[[float], object] = time.sleep,
        **settings: Unpack[Settings],
    ) -> None:
        check_names(self, settings)
        check_one_destination(exchange, transport)
        check_sleep(sleep)
        self._dialogue = Dialogue(key=key, **settings)
        self._sleep = sleep
        self._closed = False
        self._channel = _channel(self._dialogue, exchange, transport, self._wait)

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

    def reconcile(
        self,
        request: Request[R],
        *,
        attempts: tuple[Attempt, ...] = (),
        policy: Policy | None = None,
    ) -> R:
        """Find out what became of a cancel that was sent earlier, also by another process.

        This may send the cancel again, under the same id, where that can touch no other list: a
        list that is still open is then cancelled.  To look only, use ``Policy(max_resends=0)``.

        Args:
            request: The request as it was sent: `OutcomeUnknown.request`, or the same made anew,
                with its `new_client_order_id`.
            attempts: `OutcomeUnknown.attempts`, if they are still known; a request by
                `list_client_order_id` needs them to be sent again, and by another client than sent
                them only if the clock was measured (`Policy.measure_clock`).
            policy: How far to go, instead of the client's own policy.

        Raises:
            InvalidRequest: The request is no cancel, or has no `new_client_order_id`; or the
                attempts are none.
            Rejected: It was not executed, and cannot be any more.
            OutcomeUnknown: It is still not known.
        """
        return self._drive(self._dialogue.reconcile(request, attempts, policy))

    def events(self, *, buffer: int = BUFFER) -> EventStream:
        """Watch what happens to the account's orders and lists.

        In a `with` block the events flow from its beginning; without one, nothing is promised
        before the first that is asked for.  A lost connection is made again, and a `Gap` tells
        that events are missing.

        Args:
            buffer: How many events are kept for a watcher who is busy; then the oldest are
                dropped, and a `Gap` tells so.

        Raises:
            InvalidSetting: The client's protocol has no events: REST has none.
            TransportError: The client is closed.

        >>> from orderlists import CancelOrderList, WebSocketApi
        >>> from orderlists_simulator import Simulator
        >>> with Simulator() as simulator:
        ...     client = Client(simulator.key, exchange=simulator.url, protocol=WebSocketApi())
        ...     with client, client.events() as events:
        ...         done = client.send(CancelOrderList(symbol="LTCBTC", order_list_id=0))
        ...         for event in events:
        ...             print(event)
        ...             if getattr(event, "list_order_status", None) == "ALL_DONE":
        ...                 break
        <ExecutionReport 2 LTCBTC SELL STOP_LOSS_LIMIT CANCELED CANCELED>
        <ExecutionReport 3 LTCBTC SELL LIMIT_MAKER CANCELED CANCELED>
        <ListStatus 0 LTCBTC OCO ALL_DONE ALL_DONE>
        """
        if self._closed:
            raise TransportError(NO_EVENTS, sent=False)
        return EventStream(self._channel.watched(), buffer)

    def limits(self) -> list[RateLimit]:
        """Return what the exchange allows this address and account, and what is used of it."""
        return self._dialogue.limits()

    def _drive(self, call: Call[R]) -> R:
        if self._closed:
            raise TransportError(CLOSED, sent=False)
        step = resume(call, None)
        while not isinstance(step, Done):
            step = resume(call, self._obey(step))
        result: R = step.result
        return result

    def _obey(self, command: Command) -> object:
        try:
            match command:
                case Now():
                    return self._dialogue.now()
                case Ready():
                    return self._channel.ready(command)
                case Send():
                    return self._channel.send(command)
                case Wait(seconds):
                    return self._wait(seconds)
                case Watch():
                    return self._channel.watch(command)
                case _ as never:
                    assert_never(never)
        except BaseException as error:  # noqa: BLE001 - thrown into the call, which lets it pass
            return error

    def _wait(self, seconds: float) -> object:
        # Of a client that was closed meanwhile nothing comes any more.
        return TransportError(CLOSED, sent=False) if self._closed else self._sleep(seconds)

    def close(self) -> None:
        """Close the transport.  Closing twice is fine; sending then is a TransportError."""
        self._closed = True
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return shown(self, self._channel, is_closed=self._closed)


def _channel(
    dialogue: Dialogue,
    exchange: Exchange | str,
    transport: HttpTransport | FramedTransport | None,
    sleep: Callable[[float], object],
) -> HttpChannel | FramedChannel:
    # Imported here, so that who brings a transport, or uses one protocol, loads no other.
    protocol = dialogue.protocol
    if is_framed(protocol):
        from orderlists_transports._framed_channel import FramedChannel  # noqa: PLC0415 - see above

        if transport is None:
            from orderlists_transports.websockets import WebsocketsTransport  # noqa: PLC0415

            transport = WebsocketsTransport(exchange)
        return FramedChannel(dialogue, protocol, check_transport(transport, "connect"), sleep)
    if transport is None:
        from orderlists_transports.urllib3 import Urllib3Transport  # noqa: PLC0415 - see above

        transport = Urllib3Transport(exchange)
    return HttpChannel(dialogue, protocol, check_transport(transport, "send"))
