"""Clients over each protocol and format and in each colour, from a user's point of view.

Only `any_client` depends on the protocol, the format and the colour.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import product
from typing import Any

import pytest

from client_and_venue import START, ClientAndVenue, client_and_venue
from clients import CLIENTS, FORMATS, PROTOCOLS
from orderlists import (
    AlreadyDone,
    BadTimestamp,
    CanceledOrderList,
    CancelOrderList,
    Ending,
    Evidence,
    GetOrder,
    GetOrderList,
    GetServerTime,
    HmacKey,
    InvalidRequest,
    InvalidSetting,
    OutcomeUnknown,
    Policy,
    RateLimited,
    Rejected,
    TransportError,
    Unauthorized,
    UnknownOrderList,
)
from orderlists._rate_limits import RateLimitType
from orderlists_simulator import Venue
from orderlists_simulator import faults as f

OpenClient = Callable[..., AbstractContextManager[ClientAndVenue]]

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)
BY_NAME = CancelOrderList(symbol="LTCBTC", list_client_order_id="list-0")


@pytest.fixture(params=product(PROTOCOLS, FORMATS, CLIENTS), ids=" ".join)
def any_client(request: pytest.FixtureRequest) -> OpenClient:
    protocol, format_name, colour = request.param

    def open_client(**settings: Any) -> AbstractContextManager[ClientAndVenue]:
        return client_and_venue(protocol, colour, format_name, **settings)

    return open_client


def cancel_and_report(client: Any, request: CancelOrderList) -> str:
    """Cancel, as a user's function would, and return the outcome as text."""
    try:
        done = client.send(request)
    except AlreadyDone as error:
        return f"was over: {error.ending.value}"
    except Rejected as error:
        return f"refused: {error.code}"
    except OutcomeUnknown:
        return "unknown"
    return f"{done.list_order_status}, known by {done.evidence.value}"


@pytest.mark.parametrize("request_", [CANCEL, BY_NAME], ids=["by id", "by name"])
def test_a_list_is_canceled_once_and_then_already_done(
    any_client: OpenClient, request_: CancelOrderList
) -> None:
    with any_client() as pair:
        first = cancel_and_report(pair.client, request_)
        second = cancel_and_report(pair.client, CANCEL)

    assert (first, second) == ("ALL_DONE, known by REPLY", "was over: CANCELED")
    assert pair.venue.order_list(0).canceled_by is not None
    assert pair.venue.order_list(1).canceled_by is None


def test_the_result_is_equal_for_every_protocol_and_client(any_client: OpenClient) -> None:
    with any_client() as pair:
        done = pair.client.send(
            CancelOrderList(symbol="LTCBTC", order_list_id=0, new_client_order_id="mine")
        )

    assert isinstance(done, CanceledOrderList)
    assert (done.order_list_id, done.list_client_order_id) == (0, "list-0")
    assert [report.client_order_id for report in done.order_reports] == ["mine", "mine"]
    assert done.transaction_time.microseconds == START // 1000
    assert done.unknown_fields == {}


@pytest.mark.parametrize(
    "answer",
    [f.DROPPED, f.RESET, f.SILENT, f.bare(503), f.truncated(), f.html(502)],
    ids=str,
)
@pytest.mark.parametrize("request_", [CANCEL, BY_NAME], ids=["by id", "by name"])
def test_a_cancel_whose_reply_was_lost_is_reconciled(
    any_client: OpenClient, request_: CancelOrderList, answer: f.Answer
) -> None:
    with any_client(faults=[f.executed(answer=answer)]) as pair:
        outcome = cancel_and_report(pair.client, request_)

    assert outcome == "ALL_DONE, known by QUERY"


def test_a_cancel_that_was_not_sent_is_retried(any_client: OpenClient) -> None:
    with any_client(faults=[f.CONNECTION_REFUSED]) as pair:
        outcome = cancel_and_report(pair.client, CANCEL)

    assert outcome == "ALL_DONE, known by REPLY"
    assert [len(entry.executions) for entry in pair.cancels] == [0, 1]


def test_without_reconcile_a_lost_reply_is_unknown_and_can_be_reconciled_later(
    any_client: OpenClient,
) -> None:
    with any_client(faults=[f.executed(answer=f.DROPPED)]) as pair:
        with pytest.raises(OutcomeUnknown) as caught:
            pair.client.send(CANCEL, policy=Policy(reconcile=False))
        done = pair.client.reconcile(caught.value.request, attempts=caught.value.attempts)

    assert done.evidence is Evidence.QUERY


def test_queries_return_lists_orders_and_the_server_time(any_client: OpenClient) -> None:
    with any_client() as pair:
        found = pair.client.send(GetOrderList(list_client_order_id="list-1"))
        order = pair.client.send(GetOrder(symbol="LTCBTC", order_id=2))
        time = pair.client.send(GetServerTime())

    assert (found.order_list_id, order.order_list_id) == (1, 1)
    assert time.server_time.microseconds == START // 1000


