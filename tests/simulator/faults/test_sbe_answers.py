"""Answers to requests for SBE over REST: in process and over HTTP."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from orderlists import InvalidSetting
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator import Behaviour, Plan, RestServerProtocol, Venue
from orderlists_simulator.faults import (
    Answer,
    CannedResponse,
    bare,
    executed,
    html,
    json_error,
    non_representable,
    not_executed,
    rate_limited,
    truncated,
    unknown_enum,
    unknown_template,
)
from sbe_frames import template_of
from venue_clients import answer, canceled_by

SBE = "application/sbe"
NOW = 1_688_005_070_874_123_456
NO_ERROR = CannedResponse(status=502, body=b'"no object"')
SendWithPlan = Callable[[Plan], Callable[[HttpRequest], Any]]


@pytest.fixture
def cancel(written: Callable[..., HttpRequest]) -> HttpRequest:
    return written(
        "DELETE",
        "/api/v3/orderList",
        headers=(("Accept", SBE), ("X-MBX-SBE", "3:5")),
        symbol="LTCBTC",
        orderListId=0,
        newClientOrderId="mine",
    )


@pytest.fixture
def give(send_with_plan: SendWithPlan, cancel: HttpRequest) -> Callable[[Any], HttpResponse]:
    """Cancel list 0 by a fault, and return the response."""
    return lambda fault: answer(send_with_plan(Plan([fault]))(cancel))


def test_the_first_part_of_a_message_is_received(
    give: Callable[[Any], HttpResponse],
    cancel: HttpRequest,
    venue: Venue,
    documented: Callable[[Behaviour], Venue],
) -> None:
    whole = RestServerProtocol(documented(Behaviour())).respond(cancel, now=NOW).body

    response = give(executed(answer=truncated(kept=0.5)))

    assert response.header("Content-Type") == SBE
    assert response.body == whole[: len(whole) // 2]
    assert canceled_by(venue) == "mine"


def test_an_error_of_the_exchange_is_a_message(give: Callable[[Any], HttpResponse]) -> None:
    response = give(not_executed(answer=json_error(-1007)))

    assert (response.status, response.header("Content-Type")) == (500, SBE)
    assert template_of(response.body) == 100


def test_a_rate_limit_keeps_its_headers(give: Callable[[Any], HttpResponse]) -> None:
    response = give(rate_limited(retry_after=3))

    assert (response.status, response.header("Retry-After")) == (429, "3")
    assert template_of(response.body) == 100


@pytest.mark.parametrize("given", [bare(504), html(502), truncated(), NO_ERROR], ids=repr)
def test_what_is_no_reply_of_the_exchange_stays_as_it_is(
    give: Callable[[Any], HttpResponse], given: Answer
) -> None:
    assert give(not_executed(answer=given)).header("Content-Type") != SBE


@pytest.mark.parametrize(
    ("given", "template"), [(non_representable(), 999), (unknown_template(7777), 7777)], ids=repr
)
def test_an_executed_cancel_is_answered_by_another_template(
    give: Callable[[Any], HttpResponse], venue: Venue, given: Answer, template: int
) -> None:
    response = give(executed(answer=given))

    assert (response.status, template_of(response.body)) == (200, template)
    assert canceled_by(venue) == "mine"


def test_an_executed_cancel_is_answered_with_an_unknown_status(
    give: Callable[[Any], HttpResponse], venue: Venue
) -> None:
    response = give(executed(answer=unknown_enum("listOrderStatus", 254)))

    assert (template_of(response.body), response.body[8 + 10]) == (312, 254)
    assert canceled_by(venue) == "mine"


def test_over_json_the_answer_is_the_response_of_the_venue(
    send_with_plan: SendWithPlan, cancel: HttpRequest, venue: Venue
) -> None:
    plain = HttpRequest(cancel.method, cancel.target, cancel.headers[:1])

    response = answer(send_with_plan(Plan([executed(answer=non_representable())]))(plain))

    assert json.loads(response.body)["orderListId"] == 0
    assert canceled_by(venue) == "mine"


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("template", lambda: unknown_template(65536)),
        ("enum", lambda: unknown_enum("status")),
        ("number", lambda: unknown_enum("orderStatus", 256)),
        ("answer", lambda: not_executed(answer=non_representable())),
    ],
)
def test_an_answer_that_cannot_be_written_is_refused(name: str, make: Callable[[], Any]) -> None:
    with pytest.raises(InvalidSetting, match=f"^{name}="):
        make()
