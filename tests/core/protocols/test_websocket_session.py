"""The session layer of the WebSocket API: ids, log-on, subscriptions, and frames."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderlists import (
    CancelOrderList,
    Ed25519Key,
    GetServerTime,
    HmacKey,
    InvalidSetting,
    Json,
    Key,
    OtherEvent,
    RsaKey,
    WebSocketApi,
)
from orderlists._operations.user_data_stream import (
    LogOn,
    Ping,
    Subscribe,
    SubscribeSigned,
    Subscription,
    Unsubscribe,
)
from orderlists._protocols.interfaces import (
    Draining,
    EventReceived,
    EventsEnded,
    ReplyPart,
)
from orderlists._protocols.websocket_session import WebSocketSession
from strategies import frames

KEY = HmacKey(api_key="k" * 64, secret="not-a-real-one")


def a_session(*, log_on: bool | None = None) -> WebSocketSession:
    class Own:
        """A custom key."""

        api_key = "o" * 64

        def sign(self, message: bytes) -> str:
            del message
            return "signed"

    return WebSocketApi(log_on=log_on).session(key=Own() if log_on else KEY)


def received(session: WebSocketSession, content: Any) -> Any:
    (item,) = session.received(json.dumps(content))
    return item


# Requests.


def test_requests_are_counted_up_on_each_connection() -> None:
    for _ in range(2):
        session = a_session()
        encoded = [session.encode(GetServerTime(), timestamp=1) for _ in range(3)]

        assert [each.key for each in encoded] == [1, 2, 3]
        assert [json.loads(each.data)["id"] for each in encoded] == [1, 2, 3]


def test_a_request_is_signed_unless_the_session_is_logged_on() -> None:
    session = a_session(log_on=True)
    request = CancelOrderList(symbol="LTCBTC", order_list_id=0)
    before = json.loads(session.encode(request, timestamp=1).data)
    session.logged_on()
    after = json.loads(session.encode(request, timestamp=1).data)

    assert before["params"]["signature"] == "signed"
    assert {"apiKey", "signature"}.isdisjoint(after["params"])


def test_a_log_on_is_signed_also_on_a_session_that_is_logged_on() -> None:
    session = a_session(log_on=True)
    session.logged_on()

    assert "signature" in json.loads(session.encode(LogOn(), timestamp=1).data)["params"]


def test_only_a_session_that_logs_on_begins_with_a_log_on() -> None:
    assert a_session().log_on() is None
    assert a_session(log_on=True).log_on() == LogOn()


def test_a_subscription_is_signed_unless_the_session_is_logged_on() -> None:
    session = a_session(log_on=True)
    assert session.subscribe() == SubscribeSigned()
    session.logged_on()

    assert session.subscribe() == Subscribe()
    assert a_session().subscribe() == SubscribeSigned()


@pytest.mark.parametrize("number", [0, 7])
def test_unsubscribe_sends_the_id_of_the_subscription(number: int) -> None:
    subscription = Subscription(subscription_id=number)

    assert a_session().unsubscribe(subscription) == Unsubscribe(number)


def test_a_quiet_connection_is_kept_alive_by_a_ping_of_the_api() -> None:
    assert a_session().keepalive() == Ping()


# Log-on.


@pytest.fixture(scope="module")
def private_keys() -> dict[str, Callable[[], Key]]:
    ser = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")

    def pem(private: Any) -> str:
        text: bytes = private.private_bytes(
            ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption()
        )
        return text.decode()

    return {
        "HmacKey": lambda: KEY,
        "RsaKey": lambda: RsaKey(
            api_key="R" * 64, private_key=pem(rsa.generate_private_key(65537, 2048))
        ),
        "Ed25519Key": lambda: Ed25519Key(
            api_key="E" * 64, private_key=pem(ed25519.Ed25519PrivateKey.generate())
        ),
    }


# The class of the key, `log_on`, and whether the connection logs on.
LOG_ONS = [
    ("Ed25519Key", None, True),
    ("Ed25519Key", True, True),
    ("Ed25519Key", False, False),
    ("HmacKey", None, False),
    ("HmacKey", False, False),
    ("RsaKey", None, False),
    ("RsaKey", False, False),
]


@pytest.mark.parametrize(("kind", "log_on", "logs_on"), LOG_ONS)
def test_ed25519_keys_log_on_unless_the_setting_says_otherwise(
    kind: str, *, log_on: bool | None, logs_on: bool, private_keys: dict[str, Callable[[], Key]]
) -> None:
    session = WebSocketApi(log_on=log_on).session(key=private_keys[kind]())

    assert (session.log_on() is not None) is logs_on


@pytest.mark.parametrize("kind", ["HmacKey", "RsaKey"])
def test_log_on_true_is_rejected_for_a_key_that_cannot_log_on(
    kind: str, private_keys: dict[str, Callable[[], Key]]
) -> None:
    with pytest.raises(InvalidSetting, match=f"^log_on=True: .*{kind}: only Ed25519 keys log on"):
        WebSocketApi(log_on=True).session(key=private_keys[kind]())


# Replies.


def test_a_reply_is_correlated_by_its_id() -> None:
    item = received(a_session(), {"id": 7, "status": 200, "result": {}})

    assert isinstance(item, ReplyPart)
    assert (item.key, item.is_last, item.reply.status) == (7, True, 200)


def test_a_reply_with_a_null_id_has_no_key() -> None:
    item = received(a_session(), {"id": None, "status": 429, "error": {"code": -1003, "msg": "x"}})

    assert isinstance(item, ReplyPart)
    assert item.key is None


@pytest.mark.parametrize("name", [True, False, 1.0, [], {}, [1]], ids=repr)
def test_a_reply_with_an_id_of_another_type_has_no_key(name: Any) -> None:
    item = received(a_session(), {"id": name, "status": 200, "result": {}})

    assert isinstance(item, ReplyPart)
    assert item.key is None


def test_a_reply_with_a_text_as_id_matches_no_request() -> None:
    item = received(a_session(), {"id": "1", "status": 200, "result": {}})

    assert isinstance(item, ReplyPart)
    assert item.key not in {1, None}


# Events.


def event(kind: str) -> dict[str, Any]:
    return {"subscriptionId": 0, "event": {"e": kind, "E": 1}}


def test_a_server_shutdown_drains_the_connection() -> None:
    assert received(a_session(), event("serverShutdown")) == Draining("serverShutdown")


def test_a_terminated_event_stream_ends_the_events() -> None:
    ended = received(a_session(), event("eventStreamTerminated"))

    assert ended == EventsEnded("eventStreamTerminated")


def test_any_other_event_is_an_event_of_the_account() -> None:
    item = received(a_session(), event("balanceUpdate"))

    assert isinstance(item, EventReceived)
    assert isinstance(item.event, OtherEvent)


def test_the_published_events_are_classified(vectors: dict[str, Any]) -> None:
    of_the_connection = {"serverShutdown": Draining, "eventStreamTerminated": EventsEnded}
    seen: set[str] = set()
    for sample in vectors["events"]:
        item = received(a_session(), sample)
        seen.add(type(item).__name__)
        assert isinstance(item, of_the_connection.get(sample["event"]["e"], EventReceived))

    assert len(seen) == 3


# Other frames.


@pytest.mark.parametrize("frame", ["", "{", "[]", "null", '{"id":1}', b"\xff", '{"status":200}'])
def test_a_frame_that_is_neither_a_reply_nor_an_event_is_ignored(frame: Any) -> None:
    assert list(a_session().received(frame)) == []


@settings(max_examples=60)
@given(frames)
def test_no_frame_raises(frame: str | bytes) -> None:
    for item in a_session().received(frame):
        assert isinstance(item, ReplyPart | EventReceived | Draining | EventsEnded)


@given(st.sampled_from([KeyError, TypeError, ZeroDivisionError]))
def test_a_parser_bug_passes_through_unchanged(kind: type[Exception]) -> None:
    def parse(_: bytes) -> Any:
        raise kind

    with pytest.raises(kind):
        WebSocketApi(format=Json(parser=parse)).session(key=KEY).received("{}")
