"""The clients, of both colours: from a request to a result, a refusal, or *unknown*."""

import asyncio
import logging
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import orderlists_transports
from clients import CLIENTS, AnyClient, key_of
from orderlists import (
    AlreadyDone,
    CancelOrderList,
    Ending,
    Evidence,
    HmacKey,
    Instant,
    InvalidRequest,
    InvalidSetting,
    OrderList,
    OrderListsError,
    OutcomeUnknown,
    Policy,
    RateLimited,
    Rest,
    TimeUnit,
    TransportError,
    Unauthorized,
    UnknownOrderList,
    WebSocketApi,
)
from orderlists.extending import HttpResponse
from orderlists.testing import ScriptedTransport
from orderlists_simulator import (
    EXAMPLE_KEY,
    Behaviour,
    Plan,
    RealClock,
    Simulator,
    Venue,
    VenueTransport,
    VirtualClock,
    example_venue,
)
from orderlists_simulator.faults import CONNECTION_REFUSED, DROPPED, executed
from orderlists_transports import AsyncClient, Client, Clocks, Exchange
from orderlists_transports.asyncio import AsyncioTransport
from orderlists_transports.urllib3 import Urllib3Transport
from orderlists_transports.websockets import AsyncWebsocketsTransport
from strategies import cancels, keys

NOW = 1_700_000_000_000_000_000
KEY = key_of(EXAMPLE_KEY)
CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)
AT_ONCE = Policy(reconcile=False, max_resends=0, wait_for_rate_limits=False)


Open = Callable[..., AbstractContextManager[AnyClient]]


@pytest.fixture(params=CLIENTS)
def open_client(request: pytest.FixtureRequest) -> Open:
    client: Open = CLIENTS[request.param]
    return client


@pytest.fixture
def venue() -> Venue:
    return example_venue(now=NOW)


@pytest.fixture(params=["in process", "loopback"])
def client(request: pytest.FixtureRequest, open_client: Open, venue: Venue) -> Iterator[AnyClient]:
    """Return a client of either colour, with the venue in this process or behind a socket."""
    clock = VirtualClock(NOW)
    if request.param == "in process":
        transport = VenueTransport(venue, clock=clock)
        with open_client(KEY, transport=transport, clock=clock) as sender:
            yield sender
    else:
        with (
            Simulator(venue, clock=clock) as simulator,
            open_client(KEY, exchange=simulator.url, clock=clock) as sender,
        ):
            yield sender


def legs(venue: Venue, order_list_id: int) -> set[str]:
    return {order.status for order in venue.order_list(order_list_id).orders}


def test_a_list_is_canceled_by_its_id(client: AnyClient, venue: Venue) -> None:
    result = client.send(CANCEL)
    assert result.order_list_id == 0
    assert [str(report.status) for report in result.order_reports] == ["CANCELED", "CANCELED"]
    assert legs(venue, 0) == {"CANCELED"}
    assert legs(venue, 1) == {"NEW"}


def test_a_list_is_canceled_by_its_client_id(client: AnyClient, venue: Venue) -> None:
    result = client.send(CancelOrderList(symbol="LTCBTC", list_client_order_id="example-2"))
    assert result.order_list_id == 2
    assert legs(venue, 2) == {"CANCELED"}


def test_every_canceled_leg_carries_the_id_of_the_cancel(client: AnyClient, venue: Venue) -> None:
    named = CancelOrderList(symbol="LTCBTC", order_list_id=0, new_client_order_id="mine")
    assert {r.client_order_id for r in client.send(named).order_reports} == {"mine"}
    assert venue.order_list(0).canceled_by == "mine"
    result = client.send(CancelOrderList(symbol="LTCBTC", order_list_id=1))
    (made,) = {r.client_order_id for r in result.order_reports}
    assert len(made) == 32
    assert venue.order_list(1).canceled_by == made


def test_what_is_over_is_refused_and_told_how_it_ended(client: AnyClient) -> None:
    client.send(CANCEL)
    with pytest.raises(AlreadyDone) as caught:
        client.send(CANCEL)
    assert isinstance(caught.value.__cause__, UnknownOrderList)
    assert caught.value.ending is Ending.CANCELED
    with pytest.raises(OutcomeUnknown) as unknown:
        client.send(CANCEL, policy=AT_ONCE)
    assert isinstance(unknown.value.__cause__, UnknownOrderList)


