"""A call driven by a list of answers, on a clock that moves only when told."""

from typing import Any

from orderlists import GetServerTime, Instant, Policy, ServerTime, TimeUnit
from orderlists._clock import ClockReading, ServerClock
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
from orderlists._execution.engine import begin
from orderlists.extending import Request

START = 1_700_000_000_000_000_000
SECOND = 1_000_000_000
MEASURED_ONCE = 3
"""How many times the exchange is asked for its time when the clock is measured."""


class Scripted:
    """Answers what a call sends from a script, and keeps what was sent, asked and waited.

    Args:
        answers: One for each thing sent, except that the time is always told.
        skew: How far the wall clock is ahead of the exchange, in nanoseconds.
    """

    def __init__(self, *answers: object, skew: int = 0) -> None:
        self._answers = list(answers)
        self.passed = 0
        self.sent: list[Request[Any]] = []
        self.moments: list[ClockReading] = []
        self.waits: list[float] = []
        self.times_told = 0
        self.clock = ServerClock(wall=START + skew, monotonic=0)

    def send(self, request: Request[Any], policy: Policy | None = None) -> Any:
        """Send a request through a call of its own, and return its result."""
        return self.run(begin(request, new_id="fresh", policy=policy or Policy(), clock=self.clock))

    def run(self, call: Call[Any]) -> Any:
        step = resume(call, None)
        while not isinstance(step, Done):
            step = resume(call, self.obey(step))
        return step.result

    def obey(self, command: Command) -> object:
        """Do what a driver does, by the script."""
        match command:
            case Now() | Ready():
                return self.clock.at(self.passed)
            case Watch():
                return None
            case Wait(seconds):
                self.waits.append(seconds)
                self.passed += int(seconds * SECOND)
                return None
            case Send(GetServerTime()):
                self.times_told += 1
                server = Instant((START + self.passed) // 1000, TimeUnit.MICROSECOND)
                return ServerTime(server_time=server)
            case Send(request, at, _):
                self.sent.append(request)
                self.moments.append(at)
                assert self._answers, f"the script has no answer to {request}"
                return self._answers.pop(0)
