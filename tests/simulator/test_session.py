"""Who is logged on, and who is told what."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from orderlists_simulator import (
    EXAMPLE_KEY,
    ApiKey,
    AsymmetricApiKey,
    Plan,
    Refused,
    Venue,
    VirtualClock,
)
from orderlists_simulator._session import Session
from orderlists_simulator._timing import TimeUnit
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
    venue.open_oco(symbol="LTCBTC", side="SELL", quantity=1, price=3, stop_price=1, now=0)
    return venue


@pytest.fixture
def log_on(signed: Signed) -> str:
    return signed("session.logon", apiKey="e" * 64, sign=by(ONE))


def code(reply: Any) -> tuple[int, int]:
    return reply["status"], reply["error"]["code"]


def unsigned(method: str, **params: object) -> str:
    written = ",".join(f'"{name}":"{value}"' for name, value in params.items())
    return f'{{"id":1,"method":"{method}","params":{{{written}}}}}'


def test_nobody_is_logged_on_at_first(talk: Any, virtual: VirtualClock) -> None:
    virtual.sleep(1)

    assert talk.ask(unsigned("session.status"))["result"] == {
        "apiKey": None,
        "authorizedSince": None,
        "connectedSince": NOW,
        "returnRateLimits": False,
        "serverTime": NOW + 1000,
        "userDataStream": False,
    }


def test_who_logs_on_need_not_sign_any_more(
    talk: Any, log_on: str, virtual: VirtualClock, venue: Venue
) -> None:
    reply = talk.ask(log_on)
    virtual.sleep(1)
    status = talk.ask(unsigned("session.status"))
    done = talk.ask(
        unsigned("orderList.cancel", symbol="LTCBTC", orderListId=0, timestamp=NOW + 1000)
    )

    assert reply["result"]["apiKey"] == status["result"]["apiKey"] == "e" * 64
    assert status["result"]["authorizedSince"] == NOW
    assert done["status"] == 200
    assert not venue.order_list(0).is_open


def test_the_time_is_needed_all_the_same(talk: Any, log_on: str) -> None:
    talk.ask(log_on)

    assert code(talk.ask(unsigned("orderList.status", orderListId=0))) == (400, -1102)
    assert code(talk.ask(unsigned("orderList.status", orderListId=0, timestamp=1))) == (400, -1021)


def test_a_request_may_name_another_key(talk: Any, log_on: str, signed: Signed) -> None:
    talk.ask(log_on)

    other = talk.ask(signed("orderList.status", apiKey="o" * 64, sign=by(OTHER), orderListId=0))
    forged = talk.ask(signed("orderList.status", apiKey="o" * 64, sign=by(ONE), orderListId=0))

    # The list is that of another account.
    assert (code(other), code(forged)) == ((400, -2018), (400, -1022))


@pytest.mark.parametrize("half", [{"apiKey": EXAMPLE_KEY.api_key}, {"signature": "0" * 64}])
def test_half_of_a_proof_is_none(talk: Any, log_on: str, half: dict[str, str]) -> None:
    talk.ask(log_on)

    reply = talk.ask(unsigned("orderList.status", orderListId=0, timestamp=NOW, **half))

    assert code(reply) == (400, -1102)


def test_a_second_log_on_switches_the_key(talk: Any, log_on: str, signed: Signed) -> None:
    talk.ask(log_on)

    reply = talk.ask(signed("session.logon", apiKey="o" * 64, sign=by(OTHER)))

    assert reply["result"]["apiKey"] == "o" * 64


def test_a_log_on_has_to_be_signed(talk: Any, log_on: str, signed: Signed) -> None:
    talk.ask(log_on)

    assert code(talk.ask(unsigned("session.logon", timestamp=NOW))) == (400, -1102)
    assert code(talk.ask(signed("session.logon", apiKey="e" * 64, sign=by(OTHER)))) == (400, -1022)


@pytest.mark.parametrize(("letter", "sign"), [(None, None), ("s", by_rsa)], ids=["hmac", "rsa"])
def test_only_ed25519_keys_may_log_on(
    talk: Any, signed: Signed, letter: str | None, sign: Sign | None
) -> None:
    facts: dict[str, Any] = {} if letter is None else {"apiKey": letter * 64, "sign": sign}

    assert code(talk.ask(signed("session.logon", **facts))) == (400, -1020)
    assert talk.ask(unsigned("session.status"))["result"]["apiKey"] is None


def test_who_may_not_trade_may_not_when_logged_on(talk: Any, signed: Signed) -> None:
    talk.ask(signed("session.logon", apiKey="r" * 64, sign=by(OTHER)))

    reply = talk.ask(unsigned("orderList.cancel", symbol="LTCBTC", orderListId=0, timestamp=NOW))

    assert code(reply) == (401, -2015)


def test_after_a_log_out_requests_have_to_be_signed(talk: Any, log_on: str) -> None:
    talk.ask(log_on)

    reply = talk.ask(unsigned("session.logout"))

    assert (reply["result"]["apiKey"], reply["result"]["authorizedSince"]) == (None, None)
    assert code(talk.ask(unsigned("orderList.status", orderListId=0, timestamp=NOW))) == (
        400,
        -1102,
    )


class TestSubscriptions:
    def test_it_is_made_and_ended(self, talk: Any, signed: Signed) -> None:
        made = talk.ask(signed("userDataStream.subscribe.signature"))
        listed = talk.ask(unsigned("session.subscriptions"))
        status = talk.ask(unsigned("session.status"))
        ended = talk.ask(unsigned("userDataStream.unsubscribe", subscriptionId=0))

        assert made["result"] == {"subscriptionId": 0}
        assert listed["result"] == [{"subscriptionId": 0}]
        assert status["result"]["userDataStream"] is True
        assert ended["result"] == {}
        assert talk.receive() == {
            "subscriptionId": 0,
            "event": {"e": "eventStreamTerminated", "E": NOW},
        }
        assert talk.ask(unsigned("session.subscriptions"))["result"] == []

    def test_it_comes_with_a_log_on(self, talk: Any, log_on: str) -> None:
        before = talk.ask(unsigned("userDataStream.subscribe"))
        talk.ask(log_on)

        assert code(before) == (401, -2015)
        assert talk.ask(unsigned("userDataStream.subscribe"))["result"] == {"subscriptionId": 0}

    def test_an_account_has_one(self, talk: Any, log_on: str, signed: Signed) -> None:
        talk.ask(log_on)
        talk.ask(unsigned("userDataStream.subscribe"))

        # Another key, but of the same account.
        assert code(talk.ask(signed("userDataStream.subscribe.signature"))) == (400, -2035)

    def test_several_accounts_have_one_each(self, talk: Any, signed: Signed) -> None:
        talk.ask(signed("userDataStream.subscribe.signature"))
        second = signed("userDataStream.subscribe.signature", apiKey="o" * 64, sign=by(OTHER))

        assert talk.ask(second)["result"] == {"subscriptionId": 1}

    def test_an_id_is_not_given_twice(self, talk: Any, signed: Signed) -> None:
        for number in range(3):
            made = talk.ask(signed("userDataStream.subscribe.signature"))
            talk.ask(unsigned("userDataStream.unsubscribe"))
            talk.receive()

            assert made["result"] == {"subscriptionId": number}

    @pytest.mark.parametrize("params", [{}, {"subscriptionId": 7}])
    def test_what_is_not_there_cannot_end(self, talk: Any, params: dict[str, object]) -> None:
        assert code(talk.ask(unsigned("userDataStream.unsubscribe", **params))) == (400, -2036)

    def test_a_log_out_ends_that_of_the_log_on_only(
        self, talk: Any, log_on: str, signed: Signed
    ) -> None:
        talk.ask(log_on)
        talk.ask(signed("userDataStream.subscribe.signature", apiKey="o" * 64, sign=by(OTHER)))
        talk.ask(unsigned("userDataStream.subscribe"))

        reply = talk.ask(unsigned("session.logout"))

        assert reply["result"]["userDataStream"] is True
        assert talk.receive()["subscriptionId"] == 1
        assert talk.ask(unsigned("session.subscriptions"))["result"] == [{"subscriptionId": 0}]

    def test_there_are_only_so_many(self) -> None:
        session = Session(since=0, unit=TimeUnit.MILLISECOND, returns_rate_limits=True)
        for number in range(1000):
            session.subscribe(str(number), by_logon=False)

        with pytest.raises(Refused, match="-2042"):
            session.subscribe("one more", by_logon=False)

    def test_there_are_only_so_many_ids(self) -> None:
        session = Session(since=0, unit=TimeUnit.MILLISECOND, returns_rate_limits=True)
        for _ in range(65535):
            session.subscribe("main", by_logon=False)
            session.unsubscribe(None)

        with pytest.raises(Refused, match="-2042"):
            session.subscribe("main", by_logon=False)


@pytest.fixture
def revoked(meet: Callable[[Plan], Any], virtual: VirtualClock) -> Any:
    """Talk to a venue that revokes keys after a second."""
    return meet(Plan(events=[(virtual.now() + 10**9, Revoke())])).connect("?returnRateLimits=false")


def test_a_key_that_is_revoked_is_logged_on_no_more(
    revoked: Any, log_on: str, virtual: VirtualClock
) -> None:
    revoked.ask(log_on)
    revoked.ask(unsigned("userDataStream.subscribe"))
    virtual.sleep(1)
    revoked.send(unsigned("session.status"))

    told, ended, status = (revoked.receive() for _ in range(3))

    assert told == {"id": None, "status": 401, "error": {"code": -2015, "msg": NOT_PERMITTED}}
    assert ended["event"]["e"] == "eventStreamTerminated"
    assert status["result"]["apiKey"] is None


def test_who_was_not_logged_on_is_told_nothing(revoked: Any, virtual: VirtualClock) -> None:
    virtual.sleep(1)

    assert revoked.ask(unsigned("session.status"))["id"] == 1
