"""Checks of the outcome that a client reports against the state of a faulty venue.

A `Scenario` describes one call: the request, the faults, and concurrent events.  `run_scenario`
runs it, and `violations` returns the invariants that the reported outcome violates, according to
the log of the venue.
"""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from itertools import count
from typing import Any, ClassVar, Literal, NamedTuple

import aiohttp
import httpx
from attrs import asdict, evolve, frozen
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from clients import CLIENTS, FORMATS, PROTOCOLS, AnyClient, key_of
from orderlists import (
    AlreadyDone,
    AmendOrder,
    CancelOrderList,
    NotExecuted,
    OrderListsError,
    OutcomeUnknown,
    PlaceOco,
    Policy,
    Rejected,
    TransportError,
)
from orderlists.enums import Side
from orderlists.extending import HttpRequest, HttpResponse
from orderlists.legs import LimitMaker, StopLoss
from orderlists_simulator import (
    EXAMPLE_KEY,
    Behaviour,
    LogEntry,
    Simulator,
    Venue,
    VenueTransport,
    VirtualClock,
)
from orderlists_simulator import faults as f
from orderlists_transports.aiohttp import AiohttpTransport
from orderlists_transports.httpx import AsyncHttpxTransport, HttpxTransport
from orderlists_transports.websockets import WebsocketsTransport
from virtual_timeouts import IO_TIMEOUT, VirtualTimeoutTransport

START = 1_700_000_000_000_000_000
SECOND = 1_000_000_000
OURS = "ours"
NAME = "target"
LEG = "leg"
DEADLINE = 60.0
# Faults and query lag end here, long before the deadline.
FAULTS_END = 20.0

REFUSED = {"refused", "not executed"}
COPIES: tuple[Literal["first", "last"], ...] = ("first", "last")
IN_PROCESS = "in process"
TRANSPORTS = {
    ("REST", "sync"): (IN_PROCESS, "urllib3", "httpx"),
    ("REST", "async"): (IN_PROCESS, "asyncio", "aiohttp", "httpx"),
    ("WebSocket", "sync"): (IN_PROCESS, "websockets"),
    ("WebSocket", "async"): (IN_PROCESS, "websockets"),
}


class Combination(NamedTuple):
    """A protocol, a colour, a transport, and a format."""

    protocol: str
    colour: str
    transport: str
    format: str = "JSON"

    def __str__(self) -> str:
        return ", ".join(self)


COMBINATIONS = [
    Combination(*cell, transport) for cell, names in TRANSPORTS.items() for transport in names
] + [Combination(*cell, IN_PROCESS, "SBE") for cell in TRANSPORTS]


@frozen(kw_only=True)
class Scenario:
    """One call, with its faults and concurrent events."""

    by_id: bool
    age: float
    skew: float = 0.0
    faults: tuple[f.Fault, ...] = ()
    events: tuple[tuple[float, Any], ...] = ()
    lags: tuple[tuple[float, float], ...] = ()
    cut: int | None = None
    leg_shows: Any = "cancel_id"
    max_resends: int = 200
    subscribed: bool = False
    later: bool = False
    both: bool = False
    rule: Any = None
    deadline: float = DEADLINE
    max_query_lag: float = 10.0

    effect: ClassVar[str] = "cancel"

    @property
    def policy(self) -> Policy:
        """The policy of the client."""
        return Policy(
            deadline=self.deadline,
            max_resends=self.max_resends,
            max_query_lag=self.max_query_lag,
        )

    @property
    def request(self) -> Any:
        """The cancel of list 0, by its id, by its client id, or by both."""
        if self.by_id:
            return CancelOrderList(
                symbol="LTCBTC",
                order_list_id=0,
                list_client_order_id=NAME if self.both else None,
                both_must_match=self.both,
                new_client_order_id=OURS,
            )
        return CancelOrderList(symbol="LTCBTC", list_client_order_id=NAME, new_client_order_id=OURS)


@frozen(kw_only=True)
class PlacementScenario(Scenario):
    """A placement.  With ids of its own it has the name of list 0."""

    own_ids: bool

    effect: ClassVar[str] = "place"

    @property
    def request(self) -> Any:
        """An OCO, with generated ids or with chosen ones."""
        names = ("above", "below") if self.own_ids else (None, None)
        return PlaceOco(
            symbol="LTCBTC",
            side=Side.SELL,
            quantity=1,
            above=LimitMaker(price=3, client_order_id=names[0]),
            below=StopLoss(stop_price=1, client_order_id=names[1]),
            list_client_order_id=NAME if self.own_ids else None,
        )


