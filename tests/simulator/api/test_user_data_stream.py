"""Logons and subscriptions of a session."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from orderlists_simulator import (
    EXAMPLE_KEY,
    ApiError,
    ApiKey,
    AsymmetricApiKey,
    Plan,
    Venue,
    VirtualClock,
)
from orderlists_simulator._engine.session import Session
from orderlists_simulator._engine.time import TimeUnit
from orderlists_simulator.faults import Revoke

Signed = Callable[..., str]
Sign = Callable[[bytes], str]

NOW = 1_688_005_070_874
NOT_PERMITTED = "Invalid API-key, IP, or permissions for action."
ONE = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
OTHER = ed25519.Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
RSA = rsa.generate_private_key(65537, 2048)


def known(key: ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey, letter: str, **facts: Any) -> ApiKey:
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return AsymmetricApiKey(api_key=letter * 64, public_key=pem.decode(), **facts)


def by(key: ed25519.Ed25519PrivateKey) -> Sign:
    return lambda payload: b64encode(key.sign(payload)).decode()


def by_rsa(payload: bytes) -> str:
    return b64encode(RSA.sign(payload, padding.PKCS1v15(), SHA256())).decode()


@pytest.fixture
def venue() -> Venue:
    venue = Venue(
        keys=[
            EXAMPLE_KEY,
            known(ONE, "e"),
            known(OTHER, "o", account="other"),
            known(OTHER, "r", may_trade=False),
            known(RSA, "s"),
        ]
    )
    venue.order_entry.place_oco(
        symbol="LTCBTC", side="SELL", quantity=1, price=3, stop_price=1, now=0
    )
    return venue


@pytest.fixture
def log_on(signed: Signed) -> str:
    return signed("session.logon", apiKey="e" * 64, sign=by(ONE))


def code(reply: Any) -> tuple[int, int]:
    return reply["status"], reply["error"]["code"]


def unsigned(method: str, **params: object) -> str:
    written = ",".join(f'"{name}":"{value}"' for name, value in params.items())
    return f'{{"id":1,"method":"{method}","params":{{{written}}}}}'


def test_a_new_session_is_not_authenticated(connection: Any, virtual: VirtualClock) -> None:
    virtual.sleep(1)

    assert connection.request(unsigned("session.status"))["result"] == {
        "apiKey": None,
        "authorizedSince": None,
        "connectedSince": NOW,
        "returnRateLimits": False,
        "serverTime": NOW + 1000,
        "userDataStream": False,
    }


def test_requests_after_a_logon_need_no_signature(
    connection: Any, log_on: str, virtual: VirtualClock, venue: Venue
) -> None:
    reply = connection.request(log_on)
    virtual.sleep(1)
    status = connection.request(unsigned("session.status"))
    done = connection.request(
        unsigned("orderList.cancel", symbol="LTCBTC", orderListId=0, timestamp=NOW + 1000)
    )

    assert reply["result"]["apiKey"] == status["result"]["apiKey"] == "e" * 64
    assert status["result"]["authorizedSince"] == NOW
    assert done["status"] == 200
    assert not venue.order_list(0).is_open


def test_requests_after_a_logon_need_a_timestamp(connection: Any, log_on: str) -> None:
    connection.request(log_on)

    assert code(connection.request(unsigned("orderList.status", orderListId=0))) == (400, -1102)
    assert code(connection.request(unsigned("orderList.status", orderListId=0, timestamp=1))) == (
        400,
        -1021,
    )


def test_an_explicit_key_and_signature_override_the_logon(
    connection: Any, log_on: str, signed: Signed
) -> None:
    connection.request(log_on)

    other = connection.request(
        signed("orderList.status", apiKey="o" * 64, sign=by(OTHER), orderListId=0)
    )
    forged = connection.request(
        signed("orderList.status", apiKey="o" * 64, sign=by(ONE), orderListId=0)
    )

    # The list is that of another account.
    assert (code(other), code(forged)) == ((400, -2018), (400, -1022))


@pytest.mark.parametrize("half", [{"apiKey": EXAMPLE_KEY.api_key}, {"signature": "0" * 64}])
def test_an_explicit_key_without_a_signature_is_refused(
    connection: Any, log_on: str, half: dict[str, str]
) -> None:
    connection.request(log_on)

    reply = connection.request(unsigned("orderList.status", orderListId=0, timestamp=NOW, **half))

    assert code(reply) == (400, -1102)


def test_a_second_logon_switches_the_key(connection: Any, log_on: str, signed: Signed) -> None:
    connection.request(log_on)

    reply = connection.request(signed("session.logon", apiKey="o" * 64, sign=by(OTHER)))

    assert reply["result"]["apiKey"] == "o" * 64


def test_a_logon_needs_a_signature(connection: Any, log_on: str, signed: Signed) -> None:
    connection.request(log_on)

    assert code(connection.request(unsigned("session.logon", timestamp=NOW))) == (400, -1102)
    assert code(connection.request(signed("session.logon", apiKey="e" * 64, sign=by(OTHER)))) == (
        400,
        -1022,
    )


@pytest.mark.parametrize(("letter", "sign"), [(None, None), ("s", by_rsa)], ids=["hmac", "rsa"])
def test_a_logon_needs_an_ed25519_key(
    connection: Any, signed: Signed, letter: str | None, sign: Sign | None
) -> None:
    facts: dict[str, Any] = {} if letter is None else {"apiKey": letter * 64, "sign": sign}

    assert code(connection.request(signed("session.logon", **facts))) == (400, -1020)
    assert connection.request(unsigned("session.status"))["result"]["apiKey"] is None


def test_a_logon_gives_no_trade_permission(connection: Any, signed: Signed) -> None:
    connection.request(signed("session.logon", apiKey="r" * 64, sign=by(OTHER)))

    reply = connection.request(
        unsigned("orderList.cancel", symbol="LTCBTC", orderListId=0, timestamp=NOW)
    )

    assert code(reply) == (401, -2015)


def test_requests_after_a_logout_need_a_signature(connection: Any, log_on: str) -> None:
    connection.request(log_on)

    reply = connection.request(unsigned("session.logout"))

    assert (reply["result"]["apiKey"], reply["result"]["authorizedSince"]) == (None, None)
    assert code(connection.request(unsigned("orderList.status", orderListId=0, timestamp=NOW))) == (
        400,
        -1102,
    )


class TestSubscriptions:
    def test_subscribe_and_unsubscribe(self, connection: Any, signed: Signed) -> None:
        made = connection.request(signed("userDataStream.subscribe.signature"))
        listed = connection.request(unsigned("session.subscriptions"))
        status = connection.request(unsigned("session.status"))
        ended = connection.request(unsigned("userDataStream.unsubscribe", subscriptionId=0))

        assert made["result"] == {"subscriptionId": 0}
        assert listed["result"] == [{"subscriptionId": 0}]
        assert status["result"]["userDataStream"] is True
        assert ended["result"] == {}
        assert connection.receive() == {
            "subscriptionId": 0,
            "event": {"e": "eventStreamTerminated", "E": NOW},
        }
        assert connection.request(unsigned("session.subscriptions"))["result"] == []

    def test_subscribe_needs_a_logon(self, connection: Any, log_on: str) -> None:
        before = connection.request(unsigned("userDataStream.subscribe"))
        connection.request(log_on)

        assert code(before) == (401, -2015)
        assert connection.request(unsigned("userDataStream.subscribe"))["result"] == {
            "subscriptionId": 0
        }

    def test_an_account_has_one_subscription(
        self, connection: Any, log_on: str, signed: Signed
    ) -> None:
        connection.request(log_on)
        connection.request(unsigned("userDataStream.subscribe"))

        # Another key, but of the same account.
        assert code(connection.request(signed("userDataStream.subscribe.signature"))) == (
            400,
            -2035,
        )

    def test_several_accounts_have_one_subscription_each(
        self, connection: Any, signed: Signed
    ) -> None:
        connection.request(signed("userDataStream.subscribe.signature"))
        second = signed("userDataStream.subscribe.signature", apiKey="o" * 64, sign=by(OTHER))

        assert connection.request(second)["result"] == {"subscriptionId": 1}

    def test_an_id_is_not_used_twice(self, connection: Any, signed: Signed) -> None:
        for number in range(3):
            made = connection.request(signed("userDataStream.subscribe.signature"))
            connection.request(unsigned("userDataStream.unsubscribe"))
            connection.receive()

            assert made["result"] == {"subscriptionId": number}

    @pytest.mark.parametrize("params", [{}, {"subscriptionId": 7}])
    def test_unsubscribe_without_a_subscription_is_refused(
        self, connection: Any, params: dict[str, object]
    ) -> None:
        assert code(connection.request(unsigned("userDataStream.unsubscribe", **params))) == (
            400,
            -2036,
        )

    def test_a_logout_ends_the_subscription_of_the_logon_only(
        self, connection: Any, log_on: str, signed: Signed
    ) -> None:
        connection.request(log_on)
        connection.request(
            signed("userDataStream.subscribe.signature", apiKey="o" * 64, sign=by(OTHER))
        )
        connection.request(unsigned("userDataStream.subscribe"))

        reply = connection.request(unsigned("session.logout"))

        assert reply["result"]["userDataStream"] is True
        assert connection.receive()["subscriptionId"] == 1
        assert connection.request(unsigned("session.subscriptions"))["result"] == [
            {"subscriptionId": 0}
        ]

    def test_the_active_subscriptions_of_a_connection_are_limited(self) -> None:
        session = Session(since=0, unit=TimeUnit.MILLISECOND, returns_rate_limits=True)
        for number in range(1000):
            session.subscribe(str(number), by_logon=False)

        with pytest.raises(ApiError, match="-2042"):
            session.subscribe("one more", by_logon=False)

    def test_the_subscription_ids_of_a_connection_are_limited(self) -> None:
        session = Session(since=0, unit=TimeUnit.MILLISECOND, returns_rate_limits=True)
        for _ in range(65535):
            session.subscribe("main", by_logon=False)
            session.unsubscribe(None, now=0)

        with pytest.raises(ApiError, match="-2042"):
            session.subscribe("main", by_logon=False)


@pytest.fixture
def revoked(open_connector: Callable[[Plan], Any], virtual: VirtualClock) -> Any:
    """Connect to a venue that revokes keys after a second."""
    return open_connector(Plan(events=[(virtual.now() + 10**9, Revoke())])).connect(
        "?returnRateLimits=false"
    )


def test_a_revoked_key_is_logged_out(revoked: Any, log_on: str, virtual: VirtualClock) -> None:
    revoked.request(log_on)
    revoked.request(unsigned("userDataStream.subscribe"))
    virtual.sleep(1)
    revoked.send(unsigned("session.status"))

    event, ended, status = (revoked.receive() for _ in range(3))

    assert event == {"id": None, "status": 401, "error": {"code": -2015, "msg": NOT_PERMITTED}}
    assert ended["event"]["e"] == "eventStreamTerminated"
    assert status["result"]["apiKey"] is None


def test_revoke_sends_nothing_without_a_logon(revoked: Any, virtual: VirtualClock) -> None:
    virtual.sleep(1)

    assert revoked.request(unsigned("session.status"))["id"] == 1
