"""Drivers: turns, interrupts, and requests that are stamped when they go."""

import asyncio
import json
import signal
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from clients import key_of, times_of
from orderlists import (
    CancelOrderList,
    InDoubt,
    OutcomeUnknown,
    Policy,
    RateLimited,
    TransportError,
)
from orderlists._execution.turns import Turns
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator import EXAMPLE_KEY, VirtualClock
from orderlists_transports import AsyncClient, Client, Clocks
from orderlists_transports._async_driver import TaskTicket
from orderlists_transports._driver import ThreadTicket

START = 1_700_000_000_000_000_000
KEY = key_of(EXAMPLE_KEY)
TREE = json.loads(
    Path(__file__).parents[1].joinpath("data", "cancel_order_list_reply.json").read_text("utf-8")
)
CANCEL = CancelOrderList(
    symbol="LTCBTC", order_list_id=0, new_client_order_id="unfWT8ig8i0uj6lPuYLez6"
)
DONE = HttpResponse(200, (), json.dumps(TREE).encode())
LIMITED = HttpResponse(429, (("Retry-After", "7"),), b'{"code":-1003,"msg":"Too many."}')
AT_ONCE = Policy(reconcile=False, max_resends=0, wait_for_rate_limits=False)


def timestamp_of(request: HttpRequest) -> int:
    (value,) = parse_qs(urlsplit(request.target).query)["timestamp"]
    return int(value)


async def turns_of_the_loop(is_done: Callable[[], bool]) -> None:
    """Let the event loop turn until something is done."""
    for _ in range(1000):
        if is_done():
            return
        await asyncio.sleep(0)
    raise AssertionError("it was not done in time")


