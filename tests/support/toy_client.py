"""A client of the toy protocol: a connection manager, and a driver that does no I/O."""

from collections.abc import Callable, Generator
from typing import Any
from weakref import WeakKeyDictionary

from orderlists import (
    HmacKey,
    OrderListsError,
    RateLimits,
    TransportError,
)
from orderlists._clock import ClockReading, ServerClock
from orderlists._commands import Outcome, Sleep
from orderlists._connections.commands import EnsureSubscribed, OpenConnection, RoundTrip, WaitOn
from orderlists._connections.connection import Connection, InFlight
from orderlists._connections.establish import establish
from orderlists._connections.manager import ConnectionManager
from orderlists._connections.receive import frame_received
from orderlists._gate import Gate
from orderlists._observing.observer import SILENT, Observer
from orderlists._operations.get_server_time import GetServerTime
from orderlists._operations.user_data_stream import SubscribeSigned
from orderlists._protocols.interfaces import (
    Frame,
)
from orderlists.extending import Request
from toy_protocol import ToyProtocol

SECOND = 1_000_000_000
KEY = HmacKey(api_key="k" * 64, secret="not-a-real-one")
LOOK = GetServerTime()


class ToyClient:
    """A connection manager with a manual clock and a driver that does no I/O.

    Args:
        protocol: The protocol.
        rate_limits: Shared with another client, if given.
        observer: Takes the events.

    Attributes:
        log: The commands: ``connect``, the classes of requests, and the seconds slept.
        connect_errors: The errors of the next attempts to connect, in order.
        answers: Statuses and texts of the next replies by class of request; 200 by default.  None
            for a timeout; a function of the connection and the request for anything else.
    """

    def __init__(
        self,
        protocol: ToyProtocol | None = None,
        rate_limits: RateLimits | None = None,
        observer: Observer = SILENT,
    ) -> None:
        self.protocol = ToyProtocol() if protocol is None else protocol
        self.clock = ServerClock(wall=0, monotonic=0)
        limits = RateLimits() if rate_limits is None else rate_limits
        self.gate = Gate(KEY, self.clock, limits, observer)
        self.manager = ConnectionManager(self.protocol, self.gate)
        self.passed = 0
        self.log: list[str | float] = []
        self.connect_errors: list[Exception] = []
        self.answers: dict[str, list[Any]] = {}
        self.on_wait: Callable[[WaitOn], object] = self.wait_until_timeout
        self._numbers: WeakKeyDictionary[Connection, int] = WeakKeyDictionary()

    # Time.

    @property
    def now(self) -> ClockReading:
        return self.clock.at(self.passed)

    def pass_time(self, seconds: float) -> None:
        self.passed += int(seconds * SECOND)

    @property
    def pause(self) -> float:
        """The seconds until the next connection may be opened."""
        return self.manager.connect_backoff.pause(self.passed) / SECOND

    # Connections.

    def connect(self) -> Connection:
        """Return a connection that takes requests, without a log-on or a subscription."""
        connection = self.manager.connection_made("handle", self.passed)
        self.manager.activate(connection)
        return connection

    def subscribe(self, connection: Connection) -> None:
        in_flight = self.send(connection, SubscribeSigned(), subscribe=True)
        self.receive(connection, f"reply {in_flight.key} 200 s1")

    def send(
        self, connection: Connection, request: Request[Any] = LOOK, *, subscribe: bool = False
    ) -> InFlight:
        """Register a request as in flight."""
        encoded = self.manager.encoder(request)(connection.session, self.now)
        subscription = request if subscribe else None
        in_flight = InFlight(*encoded, self.passed, lambda: None, subscription)
        self.manager.register(connection, in_flight)
        return in_flight

    def receive(self, connection: Connection, *lines: str) -> list[Frame]:
        """Receive lines in one chunk, numbered as the protocol requires."""
        chunk = ""
        for line in lines:
            number = self._numbers[connection] = self._numbers.get(connection, 0) + 1
            chunk += f"{number} {line}\n"
        return frame_received(self.manager, connection, chunk.encode(), self.now)

    # Commands.

    def establish(self, *, seconds: float = 60, subscribed: bool = False) -> Connection:
        until = self.passed + int(seconds * SECOND)
        steps = establish(self.manager, self.now, until=until, timeout=10.0, subscribed=subscribed)
        connection = self.run(steps)
        assert isinstance(connection, Connection)
        return connection

    def run(self, steps: Generator[Any, Outcome, Any]) -> Any:
        """Execute the commands of a generator, as a driver does."""
        outcome: Any = None
        try:
            while True:
                try:
                    command = steps.send(outcome)
                except StopIteration as finished:
                    return finished.value
                try:
                    outcome = Outcome(self._execute(command), None, self.passed)
                except OrderListsError as error:
                    outcome = Outcome(None, error, self.passed)
        finally:
            steps.close()

    def _execute(self, command: object) -> Any:
        match command:
            case OpenConnection():
                self.log.append("connect")
                if self.connect_errors:
                    raise self.connect_errors.pop(0)
                return "handle"
            case RoundTrip():
                return self._round_trip(command)
            case EnsureSubscribed(until):
                return self.establish(seconds=(until - self.passed) / SECOND, subscribed=True)
            case WaitOn():
                return self.on_wait(command)
            case Sleep(seconds):
                self.log.append(round(seconds, 3))
                self.pass_time(seconds)
                return None
            case _:
                raise AssertionError(command)

    def _round_trip(self, command: RoundTrip) -> Any:
        connection = command.connection
        encoded = command.encode(connection.session, self.now)
        in_flight = InFlight(*encoded, self.passed, lambda: None, command.subscribe)
        self.manager.register(connection, in_flight)
        assert isinstance(encoded.data, bytes)
        kind = encoded.data.decode().split()[-1]
        self.log.append(kind)
        script = self.answers.get(kind, [])
        answer = script.pop(0) if script else (200, "fine")
        if callable(answer):
            answer(connection, in_flight)
        elif answer is None:
            self.pass_time(command.timeout)
        else:
            self.receive(connection, f"reply {in_flight.key} {answer[0]} {answer[1]}")
        if not in_flight.is_done:
            self.manager.abandon(connection, in_flight, self.passed, timed_out=True)
        return in_flight.result()

    def wait_until_timeout(self, command: WaitOn) -> None:
        """Let the clock advance to the deadline."""
        self.passed = max(self.passed, command.until)

    def answer_by_disconnect(self, connection: Connection, _: InFlight) -> None:
        """Answer a request by a lost connection."""
        self.lose(connection)

    def answer_by_garbage(self, connection: Connection, _: InFlight) -> None:
        """Answer a request by a line on which the protocol raises: a bug."""
        self.receive(connection, "nonsense")

    def lose(self, connection: Connection, *, why: str = "reset") -> None:
        self.manager.connection_lost(connection, TransportError(why, sent=None), self.passed)
