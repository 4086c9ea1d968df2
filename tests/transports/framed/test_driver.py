"""The driver of framed connections, on both loops: an I/O thread and asyncio."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from clients import key_of
from orderlists import WebSocketApi
from orderlists._time import SECOND
from orderlists_simulator import EXAMPLE_KEY
from orderlists_transports._framed.driver import FramedDriver
from orderlists_transports._framed.interfaces import Done, Loop
from orderlists_transports._framed.io_thread import IoThread
from orderlists_transports._framed.run import Run
from orderlists_transports._settings import CLOCKS, POLICY, Settings, random_id

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


class Outcomes:
    """Keeps what a caller got."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self.errors: list[BaseException | None] = []

    def __call__(self, value: object, error: BaseException | None) -> None:
        self.values.append(value)
        self.errors.append(error)


def settings_of_a_client() -> Settings:
    return Settings.of(
        key=key_of(EXAMPLE_KEY),
        protocol=WebSocketApi(),
        timeout=1.0,
        policy=POLICY,
        rate_limits=None,
        max_in_flight=1,
        clocks=CLOCKS,
        new_id=random_id,
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