class Held:
    """A transport that holds every request until it is told what to answer."""

    def __init__(self) -> None:
        self.waiting: list[tuple[HttpRequest, Future[HttpResponse]]] = []
        self.arrived = threading.Semaphore(0)

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        del timeout
        answer: Future[HttpResponse] = Future()
        self.waiting.append((request, answer))
        self.arrived.release()
        return answer.result()

    async def asend(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:  # noqa: ASYNC109 - the contract
        del timeout
        answer: Future[HttpResponse] = Future()
        self.waiting.append((request, answer))
        return await asyncio.wrap_future(answer)

    def close(self) -> None:
        pass

    async def aclose(self) -> None:
        pass


def in_threads(act: Callable[[Any, Callable[[], Any]], None], held: Held, **settings: Any) -> None:
    """Let an act start requests of a synchronous client and look on."""
    with Client(KEY, transport=held, **settings) as client, ThreadPoolExecutor(3) as pool:

        def start() -> Any:
            return pool.submit(client.send, CANCEL, policy=AT_ONCE)

        act(start, lambda: held.arrived.acquire(timeout=5))


def test_a_request_that_waits_for_its_turn_is_stamped_when_it_goes() -> None:
    clock, held = VirtualClock(START), Held()

    def act(start: Any, arrived: Callable[[], Any]) -> None:
        first = start()
        assert arrived()
        second = start()
        clock.sleep(3)
        held.waiting[0][1].set_result(DONE)
        assert arrived()
        held.waiting[1][1].set_result(DONE)
        assert first.result().order_list_id == second.result().order_list_id == 0

    in_threads(act, held, max_in_flight=1, clocks=times_of(clock, 0), sleep=clock.sleep)
    before, after = (timestamp_of(request) for request, _ in held.waiting)
    assert after - before == 3000


def test_a_request_that_waits_for_its_turn_is_not_sent_after_a_429() -> None:
    clock, held = VirtualClock(START), Held()

    def act(start: Any, arrived: Callable[[], Any]) -> None:
        first = start()
        assert arrived()
        second = start()
        held.waiting[0][1].set_result(LIMITED)
        for each in (first, second):
            with pytest.raises(RateLimited):
                each.result()

    in_threads(act, held, max_in_flight=1, clocks=times_of(clock, 0), sleep=clock.sleep)
    # The second may have been let through before the first reply was read, never after it.
    assert len(held.waiting) == 1


def test_a_turn_that_does_not_come_before_the_deadline_is_not_sent() -> None:
    held = Held()

    def act(start: Any, arrived: Callable[[], Any]) -> None:
        first = start()
        assert arrived()
        with pytest.raises(TransportError, match="too many requests were in flight") as caught:
            client.send(CANCEL, policy=Policy(reconcile=False, max_resends=0, deadline=0.05))
        assert caught.value.sent is False
        held.waiting[0][1].set_result(DONE)
        first.result()

    with Client(KEY, transport=held, max_in_flight=1) as client, ThreadPoolExecutor(1) as pool:
        act(
            lambda: pool.submit(client.send, CANCEL, policy=AT_ONCE),
            lambda: held.arrived.acquire(timeout=5),
        )
    assert len(held.waiting) == 1


def test_tasks_wait_for_their_turn_and_are_stamped_when_they_go() -> None:
    clock, held = VirtualClock(START), Held()

    async def run() -> None:
        settings: Any = {"clocks": times_of(clock, 0), "sleep": clock.asleep}
        async with AsyncClient(KEY, transport=held, max_in_flight=1, **settings) as client:
            first = asyncio.create_task(client.send(CANCEL))
            second = asyncio.create_task(client.send(CANCEL))
            await turns_of_the_loop(lambda: len(held.waiting) == 1)
            await asyncio.sleep(0)
            assert len(held.waiting) == 1
            clock.sleep(3)
            held.waiting[0][1].set_result(DONE)
            await turns_of_the_loop(lambda: len(held.waiting) == 2)
            held.waiting[1][1].set_result(DONE)
            await asyncio.gather(first, second)

    asyncio.run(run())
    before, after = (timestamp_of(request) for request, _ in held.waiting)
    assert after - before == 3000


def test_a_task_that_is_canceled_gives_its_place_in_the_queue_back() -> None:
    held = Held()

    async def run() -> None:
        async with AsyncClient(KEY, transport=held, max_in_flight=1) as client:
            first = asyncio.create_task(client.send(CANCEL))
            await turns_of_the_loop(lambda: len(held.waiting) == 1)
            gone, last = (asyncio.create_task(client.send(CANCEL)) for _ in range(2))
            await asyncio.sleep(0)
            gone.cancel()
            held.waiting[0][1].set_result(DONE)
            await turns_of_the_loop(lambda: len(held.waiting) == 2)
            held.waiting[1][1].set_result(DONE)
            await asyncio.gather(first, last)
            with pytest.raises(asyncio.CancelledError) as caught:
                await gone
            doubt = InDoubt.of(caught.value)
            assert doubt == InDoubt(doubt.request if doubt else CANCEL)

    asyncio.run(run())


def test_a_task_whose_turn_does_not_come_before_the_deadline_is_not_sent() -> None:
    held = Held()

    async def run() -> None:
        async with AsyncClient(KEY, transport=held, max_in_flight=1) as client:
            first = asyncio.create_task(client.send(CANCEL))
            await turns_of_the_loop(lambda: len(held.waiting) == 1)
            policy = Policy(reconcile=False, max_resends=0, deadline=0.05)
            with pytest.raises(TransportError, match="too many requests were in flight"):
                await client.send(CANCEL, policy=policy)
            held.waiting[0][1].set_result(DONE)
            await first

    asyncio.run(run())
    assert len(held.waiting) == 1


class Interrupting:
    """A transport in which a signal strikes after the request was written."""

    def send(self, _: HttpRequest, /, *, timeout: float) -> HttpResponse:
        raise KeyboardInterrupt(timeout)

    def close(self) -> None:
        pass


def test_an_interrupt_carries_request_and_attempt_and_leaves_the_client_usable() -> None:
    with Client(KEY, transport=Interrupting(), max_in_flight=1) as client:
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt) as caught:
                client.send(CANCEL)
            doubt = InDoubt.of(caught.value)
            assert doubt is not None
            assert doubt.request == CANCEL.completed(recv_window=Decimal(5000))
            assert len(doubt.attempts) == 1


async def timed_out(sending: Coroutine[Any, Any, Any]) -> None:
    async with asyncio.timeout(0):
        await sending


