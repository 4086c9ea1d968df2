"""How a proxy is written, and what it is sent."""

from __future__ import annotations

from typing import Any

import pytest

from orderlists import InvalidSetting
from orderlists_transports._net.proxy import Proxy, parse_proxy


def test_a_proxy_has_a_host_and_a_port() -> None:
    assert parse_proxy("http://proxy.example:80/") == Proxy(host="proxy.example", port=80)
    assert parse_proxy("http://[::1]:3128") == Proxy(host="::1", port=3128)
    assert str(parse_proxy("http://[::1]:3128")) == "the proxy [::1]:3128"


def test_a_proxy_password_is_sent_as_basic_authentication_and_not_shown() -> None:
    proxy = parse_proxy("http://user:p%40ss@proxy.example:3128")
    assert proxy is not None
    assert proxy.headers == (("Proxy-Authorization", "Basic dXNlcjpwQHNz"),)
    assert "dXNl" not in repr(proxy)


def test_a_proxy_user_may_have_no_password() -> None:
    proxy = parse_proxy("http://user@proxy.example:3128")
    assert proxy is not None
    assert proxy.headers == (("Proxy-Authorization", "Basic dXNlcjo="),)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "proxy.example:3128",
        "socks5://proxy.example:1080",
        "http://",
        "http://proxy.example",
        "http://proxy.example:",
        "http://proxy.example:0",
        "http://proxy.example:port",
        "http://proxy.example/path",
        "http://proxy.example?a=1",
        "http://proxy.example#a",
        5,
        b"http://proxy.example",
    ],
)
def test_what_is_no_proxy_is_refused(given: Any) -> None:
    with pytest.raises(InvalidSetting, match=r"proxy=.*: must be http://host:port or"):
        parse_proxy(given)


def test_an_https_proxy_is_refused_by_name_and_its_password_is_not_shown() -> None:
    with pytest.raises(InvalidSetting) as caught:
        parse_proxy("https://user:secret@proxy.example:3128")
    assert str(caught.value).startswith("proxy=<hidden>: must be http://host:port")
    assert "spoken to by https:// is not supported" in str(caught.value)