@pytest.mark.parametrize("name", ["C3wyj4WVEktd7u9aVBRXcN", "another"])
def test_the_exchange_checks_both_ids_where_it_is_asked_to(
    client: AnyClient, venue: Venue, name: str
) -> None:
    request = CancelOrderList(
        symbol="LTCBTC", order_list_id=0, list_client_order_id=name, both_must_match=True
    )
    if name == "another":
        with pytest.raises(UnknownOrderList):
            client.send(request)
        assert legs(venue, 0) == {"NEW"}
    else:
        assert client.send(request).order_list_id == 0


def test_a_key_that_is_not_known_is_refused(venue: Venue, open_client: Open) -> None:
    stranger = HmacKey(api_key="s" * 64, secret="unheard-of")
    transport = VenueTransport(venue, clock=RealClock(lambda: NOW))
    with (
        open_client(stranger, transport=transport, clock=VirtualClock(NOW)) as other,
        pytest.raises(Unauthorized) as caught,
    ):
        other.send(CANCEL, policy=AT_ONCE)
    assert (caught.value.code, caught.value.status) == (-2015, 401)


@pytest.mark.parametrize("colour", CLIENTS)
@pytest.mark.parametrize("both_ids", ["must_match", "id_wins"])
@given(data=st.data())
def test_what_the_venue_cancels_is_what_the_id_names(
    colour: str, both_ids: Any, data: st.DataObject
) -> None:
    venue = Venue(behaviour=Behaviour(both_ids=both_ids))
    for each in ("first", "second", "third"):
        venue.order_entry.place_oco(
            symbol="LTCBTC",
            side="SELL",
            quantity=1,
            price=3,
            stop_price=1,
            list_client_order_id=each,
            now=NOW,
        )
    order_list_id = data.draw(st.none() | st.integers(0, 2), label="order_list_id")
    names = st.sampled_from(["first", "second", "third", "nobody"])
    name: str | None = data.draw(
        names if order_list_id is None else st.none() | names, label="name"
    )
    request = CancelOrderList(
        symbol="LTCBTC", order_list_id=order_list_id, list_client_order_id=name
    )
    target: int | None = order_list_id
    if target is None:
        target = {"first": 0, "second": 1, "third": 2}.get(str(name))
    transport = VenueTransport(venue, clock=RealClock(lambda: NOW))
    with CLIENTS[colour](KEY, transport=transport, clock=VirtualClock(NOW)) as sender:
        if target is None:
            with pytest.raises(OutcomeUnknown, match="Unknown order list sent"):
                sender.send(request, policy=AT_ONCE)
        else:
            assert sender.send(request).order_list_id == target
    canceled = [one.order_list_id for one in venue.lists if one.list_order_status == "ALL_DONE"]
    assert canceled == ([] if target is None else [target])