@frozen(kw_only=True)
class AmendScenario(Scenario):
    """An amend of order 0, by its id or by its client id, with an own id or a generated one."""

    own_ids: bool

    effect: ClassVar[str] = "amend"

    @property
    def request(self) -> Any:
        """The amend."""
        return AmendOrder(
            symbol="LTCBTC",
            order_id=0 if self.by_id else None,
            client_order_id=None if self.by_id else LEG,
            new_qty="0.6",
            new_client_order_id=OURS if self.own_ids else None,
        )


@frozen
class ScenarioRun:
    """The reported outcome of a scenario, the venue, and the time."""

    scenario: Scenario
    verdict: str
    outcome: object
    venue: Venue
    ended: int

    @property
    def attempts(self) -> list[LogEntry]:
        """The cancels, the placements, or the amends, that the client sent, in order."""
        entries = self.venue.log.entries
        return [entry for entry in entries if entry.effect == self.scenario.effect]

    @property
    def placed(self) -> list[int]:
        """The lists that the client placed, known by the ids of their orders."""
        sent = [
            {entry.parameter("aboveClientOrderId"), entry.parameter("belowClientOrderId")}
            for entry in self.attempts
        ]
        return [
            each.order_list_id
            for each in self.venue.lists
            if {order.client_order_id for order in each.orders} in sent
        ]

    @property
    def may_stay_unknown(self) -> bool:
        """Whether others may have amended the order, or the amend is valid for too long.

        A clock that is far ahead makes it valid almost until the deadline.
        """
        own_ids = getattr(self.scenario, "own_ids", False)
        return bool(self.scenario.events) or own_ids or self.scenario.skew > 1

    @property
    def amendments(self) -> list[int]:
        """The execution ids of the amends that the client sent."""
        executed = (one for entry in self.attempts for one in entry.executions if one.is_done)
        return [json.loads(one.response.body)["executionId"] for one in executed]


# The reply to a query of list 0, sent as the reply to a cancel.
QUERIED = f.CannedResponse(
    status=200,
    headers=(("Content-Type", "application/json"),),
    body=json.dumps(
        {
            "orderListId": 0,
            "contingencyType": "OCO",
            "listStatusType": "EXEC_STARTED",
            "listOrderStatus": "EXECUTING",
            "listClientOrderId": NAME,
            "transactionTime": START // 1_000_000,
            "symbol": "LTCBTC",
            "orders": [],
        }
    ).encode(),
)
# Pages of another host: a client gives up after two of them.
PAGES = (f.html(200), f.html(400))
ANSWERS: list[f.Answer] = [
    f.DROPPED,
    f.RESET,
    f.SILENT,
    *(f.bare(status) for status in (500, 502, 503, 504)),
    *(f.json_error(code) for code in (-1000, -1001, -1006, -1007, -1008)),
    *(f.json_error(code, status=400) for code in (-1001, -1006, -1007)),
    f.truncated(),
    f.truncated(kept=0.95),
    f.truncated(noticed=True),
    *PAGES,
    f.html(502),
    f.null_id_error(-1008, status=503),
    f.null_id_error(-1000, status=500),
    QUERIED,
]
# The venue's own response to what was executed; in JSON an ordinary one.
SBE_ANSWERS: list[f.Answer] = [
    f.non_representable(),
    f.unknown_template(),
    f.unknown_enum("orderStatus"),
    f.unknown_enum("listOrderStatus", 254),
]
answers = st.sampled_from(ANSWERS)
refusals = st.sampled_from(
    [
        f.NORMAL,
        f.CONNECTION_REFUSED,
        f.firewall(),
        f.rate_limited(),
        f.rate_limited(retry_after=3),
        f.banned(retry_after=3),
        f.not_executed(answer=f.json_error(-1021, status=400)),
        # Weighted: it is wrongly taken as final only right after a lost cancel.
        *[f.not_executed(answer=f.json_error(-2015, status=401))] * 4,
    ]
)


