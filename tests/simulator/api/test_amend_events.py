"""User data events of amended orders."""

from collections.abc import Callable
from typing import Any

from orderlists_simulator import Venue
from venue_clients import Listener

NOW = 1_688_005_070_874_123_456
Listen = Callable[..., Listener]


def events_of(listener: Listener) -> list[Any]:
    return [each["event"] for each in listener.received() if "event" in each]


def test_an_amended_leg_is_reported_as_replaced_and_its_list_as_updated(
    venue: Venue, listener: Listener
) -> None:
    stop, limit = venue.order_list(0).orders

    venue.amending.amend(
        symbol="LTCBTC", order_id=3, new_quantity=4, new_client_order_id="mine", now=NOW
    )

    *reports, status = events_of(listener)
    shown = [(e["i"], e["x"], e["X"], e["q"], e["c"], e["C"]) for e in reports]
    assert shown == [
        (2, "REPLACED", "NEW", "4.00000000", stop.client_order_id, stop.client_order_id),
        (3, "REPLACED", "NEW", "4.00000000", "mine", limit.client_order_id),
    ]
    (amendment,) = venue.order_list(0).orders[1].amendments
    assert reports[1]["I"] == amendment.execution_id != reports[0]["I"]
    assert (status["l"], status["L"]) == ("UPDATED", "EXECUTING")
    assert [each["c"] for each in status["O"]] == [stop.client_order_id, "mine"]


def test_an_amendment_that_keeps_the_client_id_has_no_list_status(
    venue: Venue, listener: Listener
) -> None:
    name = venue.order_list(0).orders[1].client_order_id

    venue.amending.amend(
        symbol="LTCBTC", order_id=3, new_quantity=4, new_client_order_id=name, now=NOW
    )

    assert [each["x"] for each in events_of(listener)] == ["REPLACED", "REPLACED"]