def test_microseconds_are_spoken_both_ways(open_client: Open, venue: Venue) -> None:
    clock = VirtualClock(NOW + 1_234_567)
    settings = {"protocol": Rest(time_unit=TimeUnit.MICROSECOND), "clock": clock}
    transport = VenueTransport(venue, clock=clock)
    with open_client(KEY, transport=transport, **settings) as sender:
        result = sender.send(CANCEL)
    assert result.transaction_time == Instant(NOW // 1000 + 1234, TimeUnit.MICROSECOND)


def test_no_bytes_are_sent_for_a_request_without_an_id(open_client: Open) -> None:
    transport = ScriptedTransport([])
    with open_client(KEY, transport=transport) as sender, pytest.raises(InvalidRequest):
        sender.send(CancelOrderList(symbol="LTCBTC"))
    assert transport.requests == []
    assert transport.is_closed


@pytest.mark.parametrize(
    "answer",
    [
        TransportError("connection reset", sent=None),
        HttpResponse(504, (), b'{"code":-1007,"msg":"Timeout"}'),
        HttpResponse(502, (), b"<html>"),
        HttpResponse(400, (), b"<html>"),
        HttpResponse(200, (), b'{"orderListId": 0, "contingen'),
        HttpResponse(200, (), b'{"code":-2011,"msg":"Unknown order list sent."}'),
        HttpResponse(302, (("Location", "/"),), b""),
    ],
    ids=repr,
)
def test_without_an_answer_a_cancel_is_unknown_and_not_sent_again(
    open_client: Open, answer: HttpResponse | TransportError
) -> None:
    transport = ScriptedTransport([answer])
    with open_client(KEY, transport=transport) as sender, pytest.raises(OutcomeUnknown) as caught:
        sender.send(CANCEL, policy=AT_ONCE)
    assert len(transport.requests) == 1
    assert isinstance(caught.value.__cause__, OrderListsError)
    assert isinstance(caught.value.request, CancelOrderList)
    assert f"newClientOrderId={caught.value.request.new_client_order_id}&" in (
        transport.requests[0].target
    )


def test_what_never_left_is_told_as_not_sent(open_client: Open) -> None:
    refused = TransportError("connection refused", sent=False)
    with (
        open_client(KEY, transport=ScriptedTransport([refused])) as sender,
        pytest.raises(TransportError) as caught,
    ):
        sender.send(CANCEL, policy=AT_ONCE)
    assert caught.value.sent is False


def test_a_lost_reply_is_settled_by_a_query(open_client: Open, venue: Venue) -> None:
    clock = VirtualClock(NOW)
    plan = Plan([executed(answer=DROPPED)])
    transport = VenueTransport(venue, clock=clock, plan=plan)
    with open_client(KEY, transport=transport, clock=clock) as sender:
        result = sender.send(CANCEL)
    assert result.evidence is Evidence.QUERY
    assert legs(venue, 0) == {"CANCELED"}


def test_an_interrupt_passes_through(open_client: Open) -> None:
    with (
        open_client(KEY, transport=ScriptedTransport([KeyboardInterrupt()])) as sender,
        pytest.raises(KeyboardInterrupt),
    ):
        sender.send(CANCEL)


def test_the_exchanges_wish_to_wait_is_told(open_client: Open) -> None:
    answer = HttpResponse(429, (("Retry-After", "3"),), b'{"code":-1003,"msg":"Too much."}')
    with (
        open_client(KEY, transport=ScriptedTransport([answer])) as sender,
        pytest.raises(RateLimited) as caught,
    ):
        sender.send(CANCEL, policy=AT_ONCE)
    assert caught.value.retry_after == 3


ANSWERS = [
    TransportError("connection reset", sent=None),
    TransportError("connection refused", sent=False),
    HttpResponse(200, (), b"<html>"),
    HttpResponse(400, (), b'{"code":-1022,"msg":"Signature for this request is not valid."}'),
    HttpResponse(403, (), b"<html>blocked</html>"),
    HttpResponse(500, (), b""),
]


@given(request=cancels(), key=keys, answer=st.sampled_from(ANSWERS))
def test_no_error_tells_a_secret(request: CancelOrderList, key: HmacKey, answer: Any) -> None:
    transport = ScriptedTransport([answer])
    with pytest.raises(OrderListsError) as caught:
        Client(key, transport=transport).send(request, policy=AT_ONCE)
    query = transport.requests[0].target.partition("?")[2]
    shown = "".join(traceback.format_exception(caught.value))
    shown += repr((caught.value, caught.value.__dict__, key, transport.requests))
    for secret in (key.secret, key.api_key, query, query.rpartition("=")[2]):
        assert secret not in shown


def test_no_log_record_tells_a_secret(
    client: AnyClient, caplog: pytest.LogCaptureFixture, venue: Venue
) -> None:
    with caplog.at_level(logging.DEBUG):
        client.send(CANCEL)
        with pytest.raises(AlreadyDone):
            client.send(CANCEL)
    told = "".join(record.getMessage() for record in caplog.records)
    assert "signature" not in told
    assert KEY.secret not in told
    assert KEY.api_key not in told
    assert legs(venue, 0) == {"CANCELED"}


def test_many_threads_share_a_client(venue: Venue) -> None:
    with (
        Simulator(venue) as simulator,
        Client(KEY, exchange=simulator.url) as client,
        ThreadPoolExecutor(5) as pool,
    ):
        requests = [CancelOrderList(symbol="LTCBTC", order_list_id=n) for n in range(5)]
        results: list[OrderList] = list(pool.map(client.send, requests))
    assert [result.order_list_id for result in results] == [0, 1, 2, 3, 4]


def test_many_tasks_share_a_client(venue: Venue) -> None:
    async def cancel_all(url: str) -> list[int]:
        async with AsyncClient(KEY, exchange=url) as client:
            requests = [CancelOrderList(symbol="LTCBTC", order_list_id=n) for n in range(5)]
            calls = [client.send(request) for request in requests]
            results: list[OrderList] = await asyncio.gather(*calls)
            return [result.order_list_id for result in results]

    with Simulator(venue) as simulator:
        assert asyncio.run(cancel_all(simulator.url)) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"exchange": "http://api.binance.com"}, "exchange"),
        ({"exchange": "https://api.binance.com/api"}, "exchange"),
        ({"exchange": "https://user:pass@api.binance.com"}, "exchange"),
        ({"exchange": "api.binance.com"}, "exchange"),
        ({"exchange": "https://api.bınance.com"}, "exchange"),
        ({"exchange": "https://api binance.com"}, "exchange"),
        ({"exchange": "https://api.binance.com:http"}, "exchange"),
        ({"exchange": 5}, "exchange"),
        ({"exchange": Exchange.TESTNET, "transport": ScriptedTransport([])}, "exchange"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": -1}, "timeout"),
        ({"timeout": True}, "timeout"),
        ({"timeout": "15"}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
        ({"timeout": float("inf")}, "timeout"),
    ],
)
def test_a_setting_that_breaks_a_rule_is_refused(
    kind: Any, settings: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidSetting) as caught:
        kind(KEY, **settings)
    assert caught.value.field == field
    assert "pass" not in str(caught.value)