@st.composite
def faults(draw: st.DrawFn) -> f.Fault:
    """Draw the fault of one request."""
    then = draw(answers)
    seen = draw(st.sampled_from([then, then, *SBE_ANSWERS]))
    seconds = draw(st.sampled_from([0.0, 0.05, 0.3, 1.0, 2.5, 4.0, 6.0]))
    match draw(st.sampled_from(["known", "done", "not done", "late", "twice", "slow"])):
        case "known":
            return draw(refusals | st.just(f.duplicated()))
        case "done":
            return f.executed(answer=seen, delay=seconds)
        case "not done":
            return f.not_executed(answer=then, delay=seconds)
        case "late":
            make = draw(st.sampled_from([f.executed_late, f.executed_slowly]))
            return make(draw(st.sampled_from([seconds, 9.0])), answer=then)
        case "twice":
            seen = draw(st.sampled_from([f.PASS_THROUGH, then]))
            return f.replayed(after=seconds, sees=draw(st.sampled_from(COPIES)), answer=seen)
        case _:
            return f.delayed(seconds)


def cancel_what_was_placed_again(venue: Venue, now: int) -> None:
    """Cancel the newest list with the reused client id, as another client, if there is one."""
    placed = [each.order_list_id for each in venue.lists if each.order_list_id > 0]
    if placed:
        f.Cancel(max(placed), by="theirs")(venue, now)


def amend(quantity: str, by: str | None = "theirs") -> Callable[[Venue, int], None]:
    """Amend order 0, as another client."""

    def act(venue: Venue, now: int) -> None:
        venue.amending.amend(
            symbol="LTCBTC", order_id=0, new_quantity=quantity, new_client_order_id=by, now=now
        )

    return act


def reuse_the_name_of_the_leg(venue: Venue, now: int) -> None:
    """Place a list with an order of the client id of order 0, as another client."""
    venue.order_entry.place_oco(
        symbol="LTCBTC",
        side="SELL",
        quantity=1,
        price=3,
        stop_price=1,
        stop_client_order_id=LEG,
        now=now,
    )


def cancel_the_newest(venue: Venue, now: int) -> None:
    """Cancel the newest list, as another client."""
    newest = max(each.order_list_id for each in venue.lists)
    f.Cancel(newest, by="theirs")(venue, now)


others = st.sampled_from(
    [
        f.Cancel(0, by="theirs"),
        f.Cancel(0, by="theirs"),
        f.PlaceAgain(0),
        f.PlaceAgain(0),
        cancel_what_was_placed_again,
        f.Fill(0, 0),
        f.Fill(0, 1),
        f.Fill(0, 1, "0.5"),
        f.Expire(0),
    ]
)
amenders = st.sampled_from(
    [
        amend("0.8"),
        amend("0.6"),
        amend("0.4"),
        amend("0.7", by=LEG),
        reuse_the_name_of_the_leg,
        reuse_the_name_of_the_leg,
        cancel_the_newest,
        f.Cancel(0, by="theirs"),
        f.Fill(0, 0),
        f.Fill(0, 0, "0.5"),
        f.Fill(0, 1),
        f.Expire(0),
    ]
)
# Connection events; without connections, nothing happens.
disturbances = st.sampled_from(
    [
        f.Disconnect(),
        f.Disconnect("reset"),
        f.ShutDown(2.0),
        f.Revoke(),
        f.UnsolicitedFrame("no JSON"),
        f.UnsolicitedFrame(b"\x00"),
        f.UnsolicitedFrame('{"event":{"e":"brandNew","E":1}}'),
        f.UnsolicitedFrame('{"id":1,"status":200,"result":{}}'),
    ]
)


@st.composite
def scenarios(draw: st.DrawFn, events: st.SearchStrategy[Any] = others) -> Scenario:
    """Draw a scenario."""
    times = st.floats(-2, 12, allow_nan=False)
    happens = draw(st.lists(st.tuples(times, events | disturbances), max_size=4))
    return Scenario(
        by_id=draw(st.booleans()),
        age=draw(st.sampled_from([0.0, 0.001, 0.5, 3.0, 3600.0])),
        skew=draw(st.sampled_from([0.0, 0.0, 0.4, -0.4, -4.9, 30.0, -30.0])),
        faults=tuple(draw(st.lists(faults(), max_size=5))),
        events=tuple((max(time, 0.0), what) for time, what in sorted(happens, key=_time)),
        lags=tuple(
            draw(st.lists(st.tuples(st.floats(0.1, 4.5), st.floats(0, FAULTS_END)), max_size=2))
        ),
        leg_shows=draw(st.sampled_from(["cancel_id", "cancel_id", "original_id"])),
        subscribed=draw(st.booleans()),
        later=draw(st.booleans()),
        both=draw(st.booleans()),
        cut=draw(st.none() | st.integers(0, 8)),
        # Mostly unlimited; sometimes only queries.
        max_resends=draw(st.sampled_from([200, 200, 200, 2, 0])),
    )


