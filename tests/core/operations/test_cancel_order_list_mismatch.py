"""Which results match a cancel of an order list, as a table."""

from typing import Any

import pytest
from attrs import evolve

from orderlists import CancelOrderList
from orderlists.enums import ListOrderStatus, OrderStatus
from scripted import done

BY_ID = CancelOrderList(symbol="LTCBTC", order_list_id=0, new_client_order_id="mine")
BY_NAME = CancelOrderList(symbol="LTCBTC", list_client_order_id="stop", new_client_order_id="mine")
LEG = done(BY_ID).order_reports[0]


@pytest.mark.parametrize("request_", [BY_ID, BY_NAME], ids=["by id", "by name"])
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        ({"list_client_order_id": None}, None),
        ({"symbol": "ETHBTC"}, "it is about another symbol"),
        ({"list_order_status": ListOrderStatus("EXECUTING")}, "the order list is EXECUTING"),
        ({"order_reports": ()}, "no order was canceled under this request's"),
        (
            {"order_reports": (evolve(LEG, status=OrderStatus.EXPIRED),)},
            "no order was canceled under this request's",
        ),
        (
            {"order_reports": (LEG, evolve(LEG, client_order_id="theirs"))},
            "an order was canceled under another id",
        ),
        (
            {"order_reports": (LEG, evolve(LEG, status=OrderStatus.FILLED, client_order_id="a"))},
            None,
        ),
    ],
    ids=str,
)
def test_a_result_matches_only_if_list_status_and_cancel_id_match(
    request_: CancelOrderList, changes: dict[str, Any], why: str | None
) -> None:
    found = request_.mismatch(evolve(done(request_), **changes))
    assert found is None if why is None else str(found).startswith(why)


def test_a_result_about_another_id_or_name_does_not_match() -> None:
    other = evolve(done(BY_ID), order_list_id=8, list_client_order_id="other")
    assert BY_ID.mismatch(other) == "it is about another order list"
    assert BY_NAME.mismatch(other) == "it is about an order list with another client id"


def test_a_cancel_without_an_id_of_its_own_matches_any_cancel_id() -> None:
    nameless = CancelOrderList(symbol="LTCBTC", order_list_id=0)
    assert nameless.mismatch(done(BY_ID)) is None
