"""Where the exchange is: origins of both kinds, and what is no origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from orderlists import InvalidSetting
from orderlists_transports import Exchange, Origin, parse_framed_origin, parse_origin

if TYPE_CHECKING:
    from collections.abc import Callable

    Parse = Callable[[Any], Origin]

BOTH = pytest.mark.parametrize("parse", [parse_origin, parse_framed_origin])


@pytest.mark.parametrize("exchange", Exchange)
def test_every_environment_has_both_origins(exchange: Exchange) -> None:
    http, framed = parse_origin(exchange), parse_framed_origin(exchange)
    assert (http.scheme, framed.scheme) == ("https", "wss")
    assert http.port == framed.port == 443
    assert http.host != framed.host


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("wss://ws-api.binance.com:9443", Origin("wss", "ws-api.binance.com", 9443)),
        ("https://ws-api.binance.com", Origin("wss", "ws-api.binance.com", 443)),
        ("https://ws-api.binance.com/", Origin("wss", "ws-api.binance.com", 443)),
        ("ws://127.0.0.1:8080", Origin("ws", "127.0.0.1", 8080)),
        ("http://127.0.0.1:8080", Origin("ws", "127.0.0.1", 8080)),
        ("ws://localhost", Origin("ws", "localhost", 80)),
        ("http://[::1]:8080", Origin("ws", "::1", 8080)),
        ("wss://https.example", Origin("wss", "https.example", 443)),
    ],
)
def test_a_framed_origin_is_named_by_either_scheme(url: str, origin: Origin) -> None:
    assert parse_framed_origin(url) == origin


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://api1.binance.com", "https://api1.binance.com:443"),
        ("https://api.binance.com/", "https://api.binance.com:443"),
        ("https://api.binance.com:443", "https://api.binance.com:443"),
        ("HTTPS://Api.Binance.COM", "https://api.binance.com:443"),
        ("https://api.binance.us/", "https://api.binance.us:443"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_an_origin_is_written_out(url: str, origin: str) -> None:
    assert str(parse_origin(url)) == origin


REST_ADDRESSES = [
    ("https://api.binance.com/", "ws-api.binance.com"),
    ("https://api.binance.com:443", "ws-api.binance.com"),
    ("HTTPS://API.BINANCE.COM", "ws-api.binance.com"),
    *((f"https://api{number}.binance.com", "ws-api.binance.com") for number in range(1, 5)),
    ("https://api-gcp.binance.com", "ws-api.binance.com"),
    ("wss://api.binance.com", "ws-api.binance.com"),
    ("https://testnet.binance.vision/", "ws-api.testnet.binance.vision"),
    ("https://demo-api.binance.com:443/", "demo-ws-api.binance.com"),
    ("https://api.binance.us", "ws-api.binance.us"),
]


@pytest.mark.parametrize(("url", "host"), REST_ADDRESSES)
def test_a_known_rest_address_is_mapped_to_its_websocket_address(url: str, host: str) -> None:
    assert parse_framed_origin(url) == Origin("wss", host, 443)


@pytest.mark.parametrize(
    "url",
    ["https://exchange.example", "https://api.binance.com:8443", "https://api5.binance.com"],
)
def test_an_unknown_rest_address_asks_for_the_websocket_address(url: str) -> None:
    with pytest.raises(InvalidSetting, match="must be the address of its WebSocket API, as wss://"):
        parse_framed_origin(url)


def test_a_websocket_address_is_refused_for_rest() -> None:
    with pytest.raises(InvalidSetting, match=r"wss:// and ws:// are for WebSocketApi\(\)$"):
        parse_origin("https://ws-api.binance.com")


@BOTH
@pytest.mark.parametrize(
    "given",
    [
        "",
        "api.binance.com",
        "ftp://127.0.0.1",
        "https://",
        "https://api.binance.com/api",
        "https://api.binance.com?a=1",
        "https://api.binance.com#a",
        "https://api binance.com",
        "https://api.binance.com:port",
        "https://api.binance.com:70000",
        "https://api.binance.com:0",
        "ftp://api.binance.com",
        "http://api.binance.com",
        "http://127.0.0.1.example",
        "http://localhost.example",
        b"https://api.binance.com",
        None,
        7,
    ],
)
def test_what_is_no_origin_or_not_encrypted_is_refused(parse: Parse, given: object) -> None:
    with pytest.raises(InvalidSetting, match="exchange"):
        parse(given)


@pytest.mark.parametrize("given", ["ws://ws-api.binance.com", "ws://192.168.1.1:8080", "wss://a/b"])
def test_a_framed_origin_off_loopback_is_encrypted(given: str) -> None:
    with pytest.raises(InvalidSetting, match="wss:// and ws:// mean the same"):
        parse_framed_origin(given)


@pytest.mark.parametrize("given", ["ws://127.0.0.1:8080", "wss://ws-api.binance.com"])
def test_http_is_not_spoken_where_frames_are(given: str) -> None:
    with pytest.raises(InvalidSetting, match=r"; wss:// and ws:// are for WebSocketApi\(\)$"):
        parse_origin(given)


@BOTH
@pytest.mark.parametrize("name", ["testnet", "TESTNET"])
def test_the_name_of_an_environment_is_no_environment(parse: Parse, name: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        parse(name)
    assert str(caught.value) == f"exchange={name!r}: must be Exchange.TESTNET itself"


@BOTH
def test_a_password_is_not_shown(parse: Parse) -> None:
    with pytest.raises(InvalidSetting) as caught:
        parse("https://somebody:guess@api.binance.com")
    assert "guess" not in f"{caught.value!r} {caught.value}"
