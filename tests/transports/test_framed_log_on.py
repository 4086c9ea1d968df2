"""Clients that log on: keys, sessions and clocks."""

import pytest

from client_and_venue import SECOND, START
from clients import CLIENTS
from hooked_transport import CANCEL, LOOK, OpenClient
from hooked_transport import framed as over_frames
from observed import Recorder
from orderlists import (
    Ed25519Key,
    Evidence,
    HmacKey,
    InvalidSetting,
    Key,
    Policy,
    RsaKey,
    TransportError,
    Unauthorized,
    WebSocketApi,
)
from orderlists.observing import ClockMeasured
from orderlists_simulator import AsymmetricApiKey, Venue
from orderlists_simulator import faults as f


@pytest.fixture(params=CLIENTS)
def framed(request: pytest.FixtureRequest) -> OpenClient:
    return over_frames(request.param)


@pytest.fixture(scope="module")
def ed25519() -> tuple[Ed25519Key, AsymmetricApiKey]:
    crypto = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    ser = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    private = crypto.Ed25519PrivateKey.generate()
    pem = private.private_bytes(
        ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption()
    ).decode()
    public = private.public_key().public_bytes(
        ser.Encoding.PEM, ser.PublicFormat.SubjectPublicKeyInfo
    )
    api_key = "E" * 64
    return (
        Ed25519Key(api_key=api_key, private_key=pem),
        AsymmetricApiKey(api_key=api_key, public_key=public.decode()),
    )


Keys = tuple[Ed25519Key, AsymmetricApiKey]


def venue_for(known: AsymmetricApiKey) -> Venue:
    venue = Venue(keys=[known])
    venue.order_entry.place_oco(
        symbol="LTCBTC", side="SELL", quantity=1, price=3, stop_price=1, now=START
    )
    return venue


def test_an_ed25519_key_logs_on_once_and_signs_no_request(
    framed: OpenClient, ed25519: Keys
) -> None:
    key, known = ed25519
    with framed(venue=venue_for(known), key=key) as pair:
        pair.client.send(LOOK)
        pair.client.send(CANCEL)

    requests = pair.venue.log.entries
    assert [entry.method for entry in requests] == [
        "session.logon",
        "orderList.status",
        "orderList.cancel",
    ]
    assert [entry.parameter("apiKey") is None for entry in requests] == [False, True, True]


def test_every_connection_begins_with_a_log_on(framed: OpenClient, ed25519: Keys) -> None:
    key, known = ed25519
    faults = [f.NORMAL, f.executed(answer=f.DROPPED)]
    with framed(venue=venue_for(known), key=key, faults=faults) as pair:
        done = pair.client.send(CANCEL)

    assert done.evidence is Evidence.QUERY
    methods = [entry.method for entry in pair.venue.log.entries]
    assert methods.count("session.logon") == len(pair.transport.opened) == 2


def test_an_ed25519_key_may_sign_every_request_instead(framed: OpenClient, ed25519: Keys) -> None:
    key, known = ed25519
    with framed(venue=venue_for(known), key=key, protocol=WebSocketApi(log_on=False)) as pair:
        pair.client.send(CANCEL)

    (requests,) = pair.venue.log.entries
    assert requests.parameter("apiKey") == known.api_key


@pytest.fixture(params=["HmacKey", "RsaKey"])
def unable(request: pytest.FixtureRequest) -> Key:
    """Return a key that cannot log on."""
    if request.param == "HmacKey":
        return HmacKey(api_key="H" * 64, secret="not-a-real-one")
    rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")
    ser = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    private = rsa.generate_private_key(65537, 2048).private_bytes(
        ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption()
    )
    return RsaKey(api_key="R" * 64, private_key=private)


def test_a_key_that_cannot_log_on_is_refused_when_the_client_is_made(
    framed: OpenClient, unable: Key
) -> None:
    refused = pytest.raises(
        InvalidSetting, match=f"^log_on=True: .*{type(unable).__name__}: only Ed25519"
    )
    with refused, framed(key=unable, protocol=WebSocketApi(log_on=True)):
        pass
    for log_on in (None, False):
        with framed(key=unable, protocol=WebSocketApi(log_on=log_on)):
            pass