@st.composite
def placements(draw: st.DrawFn) -> PlacementScenario:
    """Draw a scenario of a placement."""
    facts = asdict(draw(scenarios()), recurse=False)
    return PlacementScenario(**facts, own_ids=draw(st.booleans()))


@st.composite
def amends(draw: st.DrawFn) -> AmendScenario:
    """Draw a scenario of an amend."""
    facts = asdict(draw(scenarios(amenders)), recurse=False)
    return AmendScenario(**facts, own_ids=draw(st.booleans()))


KINDS: dict[str, Callable[[], st.SearchStrategy[Any]]] = {
    "cancel": scenarios,
    "place": placements,
    "amend": amends,
}
# The replies to amends have no layout in SBE, and a connection has one format.
CELLS = [
    (kind, each)
    for kind in KINDS
    for each in COMBINATIONS
    if (kind, each.protocol, each.format) != ("amend", "WebSocket", "SBE")
]


def _time(event: tuple[float, object]) -> float:
    return event[0]


def run_scenario(
    scenario: Scenario,
    combination: Combination,
    protocol: Any = None,
    observe: Callable[[Any], object] | None = None,
) -> ScenarioRun:
    """Execute a scenario, optionally with another protocol object or a listener."""
    clock = VirtualClock(START)
    venue = Venue(behaviour=Behaviour(canceled_leg_shows=scenario.leg_shows))
    venue.order_entry.place_oco(
        symbol="LTCBTC",
        side="SELL",
        quantity=1,
        price=3,
        stop_price=1,
        list_client_order_id=NAME,
        stop_client_order_id=LEG,
        now=START - int(scenario.age * SECOND),
    )
    plan = f.Plan(
        scenario.faults if scenario.rule is None else scenario.rule,
        events=[(START + int(time * SECOND), what) for time, what in scenario.events],
        lags=[f.QueryLag(by, until=START + int(end * SECOND)) for by, end in scenario.lags],
        cut=scenario.cut,
    )
    if protocol is None:
        protocol = PROTOCOLS[combination.protocol](format=FORMATS[combination.format]())
    verdict, outcome = _ask(scenario, combination, protocol, venue, plan, clock, observe)
    ended = clock.now()
    venue.finish()
    return ScenarioRun(scenario, verdict, outcome, venue, ended)


def _ask(
    scenario: Scenario,
    combination: Combination,
    protocol: Any,
    venue: Venue,
    plan: f.Plan,
    clock: VirtualClock,
    observe: Callable[[Any], object] | None,
) -> tuple[str, object]:
    settings: dict[str, Any] = {
        "observe": observe,
        "new_id": _ids(),
        "clock": clock,
        "skew": int(scenario.skew * SECOND),
        "policy": scenario.policy,
        "protocol": protocol,
    }
    with ExitStack() as stack:
        if combination.transport == IN_PROCESS:
            settings["transport"] = VenueTransport(venue, clock=clock, plan=plan)
            settings["loop"] = clock.event_loop
        else:
            simulator = Simulator(venue, clock=clock, plan=plan)
            url = stack.enter_context(simulator).url
            settings |= _on_loopback(combination, clock, url)
        client = stack.enter_context(CLIENTS[combination.colour](key_of(EXAMPLE_KEY), **settings))
        if scenario.subscribed and combination.protocol != "REST":
            # Not entered: the first connection subscribes, with every possible fault.
            client.events()
        return _verdict(lambda: _send(client, scenario))


def _ids() -> Callable[[], str]:
    numbers = count()
    return lambda: f"generated-{next(numbers)}"


def _send(client: AnyClient, scenario: Scenario) -> object:
    """Send, and reconcile within the call, or in a later one."""
    if not scenario.later:
        return client.send(scenario.request)
    policy = evolve(scenario.policy, reconcile=False)
    try:
        return client.send(scenario.request, policy=policy)
    except OutcomeUnknown as unknown:
        return client.reconcile(unknown.request, attempts=unknown.attempts)