def test_a_list_that_never_existed_is_an_unknown_order_list(any_client: OpenClient) -> None:
    with any_client() as pair, pytest.raises(UnknownOrderList):
        pair.client.send(CancelOrderList(symbol="LTCBTC", order_list_id=7))


def test_a_filled_list_is_already_done(any_client: OpenClient) -> None:
    with any_client(events=[(0, f.Fill(0, 1))]) as pair, pytest.raises(AlreadyDone) as caught:
        pair.client.send(CANCEL)

    assert caught.value.ending is Ending.FILLED


def test_an_unknown_key_is_unauthorized(any_client: OpenClient) -> None:
    stranger = HmacKey(api_key="s" * 64, secret="unknown")
    with any_client(key=stranger) as pair, pytest.raises(Unauthorized) as caught:
        pair.client.send(CANCEL)

    assert "unknown" not in str(caught.value)


def test_a_refused_timestamp_resyncs_the_clock_and_resends_once(any_client: OpenClient) -> None:
    with any_client(skew=-3600 * 10**9) as pair:
        outcome = cancel_and_report(pair.client, CANCEL)

    assert outcome == "ALL_DONE, known by REPLY"
    assert len(pair.cancels) == 2


def test_a_timestamp_that_is_refused_after_a_clock_resync_is_raised(any_client: OpenClient) -> None:
    late = f.not_executed(answer=f.json_error(-1021, status=400))
    with any_client(faults=[late] * 9) as pair, pytest.raises(BadTimestamp):
        pair.client.send(GetOrderList(order_list_id=0), policy=Policy(max_resends=0))


def test_a_429_is_retried_after_retry_after(any_client: OpenClient) -> None:
    with any_client(faults=[f.rate_limited(retry_after=7)]) as pair:
        outcome = cancel_and_report(pair.client, CANCEL)

    assert outcome == "ALL_DONE, known by REPLY"
    assert pair.clock.now() >= START + 7 * 10**9


def test_nothing_is_sent_before_retry_after_has_elapsed(any_client: OpenClient) -> None:
    at_once = Policy(wait_for_rate_limits=False)
    with any_client(faults=[f.rate_limited(retry_after=7)]) as pair:
        for _ in range(3):
            with pytest.raises(RateLimited):
                pair.client.send(CANCEL, policy=at_once)

    assert len(pair.cancels) == 1


def test_rate_limits_are_read_from_replies(any_client: OpenClient) -> None:
    with any_client() as pair:
        pair.client.send(GetOrderList(order_list_id=0))
        limits = {
            limit.limiter: limit for limit in pair.client.rate_limits() if limit.seconds == 60
        }

    assert limits[RateLimitType.REQUEST_WEIGHT].used >= 4
    assert limits[RateLimitType.REQUEST_WEIGHT].limit == 6000


def test_a_value_that_is_not_a_request_is_rejected_before_anything_is_sent(
    any_client: OpenClient,
) -> None:
    with any_client() as pair, pytest.raises(InvalidRequest):
        pair.client.send("cancel 0")  # type: ignore[arg-type]

    assert pair.venue.log.entries == ()


def test_a_closed_client_sends_nothing(any_client: OpenClient) -> None:
    with any_client() as pair:
        pair.client.close()
        with pytest.raises(TransportError) as caught:
            pair.client.send(CANCEL)

    assert caught.value.sent is False
    assert pair.venue.log.entries == ()


def test_the_repr_of_a_client_says_whether_it_is_closed(any_client: OpenClient) -> None:
    with any_client() as pair:
        client = getattr(pair.client, "inner", pair.client)
        assert repr(client).endswith(" as 'vmPU...Eh8A', open>")
        pair.client.close()
        assert repr(client).endswith(" as 'vmPU...Eh8A', closed>")


class Closing:
    """Marks a client as closed at a given time; its connections stay open."""

    def __init__(self) -> None:
        self.client: Any = None

    def __call__(self, _venue: Venue, _now: int, /) -> None:
        getattr(self.client, "inner", self.client)._closed = True  # noqa: SLF001


def test_closing_the_client_while_reconciling_raises_outcome_unknown_at_once(
    any_client: OpenClient,
) -> None:
    closing = Closing()
    faults = [f.executed(answer=f.DROPPED)] * 9
    with any_client(faults=faults, events=[(0.05, closing)]) as pair:
        closing.client = pair.client
        with pytest.raises(OutcomeUnknown):
            pair.client.send(CANCEL)

    assert pair.clock.now() < START + 5 * 10**9


def test_closing_the_client_ends_the_wait_for_retry_after(any_client: OpenClient) -> None:
    closing = Closing()
    faults = [f.rate_limited(retry_after=30)]
    with any_client(faults=faults, events=[(0, closing)]) as pair:
        closing.client = pair.client
        with pytest.raises(RateLimited):
            pair.client.send(CANCEL)

    assert pair.clock.now() < START + 5 * 10**9


def test_a_transport_without_the_required_methods_is_rejected(any_client: OpenClient) -> None:
    with pytest.raises(InvalidSetting, match="transport"), any_client(transport=object()):
        pass
