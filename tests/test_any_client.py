"""What a user does with a client, whichever client it is.

Nothing below `any_client` knows how requests travel, nor which colour the client has.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import product
from typing import Any

import pytest

from cells import START, Meeting, meet
from clients import CLIENTS, PROTOCOLS
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

Meet = Callable[..., AbstractContextManager[Meeting]]

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)
BY_NAME = CancelOrderList(symbol="LTCBTC", list_client_order_id="list-0")


@pytest.fixture(params=product(PROTOCOLS, CLIENTS), ids=" ".join)
def any_client(request: pytest.FixtureRequest) -> Meet:
    protocol, colour = request.param

    def open_client(**settings: Any) -> AbstractContextManager[Meeting]:
        return meet(protocol, colour, **settings)

    return open_client


def cancel_and_tell(client: Any, request: CancelOrderList) -> str:
    """Do what a user's function does: cancel, and say what happened."""
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
def test_a_list_is_canceled_once(any_client: Meet, request_: CancelOrderList) -> None:
    with any_client() as meeting:
        first = cancel_and_tell(meeting.client, request_)
        second = cancel_and_tell(meeting.client, CANCEL)

    assert (first, second) == ("ALL_DONE, known by REPLY", "was over: CANCELED")
    assert meeting.venue.order_list(0).canceled_by is not None
    assert meeting.venue.order_list(1).canceled_by is None