@pytest.mark.parametrize("exchange", [*Exchange, "https://[::1]:8443", "http://localhost:80"])
@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_the_exchanges_environments_and_loopback_are_accepted(kind: Any, exchange: Any) -> None:
    kind(KEY, exchange=exchange)


def test_a_cancel_can_be_settled_by_another_client(open_client: Open, venue: Venue) -> None:
    clock = VirtualClock(NOW)
    lost = VenueTransport(venue, clock=clock, plan=Plan([executed(answer=DROPPED)]))
    with (
        open_client(KEY, transport=lost, clock=clock) as sender,
        pytest.raises(OutcomeUnknown) as caught,
    ):
        sender.send(CANCEL, policy=AT_ONCE)
    later = VenueTransport(venue, clock=clock)
    with open_client(KEY, transport=later, clock=clock) as sender:
        error = caught.value
        result = sender.reconcile(error.request, attempts=error.attempts)
        assert result.evidence is Evidence.QUERY
        assert sender.reconcile(error.request).evidence is Evidence.QUERY


def test_a_script_that_is_over_says_so(open_client: Open) -> None:
    with (
        open_client(KEY, transport=ScriptedTransport([])) as sender,
        pytest.raises(AssertionError, match="more was sent than the script has answers for"),
    ):
        sender.send(CANCEL)


class _Careless(ScriptedTransport):
    """A transport that raises what it must not."""

    def send(self, request: Any, /, *, timeout: float) -> HttpResponse:
        super().send(request, timeout=timeout)
        raise ConnectionResetError(f"lost {request.target}")

    async def asend(self, request: Any, /, *, timeout: float) -> HttpResponse:  # noqa: ASYNC109 - the contract
        return self.send(request, timeout=timeout)


def test_a_bug_of_a_transport_is_not_retried_and_what_was_signed_is_not_shown(
    open_client: Open,
) -> None:
    transport = _Careless([HttpResponse(200, ())])
    with open_client(KEY, transport=transport) as sender, pytest.raises(OutcomeUnknown) as caught:
        sender.send(CANCEL, policy=AT_ONCE)
    assert "ConnectionResetError raised in" in str(caught.value)
    assert len(transport.requests) == 1
    shown = "".join(traceback.format_exception(caught.value))
    assert "signature" not in shown.replace("signed text", "")
    assert KEY.api_key not in shown


def test_a_closed_client_says_so_at_once(venue: Venue) -> None:
    async def send_after_closing() -> None:
        async with AsyncClient(KEY, transport=VenueTransport(venue)) as client:
            pass
        await client.send(CANCEL)

    with Client(KEY, transport=VenueTransport(venue)) as client:
        pass
    for send in (lambda: client.send(CANCEL), lambda: asyncio.run(send_after_closing())):
        with pytest.raises(TransportError, match="this client is closed") as caught:
            send()
        assert caught.value.sent is False


