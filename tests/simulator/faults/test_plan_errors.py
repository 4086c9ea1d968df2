"""An error in a plan is raised as it is, and never taken for an outage."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from client_and_venue import client_and_venue
from clients import CLIENTS, PROTOCOLS
from orderlists import (
    CancelOrderList,
    GetOrderList,
    InvalidSetting,
    OrderListsError,
    OutcomeUnknown,
    Policy,
    WebSocketApi,
)
from orderlists_simulator import RealClock, Simulator, Venue, VenueTransport
from orderlists_simulator import faults as f
from orderlists_transports import Client

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)
LOOK = GetOrderList(order_list_id=0)
SECOND = 10**9

Make = Callable[[], object]


def anything(wrong: object) -> Any:
    """Return a value as of any type, as without a type checker."""
    return wrong


PLANS: list[tuple[str, Make]] = [
    ("faults=NoResponse(how='dropped'): must be Faults", lambda: f.Plan([anything(f.DROPPED)])),
    ("faults='drop': must be Faults", lambda: f.Plan([anything("drop")])),
    ("faults=Fault(", lambda: f.Plan(anything(f.NORMAL))),
    ("lags=5: must be QueryLags", lambda: f.Plan(lags=[anything(5)])),
    ("lags=5: must be QueryLags", lambda: f.Plan(lags=anything(5))),
    ("events=Fill(", lambda: f.Plan(events=[anything(f.Fill(0, 3))])),
    ("events=(1.5, ", lambda: f.Plan(events=[anything((1.5, f.Fill(0, 3)))])),
    ("events=(True, ", lambda: f.Plan(events=[(True, f.Fill(0, 3))])),
    ("events=(1, ", lambda: f.Plan(events=[(1, anything(f.Disconnect))])),
    ("events=(1, 'fill')", lambda: f.Plan(events=[anything((1, "fill"))])),
    ("cut=1.5: must be at least 0, as an int, or None", lambda: f.Plan(cut=anything(1.5))),
    ("plan=[Fault(", lambda: VenueTransport(Venue(), plan=anything([f.NORMAL]))),
    ("plan=[Fault(", lambda: Simulator(plan=anything([f.NORMAL]))),
]
WORDS: list[tuple[str, Make]] = [
    ("quantity=1.5: must be a plain number", lambda: f.Fill(0, 3, anything(1.5))),
    ("order_list_id='0': must be at least 0, as an int", lambda: f.Fill(anything("0"), 3)),
    ("order_id=-1: must be", lambda: f.Fill(0, -1)),
    ("order_list_id=None: must be", lambda: f.Expire(anything(None))),
    ("by=5: must be text", lambda: f.Cancel(0, anything(5))),
    ("order_list_id=0.0: must be", lambda: f.PlaceAgain(anything(0.0))),
    ("frame=5: must be str or bytes", lambda: f.UnsolicitedFrame(anything(5))),
    ("seconds=None: must be at least 0, as a number", lambda: f.ShutDown(anything(None))),
    ("seconds='1': must be at least 0, as a number", lambda: f.QueryLag(anything("1"))),
    ("since=1.5: must be at least 0, as an int", lambda: f.QueryLag(1, since=anything(1.5))),
    ("code=5: must be below 0, as an int", lambda: f.json_error(5)),
    ("code='x': must be below 0, as an int", lambda: f.null_id_error(anything("x"))),
    ("status='504': must be at least 200", lambda: f.bare(anything("504"))),
    ("retry_after=1.5: must be", lambda: f.rate_limited(retry_after=anything(1.5))),
    ("delay='1': must be at least 0, as a number", lambda: f.delayed(anything("1"))),
    ("delay=None: must be at least 0, as a number", lambda: f.delayed(anything(None))),
    ("executed_after=('3',): must be seconds", lambda: f.executed_late(anything("3"))),
    ("executed_after=(None,): must", lambda: f.Fault(executed_after=anything(None))),
    ("times=0: must be at least 1, as an int", lambda: f.replayed(0)),
    ("copies=1.5: must be at least 1, as an int", lambda: f.duplicated(anything(1.5))),
    ("count='2': must be at least 1, as an int", lambda: f.held(anything("2"))),
    ("shuffle=7: must be a function", lambda: f.held(2, shuffle=anything(7))),
    ("held=2: must be a Held", lambda: f.Fault(held=anything(2))),
    ("answer=504: must be an Answer", lambda: f.executed(answer=anything(504))),
    ("answer=<class", lambda: f.executed(answer=anything(f.CannedResponse))),
]


MISTAKES = [*PLANS, *WORDS]


@pytest.mark.parametrize(("refusal", "make"), MISTAKES, ids=[refusal for refusal, _ in MISTAKES])
def test_an_invalid_plan_is_refused_when_it_is_made(refusal: str, make: Make) -> None:
    with pytest.raises(InvalidSetting) as caught:
        make()

    assert str(caught.value).startswith(refusal)


def no_fault(_number: int, _request: object) -> f.Fault:
    fault: f.Fault = anything(f.DROPPED)
    return fault


def wrong(_number: int, _request: object) -> f.Fault:
    raise KeyError("a mistake")


def failed(_number: int, _request: object) -> f.Fault:
    raise AssertionError("no such request is expected")


RULES = [
    (no_fault, r"returned NoResponse.* for request 0"),
    (wrong, "failed: KeyError"),
    (failed, "^no such request is expected"),
]


@pytest.mark.parametrize("colour", CLIENTS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(("rule", "message"), RULES)
def test_an_error_in_a_rule_is_an_assertion_error_for_the_client(
    protocol: str, colour: str, rule: f.Rule, message: str
) -> None:
    with (
        client_and_venue(protocol, colour, faults=anything(rule)) as pair,
        pytest.raises(AssertionError, match=message),
    ):
        pair.client.send(CANCEL)


@pytest.mark.parametrize("colour", CLIENTS)
@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "event", [f.Fill(0, 33), f.Fill(7, 3), f.Expire(7), f.Cancel(7), f.PlaceAgain(7)], ids=str
)
def test_an_event_about_an_unknown_list_is_an_assertion_error_for_the_client(
    protocol: str, colour: str, event: Any
) -> None:
    with (
        client_and_venue(protocol, colour, faults=[f.delayed(2)], events=[(1, event)]) as pair,
        pytest.raises(AssertionError, match=r"there is no such list|the list has no such order"),
    ):
        pair.client.send(CANCEL)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_simulator_raises_an_error_in_its_plan_at_its_end(protocol: str) -> None:
    at_once = Policy(reconcile=False, max_resends=0)
    with (
        pytest.raises(AssertionError, match="returned NoResponse"),
        Simulator(plan=f.Plan(no_fault)) as simulator,
        Client(simulator.key, exchange=simulator.url, protocol=PROTOCOLS[protocol]()) as client,
        pytest.raises(OutcomeUnknown),
    ):
        client.send(CANCEL, policy=at_once)


def test_an_error_in_a_plan_does_not_leave_the_client_waiting() -> None:
    received: list[int] = []

    def send_request(number: int, _request: object) -> f.Fault:
        received.append(number)
        return f.NORMAL

    # The event is due between the arrival of the request and its answer.
    plan = f.Plan(send_request, events=[(SECOND, f.Fill(0, 33))])
    began = time.monotonic()
    with (
        pytest.raises(AssertionError, match="the list has no such order"),
        Simulator(plan=plan, clock=RealClock(lambda: SECOND if received else 0)) as simulator,
        Client(simulator.key, exchange=simulator.url, protocol=WebSocketApi()) as client,
        suppress(OrderListsError),
    ):
        client.send(LOOK, policy=Policy(max_resends=0))

    assert time.monotonic() - began < 10