def test_the_result_is_the_same_value_whatever_carried_it(any_client: Meet) -> None:
    with any_client() as meeting:
        done = meeting.client.send(
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
def test_a_cancel_whose_reply_was_lost_is_settled(
    any_client: Meet, request_: CancelOrderList, answer: f.Answer
) -> None:
    with any_client(fates=[f.executed(answer=answer)]) as meeting:
        told = cancel_and_tell(meeting.client, request_)

    assert told == "ALL_DONE, known by QUERY"


def test_a_cancel_that_never_arrived_is_sent_again(any_client: Meet) -> None:
    with any_client(fates=[f.CONNECTION_REFUSED]) as meeting:
        told = cancel_and_tell(meeting.client, CANCEL)

    assert told == "ALL_DONE, known by REPLY"
    assert [len(entry.executions) for entry in meeting.cancels] == [0, 1]


def test_without_settling_a_lost_reply_is_unknown_and_can_be_settled_later(
    any_client: Meet,
) -> None:
    with any_client(fates=[f.executed(answer=f.DROPPED)]) as meeting:
        with pytest.raises(OutcomeUnknown) as caught:
            meeting.client.send(CANCEL, policy=Policy(reconcile=False))
        done = meeting.client.reconcile(caught.value.request, attempts=caught.value.attempts)

    assert done.evidence is Evidence.QUERY


def test_queries_answer(any_client: Meet) -> None:
    with any_client() as meeting:
        found = meeting.client.send(GetOrderList(list_client_order_id="list-1"))
        order = meeting.client.send(GetOrder(symbol="LTCBTC", order_id=2))
        time = meeting.client.send(GetServerTime())

    assert (found.order_list_id, order.order_list_id) == (1, 1)
    assert time.server_time.microseconds == START // 1000


def test_a_list_that_never_was_is_unknown_to_the_exchange(any_client: Meet) -> None:
    with any_client() as meeting, pytest.raises(UnknownOrderList):
        meeting.client.send(CancelOrderList(symbol="LTCBTC", order_list_id=7))


def test_a_filled_list_was_over(any_client: Meet) -> None:
    with any_client(events=[(0, f.Fill(0, 1))]) as meeting, pytest.raises(AlreadyDone) as caught:
        meeting.client.send(CANCEL)

    assert caught.value.ending is Ending.FILLED


def test_a_key_that_is_not_known_is_refused(any_client: Meet) -> None:
    stranger = HmacKey(api_key="s" * 64, secret="unknown")
    with any_client(key=stranger) as meeting, pytest.raises(Unauthorized) as caught:
        meeting.client.send(CANCEL)

    assert "unknown" not in str(caught.value)


def test_a_wrong_clock_is_measured_and_the_request_sent_once_more(any_client: Meet) -> None:
    with any_client(skew=-3600 * 10**9) as meeting:
        told = cancel_and_tell(meeting.client, CANCEL)

    assert told == "ALL_DONE, known by REPLY"
    assert len(meeting.cancels) == 2


def test_a_clock_that_cannot_be_set_right_is_an_error(any_client: Meet) -> None:
    late = f.not_executed(answer=f.json_error(-1021, status=400))
    with any_client(fates=[late] * 9) as meeting, pytest.raises(BadTimestamp):
        meeting.client.send(GetOrderList(order_list_id=0), policy=Policy(max_resends=0))


def test_a_limit_is_waited_out(any_client: Meet) -> None:
    with any_client(fates=[f.rate_limited(retry_after=7)]) as meeting:
        told = cancel_and_tell(meeting.client, CANCEL)

    assert told == "ALL_DONE, known by REPLY"
    assert meeting.clock.now() >= START + 7 * 10**9


def test_nothing_is_sent_while_the_exchange_wants_to_be_left_alone(any_client: Meet) -> None:
    at_once = Policy(wait_for_rate_limits=False)
    with any_client(fates=[f.rate_limited(retry_after=7)]) as meeting:
        for _ in range(3):
            with pytest.raises(RateLimited):
                meeting.client.send(CANCEL, policy=at_once)

    assert len(meeting.cancels) == 1


def test_the_limits_are_known_from_the_replies(any_client: Meet) -> None:
    with any_client() as meeting:
        meeting.client.send(GetOrderList(order_list_id=0))
        limits = {
            limit.limiter: limit for limit in meeting.client.rate_limits() if limit.seconds == 60
        }

    assert limits[RateLimitType.REQUEST_WEIGHT].used >= 4
    assert limits[RateLimitType.REQUEST_WEIGHT].limit == 6000


def test_what_is_no_request_is_refused_before_anything_is_sent(any_client: Meet) -> None:
    with any_client() as meeting, pytest.raises(InvalidRequest):
        meeting.client.send("cancel 0")  # type: ignore[arg-type]

    assert meeting.venue.log.entries == ()


def test_a_closed_client_sends_nothing(any_client: Meet) -> None:
    with any_client() as meeting:
        meeting.client.close()
        with pytest.raises(TransportError) as caught:
            meeting.client.send(CANCEL)

    assert caught.value.sent is False
    assert meeting.venue.log.entries == ()


def test_a_client_says_whether_it_is_closed(any_client: Meet) -> None:
    with any_client() as meeting:
        client = getattr(meeting.client, "inner", meeting.client)
        assert repr(client).endswith(" as 'vmPU...Eh8A', open>")
        meeting.client.close()
        assert repr(client).endswith(" as 'vmPU...Eh8A', closed>")


class Closing:
    """Closes a client when it is time, but not its connections: no event loop runs just now."""

    def __init__(self) -> None:
        self.client: Any = None

    def __call__(self, _venue: Venue, _now: int, /) -> None:
        getattr(self.client, "inner", self.client)._closed = True  # noqa: SLF001


def test_a_client_that_is_closed_while_it_settles_says_so_at_once(any_client: Meet) -> None:
    closing = Closing()
    fates = [f.executed(answer=f.DROPPED)] * 9
    with any_client(fates=fates, events=[(0.05, closing)]) as meeting:
        closing.client = meeting.client
        with pytest.raises(OutcomeUnknown):
            meeting.client.send(CANCEL)

    assert meeting.clock.now() < START + 5 * 10**9


def test_a_closed_client_does_not_wait_for_a_limit_to_pass(any_client: Meet) -> None:
    closing = Closing()
    fates = [f.rate_limited(retry_after=30)]
    with any_client(fates=fates, events=[(0, closing)]) as meeting:
        closing.client = meeting.client
        with pytest.raises(RateLimited):
            meeting.client.send(CANCEL)

    assert meeting.clock.now() < START + 5 * 10**9


def test_a_transport_that_cannot_do_it_is_refused(any_client: Meet) -> None:
    with pytest.raises(InvalidSetting, match="transport"), any_client(transport=object()):
        pass
