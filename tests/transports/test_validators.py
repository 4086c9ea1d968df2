"""The built-in transports take no nonsense for a number."""

from typing import Any

import pytest

from orderlists import InvalidSetting
from orderlists_transports.asyncio import AsyncioTransport
from orderlists_transports.urllib3 import Urllib3Transport
from orderlists_transports.websockets import AsyncWebsocketsTransport, WebsocketsTransport

HTTP = [AsyncioTransport, Urllib3Transport]
FRAMED = [AsyncWebsocketsTransport, WebsocketsTransport]
NONSENSE = [0, -1, True, "20", None, float("nan"), float("inf")]


@pytest.mark.parametrize("value", [*NONSENSE, 20.0])
@pytest.mark.parametrize(
    ("kind", "field"),
    [
        *((kind, "max_response_size") for kind in HTTP),
        *((kind, "max_frame_size") for kind in FRAMED),
    ],
)
def test_a_length_is_a_whole_number_of_bytes(kind: Any, field: str, value: Any) -> None:
    with pytest.raises(InvalidSetting) as caught:
        kind("http://127.0.0.1:1", **{field: value})
    assert str(caught.value) == f"{field}={value!r}: must be an int, 1 or more"


@pytest.mark.parametrize("value", NONSENSE)
@pytest.mark.parametrize("kind", FRAMED)
def test_a_heartbeat_is_a_time_that_can_be_waited_for(kind: Any, value: Any) -> None:
    with pytest.raises(InvalidSetting) as caught:
        kind("http://127.0.0.1:1", heartbeat=value)
    assert (
        str(caught.value) == f"heartbeat={value!r}: must be seconds, a finite number, more than 0"
    )


@pytest.mark.parametrize("value", NONSENSE)
@pytest.mark.parametrize("kind", HTTP)
def test_max_connections_is_an_int_of_one_or_more(kind: Any, value: Any) -> None:
    with pytest.raises(InvalidSetting, match=r"max_connections=.*: must be an int, 1 or more"):
        kind("http://127.0.0.1:1", max_connections=value)


@pytest.mark.parametrize("value", [each for each in NONSENSE if each is not None])
@pytest.mark.parametrize("kind", HTTP)
def test_connect_timeout_is_a_finite_number_of_seconds(kind: Any, value: Any) -> None:
    with pytest.raises(InvalidSetting, match=r"connect_timeout=.*: must be seconds, a finite"):
        kind("http://127.0.0.1:1", connect_timeout=value)


@pytest.mark.parametrize("kind", HTTP)
def test_ssl_context_is_an_ssl_context(kind: Any) -> None:
    with pytest.raises(InvalidSetting, match=r"ssl_context=True: must be an ssl\.SSLContext"):
        kind("http://127.0.0.1:1", ssl_context=True)


@pytest.mark.parametrize("kind", HTTP)
def test_open_socket_is_a_function(kind: Any) -> None:
    with pytest.raises(InvalidSetting, match=r"open_socket=5: must be a .*function"):
        kind("http://127.0.0.1:1", open_socket=5)


@pytest.mark.parametrize("kind", HTTP)
def test_one_byte_is_a_length(kind: Any) -> None:
    kind("http://127.0.0.1:1", max_response_size=1, max_connections=1, connect_timeout=0.001)


@pytest.mark.parametrize("kind", FRAMED)
def test_a_heartbeat_and_a_frame_may_be_as_short_as_can_be(kind: Any) -> None:
    kind("http://127.0.0.1:1", max_frame_size=1, heartbeat=0.001)
