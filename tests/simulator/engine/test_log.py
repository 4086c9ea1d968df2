import asyncio
from collections.abc import Callable
from threading import Thread

import pytest

from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator import (
    Fault,
    LogEntry,
    Plan,
    Venue,
    VenueTransport,
    VirtualClock,
    example_venue,
)
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
from placement_parameters import OCO

SendWithPlan = Callable[[Plan], Callable[[HttpRequest], HttpResponse | str]]
Written = Callable[..., HttpRequest]

LIST = "/api/v3/orderList"


def test_an_entry_has_the_request_and_its_execution(
    send_with_plan: SendWithPlan, written: Written, venue: Venue, virtual: VirtualClock
) -> None:
    arrived = virtual.now()
    send_with_plan(Plan())(
        written("DELETE", LIST, symbol="LTCBTC", orderListId=0, newClientOrderId="x")
    )

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
    assert entry.fault == NORMAL
    assert entry.answered == 200
    (attempt,) = entry.executions
    assert (attempt.at, attempt.code, attempt.order_list_id) == (arrived, None, 0)
    assert attempt.is_done
    assert b'"clientOrderId":"x"' in attempt.response.body


def test_a_refused_execution_has_its_error_code(
    send_with_plan: SendWithPlan, written: Written, venue: Venue
) -> None:
    send_with_plan(Plan())(written("DELETE", LIST, symbol="LTCBTC", orderListId=7))

    (entry,) = venue.log.entries
    assert entry.answered == 400
    assert [(each.code, each.order_list_id) for each in entry.executions] == [(-2011, None)]
    assert not entry.executions[0].is_done


@pytest.mark.parametrize(("name", "lists"), [("mine", [1]), (None, [1, 2])])
def test_a_placement_that_was_duplicated_is_placed_once_only_with_a_client_id(
    send_with_plan: SendWithPlan,
    written: Written,
    venue: Venue,
    name: str | None,
    lists: list[int],
) -> None:
    send = send_with_plan(Plan([Fault(executed_after=(0, 0))]))

    send(written("POST", f"{LIST}/oco", **OCO, listClientOrderId=name))

    (entry,) = venue.log.entries
    assert (entry.is_placement, entry.is_cancel, len(entry.executions)) == (True, False, 2)
    assert [each.order_list_id for each in venue.log.done("place")] == lists
    assert venue.log.done("cancel") == ()


def test_a_placement_whose_reply_was_lost_is_done_in_the_log(
    send_with_plan: SendWithPlan, written: Written, venue: Venue
) -> None:
    plan = Plan([executed(answer=DROPPED), not_executed(answer=DROPPED)])
    send = send_with_plan(plan)

    for name in ("lost", "never"):
        send(written("POST", f"{LIST}/oco", **OCO, listClientOrderId=name))

    (placed,) = venue.log.done("place")
    assert placed.order_list_id is not None
    assert venue.order_list(placed.order_list_id).list_client_order_id == "lost"


def test_an_entry_has_the_end_of_the_connection(
    send_with_plan: SendWithPlan, written: Written, venue: Venue
) -> None:
    faults = [
        CONNECTION_REFUSED,
        executed(answer=DROPPED),
        not_executed(answer=RESET),
        executed(answer=truncated(noticed=True)),
        executed(answer=truncated()),
        not_executed(answer=bare(502)),
    ]
    send = send_with_plan(Plan(faults))
    for _ in faults:
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
    assert [len(entry.executions) for entry in entries] == [0, 1, 0, 1, 1, 0]
    assert [entry.fault for entry in entries] == faults


def test_a_request_that_timed_out_is_logged_as_timed_out(
    venue: Venue, virtual: VirtualClock
) -> None:
    transport = VenueTransport(venue, clock=virtual, plan=Plan([delayed(3)]))

    async def query() -> None:
        task = asyncio.ensure_future(
            transport.asend(HttpRequest("GET", "/api/v3/time", ()), timeout=2.0)
        )
        await asyncio.wait([task])
        assert task.exception() is not None

    asyncio.run(query())

    assert venue.log.entries[0].answered == "timed out"


def test_a_late_execution_is_added_when_it_happens(
    send_with_plan: SendWithPlan, written: Written, venue: Venue
) -> None:
    send_with_plan(Plan([executed_late(1)]))(
        written("DELETE", LIST, symbol="LTCBTC", orderListId=0)
    )

    before = venue.log.entries
    venue.finish()

    assert (len(before[0].executions), len(venue.log.entries[0].executions)) == (0, 1)
    assert before[0].answered == "dropped"


def test_a_listener_that_stops_itself_gets_no_more_entries_and_hides_none_from_the_next(
    venue: Venue,
) -> None:
    transport, once, always = VenueTransport(venue), list[str](), list[str]()

    def listen_once(entry: LogEntry) -> None:
        stop()
        once.append(entry.path)

    stop = venue.log.listen(listen_once)
    venue.log.listen(lambda entry: always.append(entry.path))
    paths = ["/api/v3/ping", "/api/v3/time"]
    for path in paths:
        transport.send(HttpRequest("GET", path, ()), timeout=1.0)

    assert once == paths[:1]
    assert always == paths


def test_an_entry_has_the_parameters_of_the_form(venue: Venue) -> None:
    headers = (("Content-Type", "application/x-www-form-urlencoded"),)
    request = HttpRequest("DELETE", f"{LIST}?a=1", headers, b"b=&signature=0")

    VenueTransport(venue).send(request, timeout=1.0)

    assert venue.log.entries[0].parameters == (("a", "1"), ("b", ""))


def test_requests_of_many_threads_are_all_logged() -> None:
    venue = example_venue(now=0)
    transport = VenueTransport(venue, plan=Plan(lambda number, _: delayed(0) if number else NORMAL))

    def query() -> None:
        for _ in range(50):
            transport.send(HttpRequest("GET", "/api/v3/time", ()), timeout=1.0)

    threads = [Thread(target=query) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    entries = venue.log.entries
    assert [entry.number for entry in entries] == list(range(400))
    assert all(len(entry.executions) == 1 and entry.answered == 200 for entry in entries)