def test_a_custom_key_logs_on_if_log_on_is_true(framed: OpenClient, ed25519: Keys) -> None:
    class Token:
        api_key = ed25519[0].api_key
        sign = staticmethod(ed25519[0].sign)

    with framed(
        venue=venue_for(ed25519[1]), key=Token(), protocol=WebSocketApi(log_on=True)
    ) as pair:
        pair.client.send(CANCEL)

    assert pair.venue.log.entries[0].method == "session.logon"


def test_a_refused_log_on_is_raised_and_nothing_was_sent(framed: OpenClient, ed25519: Keys) -> None:
    key, _ = ed25519
    with framed(key=key) as pair, pytest.raises(Unauthorized):
        pair.client.send(CANCEL)

    assert pair.cancels == []


def test_a_log_on_is_repeated_after_a_clock_sync(framed: OpenClient, ed25519: Keys) -> None:
    key, known = ed25519
    with framed(venue=venue_for(known), key=key, skew=-3600 * SECOND) as pair:
        done = pair.client.send(CANCEL)

    assert done.evidence is Evidence.REPLY
    assert len(pair.cancels) == len(pair.transport.opened) == 1


def test_a_clock_that_a_log_on_measures_is_an_event_without_a_call(
    framed: OpenClient, ed25519: Keys
) -> None:
    key, known = ed25519
    seen = Recorder()
    with framed(venue=venue_for(known), key=key, skew=-3600 * SECOND, observe=seen) as pair:
        pair.client.send(CANCEL)

    (measured,) = seen.of(ClockMeasured)
    assert measured.call is None
    assert measured.moved == pytest.approx(3600, abs=0.01)


def test_a_server_shutdown_during_a_log_on_means_a_reconnect(
    framed: OpenClient, ed25519: Keys
) -> None:
    key, known = ed25519
    settings = {"faults": [f.delayed(2)], "events": [(1, f.ShutDown(10))]}
    with framed(venue=venue_for(known), key=key, **settings) as pair:
        done = pair.client.send(CANCEL)

    assert done.evidence is Evidence.REPLY
    assert len(pair.transport.opened) == 2
    assert len(pair.cancels) == 1


def test_a_log_on_answered_503_says_that_nothing_was_sent(
    framed: OpenClient, ed25519: Keys
) -> None:
    key, known = ed25519
    faults = [f.not_executed(answer=f.bare(503))] * 3
    settings = {"venue": venue_for(known), "key": key, "faults": faults}
    with framed(**settings) as pair, pytest.raises(TransportError) as caught:
        pair.client.send(CANCEL, policy=Policy(max_resends=0))

    assert caught.value.sent is False
    assert pair.cancels == []


def test_a_log_on_whose_clock_sync_fails_says_that_nothing_was_sent(
    framed: OpenClient, ed25519: Keys
) -> None:
    key, known = ed25519
    early = f.not_executed(answer=f.json_error(-1021, status=400))
    lost = [f.not_executed(answer=f.bare(503))] * 3
    settings = {"venue": venue_for(known), "key": key, "faults": [early, *lost]}
    with framed(**settings) as pair, pytest.raises(TransportError, match="-1021") as caught:
        pair.client.send(CANCEL, policy=Policy(max_resends=0))

    assert caught.value.sent is False


def test_a_connection_that_is_no_longer_logged_on_is_replaced(
    framed: OpenClient, ed25519: Keys
) -> None:
    key, known = ed25519
    refused = f.not_executed(answer=f.json_error(-2015, status=401))
    with framed(venue=venue_for(known), key=key, faults=[f.NORMAL, refused]) as pair:
        with pytest.raises(Unauthorized):
            pair.client.send(CANCEL)
        pair.client.send(CANCEL)

    assert len(pair.transport.opened) == 2


def test_a_revoked_session_logs_on_again_on_another_connection(
    framed: OpenClient, ed25519: Keys
) -> None:
    key, known = ed25519
    with framed(venue=venue_for(known), key=key, events=[(1, f.Revoke())]) as pair:
        pair.client.send(LOOK)
        pair.clock.sleep(2)
        done = pair.client.send(CANCEL)

    assert done.evidence is Evidence.REPLY
    assert len(pair.transport.opened) == 2