class _Unable:
    api_key = "k" * 64

    def sign(self, _: bytes, /) -> Any:
        return None


def test_a_key_that_does_not_sign_with_text_is_named(open_client: Open, venue: Venue) -> None:
    transport = VenueTransport(venue, clock=RealClock(lambda: NOW))
    with (
        open_client(_Unable(), transport=transport) as sender,
        pytest.raises(InvalidSetting, match="must sign with text"),
    ):
        sender.send(CANCEL)
    assert venue.log.entries == ()


class _Failing:
    """A signer that is gone after the first signature."""

    api_key = KEY.api_key

    def __init__(self) -> None:
        self._left = 1

    def sign(self, payload: bytes, /) -> str:
        self._left -= 1
        if self._left < 0:
            raise OSError("the token was pulled")
        return KEY.sign(payload)


def test_a_signer_that_fails_while_settling_leaves_it_unknown(
    open_client: Open, venue: Venue
) -> None:
    clock = VirtualClock(NOW)
    transport = VenueTransport(venue, clock=clock, plan=Plan([executed(answer=DROPPED)]))
    with (
        open_client(_Failing(), transport=transport, clock=clock) as sender,
        pytest.raises(OutcomeUnknown),
    ):
        sender.send(CANCEL)
    assert legs(venue, 0) == {"CANCELED"}


def test_the_limits_can_be_read_from_a_client(venue: Venue) -> None:
    transport = VenueTransport(venue, clock=RealClock(lambda: NOW))
    with Client(KEY, transport=transport) as one:
        one.send(CANCEL)
        assert [each.seconds for each in one.rate_limits()] == [10, 86400, 60]
    assert [each.limit for each in AsyncClient(KEY, transport=transport).rate_limits()][-1] == 6000


class Nameless:
    """Signs, and does not say for whom."""

    api_key = None

    def sign(self, payload: bytes, /) -> str:
        raise NotImplementedError


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"key": None}, "key"),
        ({"key": "secret"}, "key"),
        ({"key": HmacKey}, "key"),
        ({"key": Nameless()}, "key"),
        ({"protocol": Rest}, "protocol"),
        ({"policy": 5}, "policy"),
        ({"rate_limits": {}}, "rate_limits"),
        ({"clocks": 5}, "clocks"),
        ({"new_id": "x"}, "new_id"),
        ({"sleep": None}, "sleep"),
        ({"transport": "http://user:secret@host"}, "transport"),
        ({"transport": Urllib3Transport}, "transport"),
        ({"transport": AsyncioTransport}, "transport"),
    ],
)
def test_what_a_client_is_made_of_is_checked(kind: Any, settings: Any, field: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        kind(**{"key": KEY, **settings})
    assert caught.value.field == field
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("field", ["wall", "monotonic"])
def test_clocks_are_functions(field: str) -> None:
    wrong: dict[str, Any] = {field: 5}
    with pytest.raises(InvalidSetting, match=f"{field}=5: must be a function that returns nanosec"):
        Clocks(**wrong)


ORIGIN = "http://127.0.0.1:8080"
ONLY_REST = "this one is for Client with Rest()"
ONLY_FRAMES = "this one is for AsyncClient with WebSocketApi()"


@pytest.mark.parametrize(
    ("kind", "protocol", "transport", "rule"),
    [
        (
            Client,
            Rest(),
            AsyncioTransport(ORIGIN),
            "must have send(), for Client with Rest(); this one is for AsyncClient with Rest()",
        ),
        (
            AsyncClient,
            Rest(),
            Urllib3Transport(ORIGIN),
            "must have asend(), for AsyncClient with Rest(); this one is for Client with Rest()",
        ),
        (
            Client,
            WebSocketApi(),
            Urllib3Transport(ORIGIN),
            f"must have connect(), for Client with WebSocketApi(); {ONLY_REST}",
        ),
        (
            AsyncClient,
            Rest(),
            AsyncWebsocketsTransport(ORIGIN),
            f"must have asend(), for AsyncClient with Rest(); {ONLY_FRAMES}",
        ),
        (Client, Rest(), 5, "must have send(), for Client with Rest()"),
    ],
)
def test_a_transport_for_another_client_or_protocol_is_refused_and_says_for_which(
    kind: Any, protocol: Any, transport: Any, rule: str
) -> None:
    with pytest.raises(InvalidSetting) as caught:
        kind(KEY, protocol=protocol, transport=transport)
    assert (caught.value.field, caught.value.rule) == ("transport", rule)


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"key": HmacKey}, f"key={HmacKey!r}: must have an api_key"),
        ({"key": None}, "key=None: must have an api_key"),
        ({"key": b"secret"}, "key=<hidden>: must have an api_key"),
        ({"key": ["secret"]}, "key=<hidden>: must have an api_key"),
        ({"protocol": WebSocketApi}, f"protocol={WebSocketApi!r}: must be a protocol, such as"),
        ({"protocol": "rest"}, "protocol='rest': must be a protocol, such as Rest()"),
        ({"max_in_flight": 0}, "max_in_flight=0: must be an int, 1 or more"),
        ({"timeout": 0}, "timeout=0: must be seconds"),
        ({"policy": 5}, "policy=5: must be a Policy"),
        ({"rate_limits": {}}, "rate_limits={}: must be a RateLimits"),
    ],
)
def test_a_bad_setting_names_field_value_and_rule_and_hides_what_may_be_a_secret(
    kind: Any, given: Any, message: str
) -> None:
    with pytest.raises(InvalidSetting) as caught:
        kind(**{"key": KEY, **given})
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_setting_that_does_not_exist_is_a_type_error(kind: Any) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'timout'"):
        kind(KEY, timout=3)


