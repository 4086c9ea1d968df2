"""A driver that runs a call by scripted answers, on a manual clock."""

from typing import Any, ClassVar

from attrs import frozen

from orderlists import (
    CanceledOrderList,
    GetServerTime,
    HmacKey,
    Instant,
    OrderReport,
    Policy,
    RateLimits,
    ServerTime,
    TimeUnit,
    TransportError,
)
from orderlists._clock import ClockReading, ServerClock
from orderlists._commands import AwaitEvent, Command, HttpExchange, Outcome, Sleep
from orderlists._execution.adapters import HttpAdapter
from orderlists._execution.engine import Engine, RunningCall
from orderlists._gate import Gate
from orderlists._rate_limits import Usage
from orderlists.enums import ContingencyType, ListOrderStatus, ListStatusType, OrderStatus
from orderlists.extending import Request

START = 1_700_000_000_000_000_000
SECOND = 1_000_000_000
MEASURED_ONCE = 3
"""The number of samples in one measurement of the clock."""
KEY = HmacKey(api_key="k" * 64, secret="not-a-real-one")


@frozen
class ScriptedReply:
    """A reply as a transport would return it."""

    answer: object
    status: int = 200
    body: bytes = b"as it came"


class ScriptedProtocol:
    """A protocol that sends requests unencoded, and returns the scripted answers."""

    time_unit = TimeUnit.MILLISECOND

    def encode(self, request: Request[Any], *, key: Any, timestamp: int) -> Any:
        del key, timestamp
        return request

    def decode(self, request: Request[Any], reply: ScriptedReply, /) -> Any:
        del request
        if isinstance(reply.answer, Exception):
            raise reply.answer
        return reply.answer

    def usages(self, reply: ScriptedReply, /) -> list[Usage]:
        del reply
        return []


class EventfulAdapter(HttpAdapter):
    """An adapter of a protocol with events."""

    has_events: ClassVar[bool] = True


def done(request: Any) -> CanceledOrderList:
    """Return the result of a cancel, as the exchange would return it."""
    return CanceledOrderList(
        order_list_id=0 if request.order_list_id is None else request.order_list_id,
        contingency_type=ContingencyType.OCO,
        list_status_type=ListStatusType.ALL_DONE,
        list_order_status=ListOrderStatus.ALL_DONE,
        list_client_order_id=request.list_client_order_id or "name",
        transaction_time=Instant(START // 1000, TimeUnit.MICROSECOND),
        symbol=request.symbol,
        orders=(),
        order_reports=(
            OrderReport(
                symbol=request.symbol,
                order_id=1,
                order_list_id=0,
                client_order_id=request.new_client_order_id,
                status=OrderStatus.CANCELED,
            ),
        ),
    )


class Scripted:
    """A driver with scripted answers that records requests, clock readings and sleeps.

    A transport error or an interrupt is raised instead of a reply; any other exception is raised
    while the reply is decoded.

    Args:
        answers: One for each request, except for clock samples.  A function computes its answer
            from the request.
        skew: How far the wall clock is ahead of the exchange, in nanoseconds.
        clock_is_measurable: Whether requests for the server time succeed.
        encode_error: Raised instead of encoding.
        sleep_error: Raised instead of sleeping.
        has_events: Whether the protocol has events.
        event_error: Raised instead of returning the proof of an event.
        proof: What events prove.
    """

    def __init__(
        self,
        *answers: object,
        skew: int = 0,
        clock_is_measurable: bool = True,
        encode_error: Exception | None = None,
        sleep_error: Exception | None = None,
        has_events: bool = False,
        event_error: BaseException | None = None,
        proof: object = None,
    ) -> None:
        self._answers = list(answers)
        self.sample_takes = 0
        self.clock_error: BaseException = TransportError("no route", sent=None)
        self._clock_is_measurable = clock_is_measurable
        self._encode_error = encode_error
        self._sleep_error = sleep_error
        self._event_error = event_error
        self._proof = proof
        self.passed = 0
        self.sent: list[Request[Any]] = []
        self.readings: list[ClockReading] = []
        self.waits: list[float] = []
        self.clock_samples = 0
        self.clock = ServerClock(wall=START + skew, monotonic=0)
        gate = Gate(KEY, self.clock, RateLimits())
        protocol: Any = ScriptedProtocol()
        self.engine = Engine(
            adapter=EventfulAdapter(protocol, gate) if has_events else HttpAdapter(protocol, gate),
            gate=gate,
            policy=Policy(),
            timeout=15.0,
            new_id=lambda: "fresh",
        )

    @property
    def now(self) -> ClockReading:
        return self.clock.at(self.passed)

    def send(self, request: Request[Any], policy: Policy | None = None) -> Any:
        """Send a request through a call of its own, and return its result."""
        return self.run(self.engine.send(request, policy, started=self.passed))

    def reconcile(
        self,
        request: Request[Any],
        attempts: Any = (),
        policy: Policy | None = None,
    ) -> Any:
        """Reconcile a request through a call of its own, and return its result."""
        return self.run(self.engine.reconcile(request, attempts, policy, started=self.passed))

    def run(self, call: RunningCall[Any]) -> Any:
        """Run a call as a driver does, by the script."""
        outcome: Any = None
        try:
            while True:
                outcome = self._outcome_of(call.steps.send(outcome))
        except StopIteration as finished:
            return finished.value
        except BaseException as error:
            call.ended_by(error)
            raise

    def _outcome_of(self, command: Command) -> Outcome:
        try:
            value = self._execute(command)
        except BaseException as error:  # noqa: BLE001 - as drivers do
            return Outcome(None, error, self.now.monotonic)
        return Outcome(value, None, self.now.monotonic)

    def _execute(self, command: Command) -> object:
        match command:
            case AwaitEvent():
                if self._event_error is not None:
                    raise self._event_error
                return self._proof
            case Sleep(seconds):
                if self._sleep_error is not None:
                    raise self._sleep_error
                self.waits.append(seconds)
                self.passed += int(seconds * SECOND)
                return None
            case HttpExchange() if self._encode_error is not None:
                raise self._encode_error
            case HttpExchange():
                return self._answer(command.encode(self.now))
            case _:
                raise AssertionError(command)

    def _answer(self, request: Any) -> object:
        if isinstance(request, GetServerTime):
            self.clock_samples += 1
            self.passed += self.sample_takes
            if not self._clock_is_measurable:
                raise self.clock_error
            time = Instant((START + self.passed) // 1000, TimeUnit.MICROSECOND)
            return ScriptedReply(ServerTime(server_time=time))
        self.sent.append(request)
        self.readings.append(self.now)
        assert self._answers, f"the script has no answer to {request}"
        answer = self._answers.pop(0)
        if _comes_instead_of_a_reply(answer):
            raise answer  # type: ignore[misc]
        return ScriptedReply(answer(request) if callable(answer) else answer)


def _comes_instead_of_a_reply(answer: object) -> bool:
    is_interrupt = isinstance(answer, BaseException) and not isinstance(answer, Exception)
    return is_interrupt or isinstance(answer, TransportError | OSError)