async def waited_for(sending: Coroutine[Any, Any, Any]) -> None:
    await asyncio.wait_for(sending, 0.001)


async def struck(sending: Coroutine[Any, Any, Any]) -> None:
    asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGINT)
    await sending


async def in_a_group_that_fails(sending: Coroutine[Any, Any, Any]) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(fail())
        await sending


async def in_a_task_of_a_group(sending: Coroutine[Any, Any, Any]) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(timed_out(sending))


async def fail() -> None:
    raise ValueError


@pytest.mark.parametrize(
    ("interrupted", "kind"),
    [
        (timed_out, TimeoutError),
        (waited_for, TimeoutError),
        (struck, KeyboardInterrupt),
        (in_a_group_that_fails, ExceptionGroup),
        (in_a_task_of_a_group, ExceptionGroup),
    ],
)
def test_what_asyncio_raises_for_a_canceled_send_gives_request_and_attempt(
    interrupted: Callable[[Coroutine[Any, Any, Any]], Coroutine[Any, Any, None]],
    kind: type[BaseException],
) -> None:
    held = Held()

    async def run() -> None:
        async with AsyncClient(KEY, transport=held) as client:
            await interrupted(client.send(CANCEL))

    with pytest.raises(kind) as caught:
        asyncio.run(run())
    doubt = InDoubt.of(caught.value)
    assert len(held.waiting) == 1
    assert doubt is not None
    assert doubt.request == CANCEL.completed(recv_window=Decimal(5000))
    assert len(doubt.attempts) == 1


def test_an_unknown_outcome_carries_request_and_attempts_to_another_process() -> None:
    lost = HttpResponse(504, ())

    class Losing(Interrupting):
        def send(self, _: HttpRequest, /, *, timeout: float) -> HttpResponse:
            assert timeout <= 15
            return lost

    with Client(KEY, transport=Losing()) as client, pytest.raises(OutcomeUnknown) as caught:
        client.send(CANCEL, policy=AT_ONCE)
    again = InDoubt.from_json(caught.value.in_doubt.to_json())
    assert (again.request, again.attempts) == (caught.value.request, caught.value.attempts)


# What happens in the instant between queueing up and waiting.


def test_a_turn_that_comes_before_its_thread_waits_is_not_lost() -> None:
    held = Held()
    with Client(KEY, transport=held, max_in_flight=1) as client:
        driver: Any = client._driver  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        first, second = ThreadTicket(), ThreadTicket()
        turns: Turns = driver._turns  # noqa: SLF001
        turns.enter(first, is_urgent=False)
        turns.enter(second, is_urgent=False)
        turns.leave(first)
        until = driver._monotonic() + 10**9  # noqa: SLF001
        assert driver._await_turn(second, until) > 0  # noqa: SLF001


def test_a_thread_that_is_woken_twice_has_one_turn() -> None:
    ticket = ThreadTicket()
    ticket.came = threading.Lock()
    ticket.came.acquire()
    ticket.wake()
    ticket.wake()
    assert ticket.came.acquire(blocking=False)


def test_a_task_that_is_canceled_while_its_turn_comes_is_passed_over() -> None:
    async def run() -> None:
        ticket = TaskTicket()
        ticket.wake()
        ticket.came = asyncio.get_running_loop().create_future()
        ticket.came.cancel()
        ticket.wake()
        assert ticket.came.cancelled()

    asyncio.run(run())


def test_a_clock_that_raises_stop_iteration_leaves_the_outcome_unknown() -> None:
    class Ticks:
        are_over = False

        def __call__(self) -> int:
            if self.are_over:
                raise StopIteration
            return 0

        def send(self, message: HttpRequest, /, *, timeout: float) -> HttpResponse:
            del message, timeout
            self.are_over = True
            return HttpResponse(200, ())

        def close(self) -> None:
            pass

    ticks = Ticks()
    client = Client(KEY, transport=ticks, clocks=Clocks(monotonic=ticks))
    with client, pytest.raises(OutcomeUnknown) as caught:
        client.send(CANCEL)
    assert isinstance(caught.value.__cause__, StopIteration)
    assert len(caught.value.attempts) == 1
