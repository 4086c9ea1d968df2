"""The result of a cancel that a query or an event proves."""

import json
from typing import Any

from orderlists import CanceledOrderList, Evidence, Json, ListStatus, OrderList, TimeUnit
from orderlists._models.proof import canceled
from orderlists._models.reported import listed
from orderlists.extending import One
from replies import http_reply

MS = TimeUnit.MILLISECOND


def test_unknown_and_malformed_fields_of_a_query_are_in_the_result(seed_reply: bytes) -> None:
    sent = json.loads(seed_reply) | {"listClientOrderId": 5, "new": 1}
    found = Json().decode(http_reply(json.dumps(sent)), One(OrderList), MS)
    result = canceled(found, Evidence.QUERY)
    assert isinstance(result, CanceledOrderList)
    assert result.evidence is Evidence.QUERY
    assert (result.unknown_fields, result.malformed_fields) == (
        {"new": 1},
        {"listClientOrderId": 5},
    )
    assert (result.order_list_id, result.orders) == (found.order_list_id, found.orders)


def test_malformed_fields_of_an_event_are_not_in_the_result(
    vectors: dict[str, Any],
) -> None:
    (sample,) = (one for one in vectors["events"] if one["event"]["e"] == "listStatus")
    event = Json().decode_frame(json.dumps(sample), MS)
    assert isinstance(event, ListStatus)
    result = canceled(listed(event, ()), Evidence.EVENT)
    assert (result.unknown_fields, result.malformed_fields) == ({}, {})
    assert result.order_list_id == event.order_list_id
    assert [each.order_id for each in result.orders] == [each.order_id for each in event.orders]