def _on_loopback(combination: Combination, clock: VirtualClock, url: str) -> dict[str, Any]:
    settings = _transport(combination, clock, url)
    if combination.colour == "sync" or combination.protocol == "REST":
        return settings

    async def virtual_sleep(seconds: float) -> None:
        clock.sleep(seconds)

    loop = partial(clock.event_loop, io_timeout=IO_TIMEOUT)
    return settings | {"loop": loop, "sleep": virtual_sleep}


def _transport(combination: Combination, clock: VirtualClock, url: str) -> dict[str, Any]:
    """Return the settings that choose a transport; that of `exchange=` is the client's own."""
    match combination.transport, combination.colour:
        case "httpx", "sync":
            return {"transport": HttpxTransport(url, transport=httpx.HTTPTransport())}
        case "httpx", _:
            return {"transport": AsyncHttpxTransport(url, transport=httpx.AsyncHTTPTransport())}
        case "aiohttp", _:
            return {"transport": SessionTransport(url)}
        case "websockets", "sync":
            return {"transport": VirtualTimeoutTransport(WebsocketsTransport(url), clock)}
        case _:
            return {"exchange": url}


class SessionTransport:
    """An aiohttp transport that makes its session when it first sends, and closes it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._transport: AiohttpTransport | None = None

    async def asend(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:  # noqa: ASYNC109 - the contract
        if self._transport is None:
            self._session = aiohttp.ClientSession()
            self._transport = AiohttpTransport(self._url, session=self._session)
        return await self._transport.asend(request, timeout=timeout)

    async def aclose(self) -> None:
        if self._transport is not None:
            await self._transport.aclose()
            await self._session.close()


def _verdict(send: Callable[[], object]) -> tuple[str, object]:
    try:
        return "done", send()
    except NotExecuted as error:
        return "not executed", error
    except (Rejected, AlreadyDone) as error:
        return "refused", error
    except TransportError as error:
        return ("refused" if error.sent is False else "none of the three"), error
    except OutcomeUnknown as error:
        return "unknown", error
    except OrderListsError as error:
        return "none of the three", error


def violations(run: ScenarioRun) -> list[str]:
    """Return the invariants that a run violates."""
    laws = _LAWS[run.scenario.effect](run)
    return [law for law, holds in laws.items() if not holds]


def _laws_of_amends(run: ScenarioRun) -> dict[str, bool]:
    return {
        "there are three answers": run.verdict in {"done", *REFUSED, "unknown"},
        "done means that this call's amend took effect": (
            run.verdict != "done" or getattr(run.outcome, "execution_id", None) in run.amendments
        ),
        "what was amended is not refused, nor can what was refused be amended": (
            run.verdict not in REFUSED or not run.amendments
        ),
        "what can arrive no more is not executed later": _nothing_arrives(run),
        "no amend is sent again that may have arrived": not _is_sent_again(run),
        "by id, with a generated id and no other client, it is known in the end": (
            run.verdict != "unknown" or run.may_stay_unknown or not _must_be_known(run)
        ),
    }


def _is_sent_again(run: ScenarioRun) -> bool:
    # After a -1021 that the clock explains it is sent again: nothing was executed.
    may_have_arrived = [
        _may_have_arrived(entry)
        and (entry.answered != 400 or any(one.is_done for one in entry.executions))
        for entry in run.attempts
    ]
    return any(may_have_arrived[:-1])


def _laws_of_placements(run: ScenarioRun) -> dict[str, bool]:
    return {
        "there are three answers": run.verdict in {"done", *REFUSED, "unknown"},
        "done means that this call placed the list": (
            run.verdict != "done" or getattr(run.outcome, "order_list_id", None) in run.placed
        ),
        "what was placed is not refused, nor can what was refused be placed": (
            run.verdict not in REFUSED or not run.placed
        ),
        "what can arrive no more is not executed later": _nothing_arrives(run),
        "no placement is sent again that may have arrived": not _is_sent_again(run),
    }


def _laws_of_cancels(run: ScenarioRun) -> dict[str, bool]:
    ours = [one.order_list_id for one in run.venue.lists if one.canceled_by == OURS]
    return {
        "there are three answers": run.verdict in {"done", *REFUSED, "unknown"},
        "done means that this call's id canceled the list": (
            run.verdict != "done" or getattr(run.outcome, "order_list_id", None) in ours
        ),
        "what was executed is not refused, nor can what was refused execute": (
            run.verdict not in REFUSED or not ours
        ),
        "what can arrive no more is not executed later": _nothing_arrives(run),
        "no resend touches a list other than the first target": _resends_keep_to_the_target(run),
        "by id it is known in the end": run.verdict != "unknown" or not _must_be_known(run),
    }


_LAWS: dict[str, Callable[[ScenarioRun], dict[str, bool]]] = {
    "cancel": _laws_of_cancels,
    "place": _laws_of_placements,
    "amend": _laws_of_amends,
}


def _nothing_arrives(run: ScenarioRun) -> bool:
    """Return whether no attempt was executed after `may_arrive_until` was None."""
    if not isinstance(run.outcome, OutcomeUnknown) or run.outcome.may_arrive_until is not None:
        return True
    late = (one for entry in run.attempts for one in entry.executions if one.at > run.ended)
    return not any(one.is_done for one in late)


def _resends_keep_to_the_target(run: ScenarioRun) -> bool:
    """Return whether resends after the first attempt that may have arrived hit only the target."""
    may_have_arrived = [entry for entry in run.attempts if _may_have_arrived(entry)]
    if not may_have_arrived:
        return True
    first = may_have_arrived[0]
    for entry in run.attempts[run.attempts.index(first) + 1 :]:
        touched = {attempt.order_list_id for attempt in entry.executions if attempt.is_done}
        if any(not _could_be_the_target(run, list_id, first) for list_id in touched):
            return False
    return True


def _may_have_arrived(entry: LogEntry) -> bool:
    # The client received neither a connection refusal nor a rate limit nor -1021.
    if entry.answered == 400 and any(attempt.code == -1021 for attempt in entry.executions):
        return False
    return entry.answered not in {"refused", 403, 418, 429}


def _could_be_the_target(run: ScenarioRun, list_id: int | None, first: LogEntry) -> bool:
    if run.scenario.by_id:
        return list_id == 0
    assert list_id is not None
    return min(order.time for order in run.venue.order_list(list_id).orders) <= first.arrived


def _must_be_known(run: ScenarioRun) -> bool:
    scenario = run.scenario
    # For a list that another client cancels meanwhile, a resend is needed as evidence in time.
    pages = sum(fault.answer in PAGES for fault in scenario.faults)
    return (
        scenario.by_id
        and scenario.leg_shows == "cancel_id"
        and scenario.max_resends > 0
        and pages <= 1
    )


class Tally:
    """Counts of the outcomes, and of the false ones."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def add(self, run: ScenarioRun, broken: list[str]) -> None:
        self.counts.update(["plans", run.verdict])
        self.counts["false"] += bool(broken)

    def merge(self, other: "Tally") -> None:
        self.counts.update(other.counts)

    def __str__(self) -> str:
        names = ("plans", "done", "refused", "not executed", "unknown", "false")
        return " ".join(f"{name.replace(' ', '_')}={self.counts[name]}" for name in names)


def explore(
    plans: int,
    combination: Combination,
    tally: Tally,
    *,
    kind: str = "cancel",
    protocol: Any = None,
    derandomize: bool = False,
) -> None:
    """Execute random scenarios, and fail with the minimal one that violates an invariant.

    Raises:
        AssertionError: An invariant is violated.
    """
    phases = [Phase.generate] if derandomize else [Phase.generate, Phase.shrink]

    @settings(
        max_examples=plans,
        phases=phases,
        derandomize=derandomize,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(KINDS[kind]())
    def laws_hold(scenario: Scenario) -> None:
        run = run_scenario(scenario, combination, protocol)
        broken = violations(run)
        tally.add(run, broken)
        assert not broken, f"{broken}: {run.verdict}, {run.outcome!r}; {_description(run)}"

    laws_hold()


def _description(run: ScenarioRun) -> str:
    lines = [f"{one} canceled by {one.canceled_by}" for one in run.venue.lists]
    lines += [
        f"{(entry.arrived - START) / SECOND:.3f} {entry.method} {dict(entry.parameters)} "
        f"-> {entry.answered}, executed {[(a.at - START) / SECOND for a in entry.executions]}"
        for entry in run.venue.log.entries
    ]
    return "\n".join(["", *lines])