REST = "testnet.binance.vision:443> as 'vmPU...Eh8A', open>"
FRAMES = "ws-api.testnet.binance.vision:443> as 'vmPU...Eh8A', open>"


@pytest.mark.parametrize(
    ("kind", "protocol", "shown"),
    [
        (Client, Rest(), f"<Client Rest over <Urllib3Transport https://{REST}"),
        (AsyncClient, Rest(), f"<AsyncClient Rest over <AsyncioTransport https://{REST}"),
        (Client, WebSocketApi(), f"<Client WebSocketApi over <WebsocketsTransport wss://{FRAMES}"),
        (
            AsyncClient,
            WebSocketApi(),
            f"<AsyncClient WebSocketApi over <AsyncWebsocketsTransport wss://{FRAMES}",
        ),
    ],
)
def test_a_client_says_who_speaks_and_how_and_where(kind: Any, protocol: Any, shown: str) -> None:
    assert repr(kind(KEY, exchange=Exchange.TESTNET, protocol=protocol)) == shown


def test_what_is_sent_is_checked(open_client: Open) -> None:
    with open_client(KEY, transport=ScriptedTransport([])) as sender:
        with pytest.raises(InvalidRequest, match="must be a Request"):
            sender.send(None)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - the point
        with pytest.raises(InvalidSetting, match="must be a Policy"):
            sender.send(CANCEL, policy=5)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - the point


def test_clients_wait_by_real_time_unless_told_otherwise(open_client: Open, venue: Venue) -> None:
    refused = VenueTransport(venue, plan=Plan([CONNECTION_REFUSED]))
    with open_client(KEY, transport=refused) as sender:
        assert sender.send(CANCEL).order_list_id == 0


def test_importing_the_synchronous_client_loads_neither_asyncio_nor_connections() -> None:
    code = (
        "import sys, orderlists_transports.urllib3\n"
        "from orderlists_transports import Client\n"
        "print([each for each in sys.modules if each == 'asyncio' or '_framed' in each])\n"
    )
    path = os.pathsep.join(sys.path)
    printed = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    assert printed == "[]\n"


def test_a_name_that_the_package_does_not_have_is_an_attribute_error() -> None:
    package: Any = orderlists_transports
    with pytest.raises(AttributeError, match="has no attribute 'Missing'"):
        package.Missing  # noqa: B018 - the access raises


def test_a_plain_with_of_an_asynchronous_client_names_async_with(venue: Venue) -> None:
    async def misuse() -> None:
        transport = VenueTransport(venue, clock=VirtualClock(0))
        client: Any = AsyncClient(KEY, protocol=WebSocketApi(), transport=transport)
        for each in (client, client.events()):
            text = f"^{type(each).__name__} is asynchronous: use 'async with' instead of 'with'$"
            with pytest.raises(TypeError, match=text), each:
                pass
        await client.aclose()

    asyncio.run(misuse())
