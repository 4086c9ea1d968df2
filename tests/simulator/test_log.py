import asyncio
from collections.abc import Callable
from threading import Thread

from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator import Plan, Venue, VenueTransport, VirtualClock, example_venue
from orderlists_simulator.faults import (
    CONNECTION_REFUSED,
    DROPPED,
    NORMAL,
    RESET,
    bare,
    delayed,
    executed,
    executed_late,
    not_executed,
    truncated,
)

Follow = Callable[[Plan], Callable[[HttpRequest], HttpResponse | str]]
Written = Callable[..., HttpRequest]

LIST = "/api/v3/orderList"


def test_an_entry_tells_what_was_asked_and_what_was_done(
    follow: Follow, written: Written, venue: Venue, virtual: VirtualClock
) -> None:
    arrived = virtual.now()
    follow(Plan())(written("DELETE", LIST, symbol="LTCBTC", orderListId=0, newClientOrderId="x"))

    (entry,) = venue.log.entries
    assert (entry.number, entry.arrived) == (0, arrived)
    assert (entry.method, entry.path) == ("DELETE", LIST)
    assert entry.parameters == (
        ("timestamp", "1688005070874"),
        ("symbol", "LTCBTC"),
        ("orderListId", "0"),
        ("newClientOrderId", "x"),
    )
    assert (entry.parameter("newClientOrderId"), entry.parameter("signature")) == ("x", None)
    assert entry.fate == NORMAL
    assert entry.answered == 200
    (attempt,) = entry.attempts
    assert (attempt.at, attempt.code, attempt.order_list_id) == (arrived, None, 0)
    assert attempt.is_done
    assert b'"clientOrderId":"x"' in attempt.response.body


def test_a_refusal_has_its_code(follow: Follow, written: Written, venue: Venue) -> None:
    follow(Plan())(written("DELETE", LIST, symbol="LTCBTC", orderListId=7))

    (entry,) = venue.log.entries
    assert entry.answered == 400
    assert [(each.code, each.order_list_id) for each in entry.attempts] == [(-2011, None)]
    assert not entry.attempts[0].is_done


def test_an_entry_tells_how_the_connection_ended(
    follow: Follow, written: Written, venue: Venue
) -> None:
    fates = [
        CONNECTION_REFUSED,
        executed(then=DROPPED),
        not_executed(then=RESET),
        executed(then=truncated(noticed=True)),
        executed(then=truncated()),
        not_executed(then=bare(502)),
    ]
    send = follow(Plan(fates))
    for _ in fates:
        send(written("GET", LIST, orderListId=0))

    entries = venue.log.entries
    assert [entry.answered for entry in entries] == [
        "refused",
        "dropped",
        "reset",
        "cut short",
        200,
        502,
    ]
    assert [len(entry.attempts) for entry in entries] == [0, 1, 0, 1, 1, 0]
    assert [entry.fate for entry in entries] == fates


def test_a_client_that_did_not_wait_got_nothing(venue: Venue, virtual: VirtualClock) -> None:
    transport = VenueTransport(
        venue, now=virtual.now, plan=Plan([delayed(3)]), asleep=virtual.asleep
    )

    async def ask() -> None:
        task = asyncio.ensure_future(
            transport.asend(HttpRequest("GET", "/api/v3/time", ()), timeout=2.0)
        )
        await asyncio.wait([task])
        assert task.exception() is not None

    asyncio.run(ask())

    assert venue.log.entries[0].answered == "timed out"


def test_a_later_attempt_is_added_when_it_happens(
    follow: Follow, written: Written, venue: Venue
) -> None:
    follow(Plan([executed_late(1)]))(written("DELETE", LIST, symbol="LTCBTC", orderListId=0))

    before = venue.log.entries
    venue.finish()

    assert (len(before[0].attempts), len(venue.log.entries[0].attempts)) == (0, 1)
    assert before[0].answered == "dropped"


def test_parameters_of_a_form_are_told_too(venue: Venue) -> None:
    headers = (("Content-Type", "application/x-www-form-urlencoded"),)
    request = HttpRequest("DELETE", f"{LIST}?a=1", headers, b"b=&signature=0")

    VenueTransport(venue).send(request, timeout=1.0)

    assert venue.log.entries[0].parameters == (("a", "1"), ("b", ""))


def test_many_threads_lose_nothing() -> None:
    venue = example_venue(now=0)
    transport = VenueTransport(venue, plan=Plan(lambda number, _: delayed(0) if number else NORMAL))

    def ask() -> None:
        for _ in range(50):
            transport.send(HttpRequest("GET", "/api/v3/time", ()), timeout=1.0)

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    entries = venue.log.entries
    assert [entry.number for entry in entries] == list(range(400))
    assert all(len(entry.attempts) == 1 and entry.answered == 200 for entry in entries)
