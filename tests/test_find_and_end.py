"""Finding all order lists, and ending everything open on a symbol, with any client."""

import pickle
from typing import Any

import pytest
from attrs import evolve

from client_and_venue import START, client_and_venue, venue_with_lists
from orderlists import (
    CanceledOrder,
    CanceledOrderList,
    CancelOpenOrders,
    CancelOrder,
    CancelOrderList,
    GetAllOrderLists,
    GetOpenOrderLists,
    GetOrderList,
    InvalidRequest,
    NothingOpen,
    OutcomeUnknown,
    Policy,
    RateLimited,
    Rejected,
)
from orderlists.enums import CancelRestrictions, ListOrderStatus, OrderStatus
from orderlists_simulator import faults as f

COMBINATIONS = [(p, c) for p in ("REST", "WebSocket") for c in ("sync", "async")]
MILLISECOND = 1_000_000
DAY = 86_400_000
EVERYTHING = CancelOpenOrders(symbol="LTCBTC")
NOT_FINAL = "an order is not canceled, or an order list not over"


@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_all_order_lists_are_found_open_and_finished(protocol: str, colour: str) -> None:
    with client_and_venue(protocol, colour) as pair:
        pair.client.send(CancelOrderList(symbol="LTCBTC", order_list_id=0))
        found = pair.client.send(GetAllOrderLists(from_id=0))
        last = pair.client.send(GetAllOrderLists(from_id=1, limit=1))
        recent = pair.client.send(GetAllOrderLists(start_time=START // MILLISECOND))
    assert [each.order_list_id for each in found] == [0, 1]
    assert [each.list_order_status for each in found] == [
        ListOrderStatus.ALL_DONE,
        ListOrderStatus.EXECUTING,
    ]
    assert [each.order_list_id for each in last] == [1]
    assert [each.order_list_id for each in recent] == [0]


@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_a_result_has_its_reply_as_it_came(protocol: str, colour: str) -> None:
    with client_and_venue(protocol, colour) as pair:
        found = pair.client.send(GetAllOrderLists())
        ended = pair.client.send(CancelOrderList(symbol="LTCBTC", order_list_id=0))
    assert found[0].reply is found[1].reply
    for result in (found[0], ended):
        assert result.reply is not None
        assert result.reply.status == 200
        assert result.symbol.encode() in result.reply.body
        weight = result.reply.header("X-MBX-USED-WEIGHT-1M")
        assert weight == (None if protocol == "WebSocket" else "20")
        assert "weight" not in f"{result!r} {result.reply!r}".lower()
    assert ended.order_reports[0].reply is None


@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_a_refusal_has_its_reply_as_it_came(protocol: str, colour: str) -> None:
    with client_and_venue(protocol, colour) as pair, pytest.raises(Rejected) as caught:
        pair.client.send(GetOrderList(order_list_id=7))
    error = caught.value
    assert error.reply is not None
    assert error.reply.status == error.status == 400
    assert b"-2018" in error.reply.body
    weight = error.reply.header("X-MBX-USED-WEIGHT-1M")
    assert weight == (None if protocol == "WebSocket" else "4")
    assert error.message not in f"{error.reply!r}"
    assert pickle.loads(pickle.dumps(error)).reply == error.reply


@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_a_request_that_the_client_blocks_has_the_reply_that_blocked_it(
    protocol: str, colour: str
) -> None:
    replies: list[Any] = []
    at_once = Policy(wait_for_rate_limits=False)
    with client_and_venue(protocol, colour, faults=[f.rate_limited(retry_after=30)]) as pair:
        for _ in range(2):
            with pytest.raises(RateLimited) as caught:
                pair.client.send(GetOpenOrderLists(), policy=at_once)
            replies.append(caught.value.reply)
    assert len(pair.venue.log.entries) == 1
    assert replies[0].status == 429
    assert replies[1] == replies[0]


@pytest.mark.parametrize(
    ("facts", "field", "code"),
    [
        ({"from_id": -1}, "from_id", None),
        ({"from_id": 0, "end_time": 1}, "from_id", -1128),
        ({"start_time": 1, "end_time": 0}, "end_time", -1127),
        ({"start_time": 1, "end_time": DAY + 2}, "end_time", -1127),
        ({"start_time": 10**15, "end_time": 10**15 + DAY * 1000 + 1}, "end_time", -1127),
        ({"limit": 0}, "limit", -1100),
        ({"limit": 1001}, "limit", -1100),
        ({"limit": True}, "limit", -1100),
    ],
)
def test_a_page_that_breaks_a_rule_is_refused(
    facts: dict[str, Any], field: str, code: int | None
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        GetAllOrderLists(**facts)
    assert (caught.value.field, caught.value.code) == (field, code)


@pytest.mark.parametrize(
    "facts",
    [{}, {"start_time": 0, "end_time": DAY}, {"start_time": 10**15, "end_time": 10**15 + DAY}],
)
def test_a_page_within_the_rules_is_not_refused(facts: dict[str, Any]) -> None:
    assert len(GetAllOrderLists(**facts).parameters()) == len(facts)


@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_cancel_open_orders_ends_every_list_of_the_symbol(protocol: str, colour: str) -> None:
    with client_and_venue(protocol, colour) as pair:
        ended = pair.client.send(EVERYTHING)
        with pytest.raises(NothingOpen) as caught:
            pair.client.send(EVERYTHING)
    text = "nothing is open on the symbol: HTTP 400, code -2011: Unknown order sent."
    assert str(caught.value) == text
    assert [type(each) for each in ended] == [CanceledOrderList, CanceledOrderList]
    assert not any(each.is_open for each in pair.venue.lists)


def test_a_cancel_of_everything_that_a_proxy_sends_twice_may_find_nothing_open() -> None:
    with client_and_venue("REST", "sync", faults=[f.replayed(sees="last")]) as pair:
        with pytest.raises(NothingOpen):
            pair.client.send(EVERYTHING)
        assert not any(each.is_open for each in pair.venue.lists)


@pytest.mark.parametrize("is_executed", [True, False])
@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_a_lost_cancel_of_everything_is_unknown_with_what_is_open_and_never_sent_again(
    protocol: str, colour: str, *, is_executed: bool
) -> None:
    lost = (f.executed if is_executed else f.not_executed)(answer=f.DROPPED)
    with (
        client_and_venue(protocol, colour, faults=[lost]) as pair,
        pytest.raises(OutcomeUnknown) as caught,
    ):
        pair.client.send(EVERYTHING)
    assert caught.value.open_lists is not None
    assert len(caught.value.open_lists) == (0 if is_executed else 2)
    assert len(pair.cancels) == 1


def test_a_reply_about_another_symbol_is_no_result_of_a_cancel_of_everything() -> None:
    assert EVERYTHING.mismatch((single("CANCELED", "BNBBTC"),)) == "it is about another symbol"
    assert EVERYTHING.mismatch((single("CANCELED"),)) is None


def single(status: str, symbol: str = "LTCBTC") -> CanceledOrder:
    """Return a single order as the reply to a cancel shows it."""
    return CanceledOrder(
        symbol=symbol,
        order_id=1,
        order_list_id=-1,
        client_order_id="x",
        status=OrderStatus(status),
    )


def test_an_open_list_is_no_result_of_a_cancel_of_everything() -> None:
    with client_and_venue("REST", "sync") as pair:
        ended: Any = pair.client.send(EVERYTHING)[0]
    still_open = evolve(ended, list_order_status=ListOrderStatus.EXECUTING)
    assert EVERYTHING.mismatch((ended,)) is None
    assert EVERYTHING.mismatch((still_open,)) == NOT_FINAL


def test_an_open_order_or_no_order_at_all_is_no_result_of_a_cancel_of_everything() -> None:
    """An exchange where nothing is open refuses the request: an empty list answers a query."""
    assert EVERYTHING.mismatch((single("CANCELED"), single("NEW"))) == NOT_FINAL
    assert EVERYTHING.mismatch(()) == "it is about no order"


@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_a_restricted_cancel_is_refused_where_the_order_does_not_fit(
    protocol: str, colour: str
) -> None:
    traded = CancelRestrictions.ONLY_PARTIALLY_FILLED
    restricted = CancelOrder(symbol="LTCBTC", order_id=1, cancel_restrictions=traded)
    with client_and_venue(protocol, colour) as pair:
        with pytest.raises(Rejected, match="restrictions"):
            pair.client.send(restricted)
        assert len(pair.cancels) == 1
        new = CancelOrder(symbol="LTCBTC", order_id=1, cancel_restrictions="ONLY_NEW")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - as JSON has it
        assert isinstance(pair.client.send(new), CanceledOrderList)


def test_a_cancel_restriction_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"^cancel_restrictions=1: .* \(-1145\)$"):
        CancelOrder(symbol="LTCBTC", order_id=1, cancel_restrictions=1)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - no member


@pytest.mark.parametrize(("protocol", "colour"), COMBINATIONS)
def test_all_order_lists_come_page_by_page_by_id_and_by_time(protocol: str, colour: str) -> None:
    with client_and_venue(protocol, colour, venue=venue_with_lists(5)) as pair:
        pair.client.send(CancelOrderList(symbol="LTCBTC", order_list_id=3))
        by_id = list(pair.client.all_order_lists(page_size=2))
        from_two = list(pair.client.all_order_lists(from_id=2))
        recent = list(pair.client.all_order_lists(start_time=START // MILLISECOND))
        with pytest.raises(InvalidRequest):
            next(pair.client.all_order_lists(page_size=0))
    assert [each.order_list_id for each in by_id] == [0, 1, 2, 3, 4]
    assert [each.order_list_id for each in from_two] == [2, 3, 4]
    assert [each.order_list_id for each in recent] == [3]
