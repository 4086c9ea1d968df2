"""The adapters of the page about transports of one's own keep the contract, and are short."""

from __future__ import annotations

import gc
import re
import ssl
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orderlists_transports.conformance import (
    FRAMED_CLAUSES,
    HTTP_CLAUSES,
    FramedClause,
    FramedSetup,
    HttpClause,
    Setup,
)

PAGE = Path(__file__).parents[2].joinpath("docs", "custom-transport.md").read_text("utf-8")
BLOCKS = [
    block
    for block in re.findall(r"(?ms)^```python\n(.*?)^```", PAGE)
    if re.search(r"(?m)^class \w+Transport:", block)
]
ADAPTERS: dict[str, Any] = {}
for _block in BLOCKS:
    exec(compile(_block, "custom-transport.md", "exec"), ADAPTERS)  # noqa: S102 - our own page
TABLE: dict[str, tuple[str, dict[str, str]]] = {
    row[0]: (row[1], dict(zip(("http.client", "requests", "httpx"), row[2:], strict=True)))
    for row in re.findall(r"(?m)^\| `(\w+)` \| (.*) \| (\w+) \| (\w+) \| (\w+) \|$", PAGE)
}
MOST_LINES_OF_CODE = 40
SYSTEM_TRUST = ssl.create_default_context()


def over_http_client(setup: Setup) -> Any:
    transport = ADAPTERS["HttpClientTransport"]
    return transport(setup.origin, setup.ssl_context, setup.max_response_size)


def over_requests(setup: Setup) -> Any:
    transport = ADAPTERS["RequestsTransport"]
    return transport(setup.origin, setup.ca_file or True, setup.max_response_size)


def over_httpx(setup: Setup) -> Any:
    transport = ADAPTERS["HttpxTransport"]
    # One for all: httpx would read the certificates of the system for each transport.
    return transport(setup.origin, setup.ssl_context or SYSTEM_TRUST, setup.max_response_size)


def over_websockets(setup: FramedSetup) -> Any:
    transport = ADAPTERS["WebSocketTransport"]
    return transport(setup.origin, setup.ssl_context, setup.max_frame_size)


FACTORIES = {"http.client": over_http_client, "requests": over_requests, "httpx": over_httpx}


@pytest.fixture(autouse=True)
def collected(request: pytest.FixtureRequest) -> Iterator[None]:
    """Collect the socket that asyncio leaves open where a TLS handshake is cancelled."""
    yield
    if "tls_handshake" in request.node.name:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


# What TLS does not change is checked without it.
@pytest.mark.parametrize("clause", HTTP_CLAUSES, ids=str)
@pytest.mark.parametrize("library", FACTORIES)
def test_an_adapter_of_the_page_keeps(library: str, clause: HttpClause) -> None:
    def check() -> None:
        is_async = library == "httpx"
        clause.check(FACTORIES[library], is_async=is_async, tls=clause.needs_tls)

    if clause.optional is None or TABLE[clause.name][1][library] == "kept":
        check()
    else:
        assert is_broken(clause, check)


def is_broken(clause: HttpClause, check: Callable[[], None]) -> bool:
    """Return whether a check fails: on a busy machine a server may be too slow to show it."""
    for _ in range(3):
        try:
            check()
        except AssertionError as error:
            return str(error).startswith(f"{clause.name}: ")
    return False


@pytest.mark.parametrize("clause", FRAMED_CLAUSES, ids=str)
def test_the_framed_transport_of_the_page_keeps(clause: FramedClause) -> None:
    clause.check(over_websockets, is_async=True, tls=clause.needs_tls)


@pytest.mark.parametrize("block", BLOCKS[:3], ids=FACTORIES)
def test_an_adapter_of_the_page_is_short(block: str) -> None:
    lines = [line for line in block.splitlines() if line.strip() and not line.startswith("#")]
    assert len(lines) < MOST_LINES_OF_CODE


def test_the_page_lists_the_optional_clauses_with_their_reasons() -> None:
    assert {name: reason for name, (reason, _) in TABLE.items()} == {
        clause.name: clause.optional for clause in HTTP_CLAUSES if clause.optional is not None
    }
