"""The driver of framed connections, on both loops: an I/O thread and asyncio."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from clients import key_of
from orderlists import WebSocketApi
from orderlists._connections.commands import EnsureSubscribed, Steps
from orderlists._time import SECOND
from orderlists_simulator import EXAMPLE_KEY
from orderlists_transports._framed.driver import FramedDriver
from orderlists_transports._framed.interfaces import Done, Loop
from orderlists_transports._framed.io_thread import IoThread
from orderlists_transports._framed.run import Run
from orderlists_transports._settings import CLOCKS, POLICY, Clocks, Settings, random_id

SOON = 0.05
FAR = 60 * SECOND

Scenario = Callable[[Loop, Callable[[], object]], object]
"""Begins something on a loop, and calls the function when it is over."""
Play = Callable[[Scenario], list[object]]
"""Plays a scenario, and returns the errors of callbacks that the loop reported."""


def on_io_thread(scenario: Scenario) -> list[object]:
    reported: list[object] = []
    thread, over = IoThread(), threading.Event()

    def report(args: threading.ExceptHookArgs) -> None:
        reported.append(args.exc_value)

    usual, threading.excepthook = threading.excepthook, report
    try:
        thread.call_soon(lambda: scenario(thread, over.set))
        assert over.wait(5)
    finally:
        thread.stop()
        threading.excepthook = usual
    return reported


def on_asyncio(scenario: Scenario) -> list[object]:
    reported: list[object] = []

    async def main() -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        loop.set_exception_handler(lambda _, context: reported.append(context["exception"]))
        scenario(loop, over.set)
        async with asyncio.timeout(5):
            await over.wait()

    asyncio.run(main())
    return reported


@pytest.fixture(params=[on_io_thread, on_asyncio])
def play(request: pytest.FixtureRequest) -> Play:
    chosen: Play = request.param
    return chosen


class Connecting:
    """Keeps what opens a connection open; a test ends it."""

    def __init__(self) -> None:
        self.opening: list[Done] = []

    def __call__(self, _target: str, _seconds: float, done: Done) -> None:
        self.opening.append(done)


class SilentLink:
    """Takes frames, and never answers."""

    def __init__(self) -> None:
        self.is_closed = False

    def listen(self, _received: object, _lost: object, /) -> None:
        pass

    def write(self, _frame: object, _failed: object, /) -> None:
        pass

    def start_closing(self) -> None:
        self.is_closed = True


class FailingClock:
    """A monotonic clock that raises once.

    Attributes:
        left: How many readings before it raises.
    """

    def __init__(self) -> None:
        self.left = -1
        self.bug = ZeroDivisionError("planted")

    def __call__(self) -> int:
        self.left -= 1
        if self.left == -1:
            raise self.bug
        return CLOCKS.monotonic()


class Outcomes:
    """Keeps what a caller got."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self.errors: list[BaseException | None] = []

    def __call__(self, value: object, error: BaseException | None) -> None:
        self.values.append(value)
        self.errors.append(error)


def settings_of_a_client(clocks: Clocks = CLOCKS) -> Settings:
    return Settings.of(
        key=key_of(EXAMPLE_KEY),
        protocol=WebSocketApi(),
        timeout=SOON,
        policy=POLICY,
        rate_limits=None,
        max_in_flight=1,
        clocks=clocks,
        new_id=random_id,
        observe=None,
    )


def test_a_caller_whose_turn_to_connect_has_come_has_no_timer_left(play: Play) -> None:
    connecting, first, second = Connecting(), Outcomes(), Outcomes()
    # Not an outage: there is no back-off before the next attempt.
    bug = KeyError("planted")

    def scenario(loop: Loop, over: Callable[[], object]) -> None:
        driver = FramedDriver(settings_of_a_client(), connecting)
        driver.start(loop)
        now = driver.now().monotonic
        driver.establish(first, until=now + FAR)
        driver.establish(second, until=now + int(SOON * SECOND))
        connecting.opening[0](None, bug)
        loop.call_later(2 * SOON, over)

    assert play(scenario) == []
    assert first.errors == [bug]
    assert len(connecting.opening) == 2
    assert second.errors == []


def test_closing_ends_the_caller_that_connects_and_those_that_wait_for_it(play: Play) -> None:
    connecting, callers = Connecting(), [Outcomes() for _ in range(3)]

    def scenario(loop: Loop, over: Callable[[], object]) -> None:
        driver = FramedDriver(settings_of_a_client(), connecting)
        driver.start(loop)
        until = driver.now().monotonic + FAR
        for caller in callers:
            driver.establish(caller, until=until)
        driver.close()
        connecting.opening[0](SilentLink(), None)
        loop.call_later(SOON, over)

    assert play(scenario) == []
    errors = [error for caller in callers for error in caller.errors]
    assert [str(error) for error in errors] == ["nothing was sent: this client was closed"] * 3
    assert len(connecting.opening) == 1


def subscribe(driver: FramedDriver, done: Done) -> None:
    def steps(_: object) -> Steps[None]:
        outcome = yield EnsureSubscribed(CLOCKS.monotonic() + FAR)
        assert outcome.error is not None  # No reply to the subscription arrives.
        raise outcome.error

    driver.run(steps, done)


def connect(driver: FramedDriver, done: Done) -> None:
    try:
        driver.establish(done, until=driver.now().monotonic + FAR)
    except ZeroDivisionError as error:
        done(None, error)


@pytest.mark.parametrize("begin", [subscribe, connect])
@pytest.mark.parametrize("reading", range(12))
def test_a_clock_that_raises_ends_a_caller_and_the_next_one_connects(
    play: Play, begin: Callable[[FramedDriver, Done], object], reading: int
) -> None:
    clock, first, second = FailingClock(), Outcomes(), Outcomes()

    def scenario(loop: Loop, over: Callable[[], object]) -> None:
        def open_link(_target: str, _seconds: float, done: Done) -> None:
            loop.call_soon(lambda: done(SilentLink(), None))

        def ended(value: object, error: BaseException | None) -> None:
            first(value, error)
            loop.call_later(SOON, connect_again)

        def connect_again() -> None:
            clock.left = -1
            connect(driver, connected)

        def connected(value: object, error: BaseException | None) -> None:
            second(value, error)
            over()

        driver = FramedDriver(settings_of_a_client(Clocks(monotonic=clock)), open_link)
        driver.start(loop)
        clock.left = reading
        begin(driver, ended)

    assert set(play(scenario)) <= {clock.bug}
    assert len(first.errors) == 1
    assert second.errors == [None]


def test_a_run_that_was_canceled_is_not_resumed() -> None:
    went_on: list[object] = []
    outcomes = Outcomes()

    def steps() -> Any:
        yield from ()
        went_on.append(1)

    driver = FramedDriver(settings_of_a_client(), Connecting())
    run: Run[Any] = Run(driver, steps(), outcomes)
    run.cancel()
    run.resume()
    assert went_on == outcomes.errors == []
