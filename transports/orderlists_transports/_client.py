"""The synchronous client: makes calls, and has a driver run them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from threading import Lock
from typing import TYPE_CHECKING, Any, Self, TypeVar

from orderlists import Attempt, Key, Policy, RateLimit, RateLimits, TransportError
from orderlists._operations.rules import LARGEST_PAGE
from orderlists_transports._driver import Driver, HttpChannel
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
    from orderlists_transports._events import EventStream
    from orderlists_transports._framed.channel import FramedChannel
    from orderlists_transports._listeners import Observe
    from orderlists_transports.interfaces import FramedTransport, HttpTransport

R = TypeVar("R")

BUFFER = 10_000
"""How many events are kept for a busy reader, by default."""


class Client:
    """Sends requests to the exchange and returns their results.  Share it between threads.

    Args:
        key: Signs the requests.
        exchange: `Exchange.LIVE`, `Exchange.TESTNET`, `Exchange.DEMO`, or a URL of your own such as
            ``http://127.0.0.1:8080``; unencrypted only on loopback.
        transport: Moves the bytes, instead of `orderlists_transports.urllib3`, or of
            `orderlists_transports.websockets` for the WebSocket API.  It is bound to an exchange
            already, so give one or the other.  Closing the client closes it.
        protocol: `Rest` by default, or `WebSocketApi`; either takes settings of its own, as in
            ``Rest(time_unit=TimeUnit.MICROSECOND)``.
        timeout: Seconds for one exchange of messages, from the first byte of the request to the
            last byte of the reply.  15 by default; keep it above 10, or the exchange's own word
            that it gave up (-1007) is not received.
        policy: How far a call goes: whether it reconciles lost replies, how long, how often.
        rate_limits: What the exchange allows; share one between the clients of an IP address.
        max_in_flight: How many exchanges of messages are in flight at a time; others wait for their
            turn, and are checked, stamped and signed when it comes.  100 by default.
        clocks: The clocks.
        new_id: Returns an id that was never used before; from the system's randomness by default.
        sleep: Lets time pass, in seconds.
        observe: Is called with each event of `orderlists.observing`, where it happens; it must
            return soon, and must not use the client.  What it raises goes to
            `threading.excepthook`, and changes nothing else.

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
        protocol: HttpProtocol | FramedProtocol = REST,
        timeout: float = TIMEOUT,
        policy: Policy = POLICY,
        rate_limits: RateLimits | None = None,
        max_in_flight: int = MAX_IN_FLIGHT,
        clocks: Clocks = CLOCKS,
        new_id: Callable[[], str] = random_id,
        sleep: Callable[[float], object] = time.sleep,
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
        self._driver = Driver(self._settings, self._channel, self._sleep_open)
        made = self._transport if transport is None else None
        self._left_open = warn_if_left_open(self, made)

    def send(self, request: Request[R], *, policy: Policy | None = None) -> R:
        """Send a request and return its result.

        Args:
            request: What to do or to look up.
            policy: How far to go, instead of the client's own policy.

        Raises:
            Refused: It was not executed: `Rejected` by the exchange, or proven `NotExecuted`.
            TransportError: Nothing was sent; or no reply came to a request that changes nothing.
            OutcomeUnknown: The request changes state, and whether it was executed is open.
            ServerError, UndecodableReply: The request changes nothing, and the reply was no answer.
        """
        settings = self._open_settings()
        return self._driver.run(settings.engine.send(request, policy, started=settings.monotonic()))

    def reconcile(
        self,
        request: Request[R],
        *,
        attempts: tuple[Attempt, ...] = (),
        policy: Policy | None = None,
    ) -> R:
        """Find out what became of a request that was sent earlier, also by another process.

        This may send a cancel again, under the same id, where that can touch no other list: a list
        that is still open is then canceled.  To look only, use ``Policy(max_resends=0)``.

        Args:
            request: The request as it was sent: `OutcomeUnknown.request`, `InDoubt.request`, or the
                same made anew, with the id under which it can be recognised.
            attempts: `OutcomeUnknown.attempts`, if they are still known; a request by
                `list_client_order_id` needs them to be sent again, and by another client than sent
                them only if the clock was measured (`Policy.measure_clock`).
            policy: How far to go, instead of the client's own policy.  Without a policy and without
                attempts, the deadline is at least as long as an unknown attempt may take.

        Raises:
            InvalidRequest: The request changes nothing, or lacks the id under which it can be
                recognised; or the attempts are none.
            Refused: It was not executed, and cannot be any more.
            OutcomeUnknown: It is still not known.
        """
        settings = self._open_settings()
        return self._driver.run(
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
    ) -> Iterator[OrderList]:
        """Iterate over the order lists of the account, open and finished, oldest first.

        By id from `from_id` on, or by the time of the *last update* between `start_time` and
        `end_time`, in as many requests as it takes; each costs 20 of request weight.  By time there
        is one for each 24 hours at least: a year costs 7300, more than the exchange allows in a
        minute.  The exchange does not document that a page which is full holds the oldest lists;
        this relies on it.

        Args:
            from_id: The smallest id; 0 by default, for all.
            start_time: The earliest time since 1970, in the unit of the protocol, which is
                milliseconds unless it was given another.
            end_time: The latest time, in the same unit; now by default.
            page_size: How many lists a request asks for, 1 to 1000.
            policy: How far each request goes, instead of the client's own policy.

        Raises:
            InvalidRequest: A value breaks a rule.  It is raised before anything is sent.
            IncompletePage: A page of 1000 is of one instant: the exchange returns no more of it.
            OrderListsError: What `send` raises.

        >>> from orderlists_simulator import Simulator
        >>> with Simulator() as simulator, Client(simulator.key, exchange=simulator.url) as client:
        ...     [each.order_list_id for each in client.all_order_lists(page_size=2)]
        [0, 1, 2, 3, 4]
        """
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

    def _pages(self, pages: OrderListPages, policy: Policy | None) -> Iterator[OrderList]:
        while pages.request is not None:
            yield from pages.read(self.send(pages.request, policy=policy))

    def cancel_all(
        self,
        symbol: str | None = None,
        *,
        policy: Policy | None = None,
        on_verdict: Callable[[OrderList, Verdict], object] | None = None,
    ) -> CancelAllReport:
        """Cancel every open order list, and return what became of each.

        First every cancel is sent, then those whose outcome is unknown are reconciled.  The open
        lists are read again until none is left or the deadline of the policy, which is that of the
        whole, has passed.  Protective stops are cancelled too.  Unlike `CancelOpenOrders`, each
        cancel has an id of its own, so a lost reply is recovered; single orders stay.

        Args:
            symbol: Only the lists of this symbol, such as ``LTCBTC``; by default all.
            policy: How far to go, instead of the client's own policy.
            on_verdict: Is given each list and its verdict, as it becomes known: a
                `CanceledOrderList`, or the error that `send` would have raised.

        Raises:
            InvalidRequest: The symbol is not valid, or `on_verdict` is no plain function.
            InvalidSetting: The policy is not a `Policy`.
            OrderListsError: The open lists could not be read; nothing was cancelled.
            Exception: What `on_verdict` has raised, once the cancels that were due are sent.

        An interrupt, and any other exception, carries the report so far: `CancelAllReport.of`.

        >>> from orderlists_simulator import Simulator
        >>> with Simulator() as simulator, Client(simulator.key, exchange=simulator.url) as client:
        ...     client.cancel_all("LTCBTC")
        <CancelAllReport 5 CanceledOrderList, 0 left>
        """
        settings = self._open_settings()
        from orderlists._execution.cancel_all import CancelAll  # noqa: PLC0415 - as below
        from orderlists_transports._cancel_all import run  # noqa: PLC0415 - as below

        return run(
            CancelAll.begin(
                settings.engine,
                symbol,
                policy,
                on_verdict=on_verdict,
                now=settings.monotonic(),
                make_lock=Lock,
            ),
            run_call=self._driver.run,
            sleep=self._sleep_open,
            monotonic=settings.monotonic,
        )

    def events(self, *, buffer: int = BUFFER) -> EventStream:
        """Watch what happens to the account's orders and lists.

        In a `with` block the events flow from its beginning; without one, nothing is promised
        before the first that is asked for.  A lost connection is made again, and a `Gap` stands
        where events are missing.

        Args:
            buffer: How many events are kept for a busy reader; then the oldest are dropped, and a
                `Gap` takes their place.

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
            raise TransportError(NO_EVENTS, sent=False, is_retryable=False)
        from orderlists_transports._events import EventStream  # noqa: PLC0415 - as below

        return EventStream(self._channel.watched(), buffer)

    def rate_limits(self) -> list[RateLimit]:
        """Return what the exchange allows this address and account, and what is used of it."""
        return self._settings.rate_limits()

    def _open_settings(self) -> Settings:
        if self._closed:
            raise TransportError(CLOSED, sent=False, is_retryable=False)
        return self._settings

    def _sleep_open(self, seconds: float) -> object:
        self._open_settings()
        return self._sleep(seconds)

    def close(self) -> None:
        """Close the transport.  Closing twice is fine; sending then is a TransportError."""
        self._left_open.detach()
        self._closed = True
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return self._settings.describe(self, self._transport, is_closed=self._closed)


# Libraries are imported here: a client with a transport of its own, or of one protocol, needs no
# other.
def _transport(
    settings: Settings,
    exchange: Exchange | str,
    transport: HttpTransport | FramedTransport | None,
) -> Any:  # noqa: ANN401 - of the kind that the protocol needs
    if is_framed(settings.protocol):
        if transport is None:
            from orderlists_transports.websockets import WebsocketsTransport  # noqa: PLC0415

            transport = WebsocketsTransport(exchange)
        return check_transport(transport, "connect")
    if transport is None:
        from orderlists_transports.urllib3 import Urllib3Transport  # noqa: PLC0415

        transport = Urllib3Transport(exchange)
    return check_transport(transport, "send")


def _channel(
    settings: Settings,
    transport: Any,  # noqa: ANN401 - as above
) -> HttpChannel | FramedChannel:
    if is_framed(settings.protocol):
        from orderlists_transports._framed.channel import FramedChannel  # noqa: PLC0415

        return FramedChannel(settings, transport)
    return HttpChannel(settings, transport)
