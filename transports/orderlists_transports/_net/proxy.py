"""A proxy, and the way it is written.

Every request goes through a tunnel (`CONNECT`), so that a proxy cannot read what is signed.
"""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import unquote, urlsplit

from attrs import field, frozen

from orderlists import InvalidSetting
from orderlists.errors import HIDDEN
from orderlists_transports.environments import bracketed

_RULE = "must be http://host:port or http://user:password@host:port"
_HTTPS_RULE = f"{_RULE}; a proxy that is itself spoken to by https:// is not supported"


@frozen(kw_only=True)
class Proxy:
    """An HTTP proxy.

    Attributes:
        host: Its name or address.
        port: Its port.
        headers: What it needs besides the request for a tunnel: its password, if there is one.
    """

    host: str
    port: int
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        return f"the proxy {bracketed(self.host)}:{self.port}"


def parse_proxy(proxy: object) -> Proxy:
    """Return the proxy that a setting names.

    Raises:
        InvalidSetting: It is not the URL of a proxy; a password is not shown.

    >>> parse_proxy("http://user:secret@proxy.example:3128")
    Proxy(host='proxy.example', port=3128)
    """
    shown = HIDDEN if "@" in str(proxy) else proxy
    try:
        parts = urlsplit(str(proxy))
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InvalidSetting(field="proxy", value=shown, rule=_RULE) from None
    if parts.scheme == "https":
        raise InvalidSetting(field="proxy", value=shown, rule=_HTTPS_RULE)
    is_bare = parts.path in {"", "/"} and not parts.query and not parts.fragment
    if parts.scheme != "http" or not host or not port or not is_bare:
        raise InvalidSetting(field="proxy", value=shown, rule=_RULE)
    headers: tuple[tuple[str, str], ...] = ()
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers = (("Proxy-Authorization", f"Basic {b64encode(login.encode()).decode()}"),)
    return Proxy(host=host, port=port, headers=headers)
