"""Every HTTP transport keeps every clause, but for those that its library cannot keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderlists_transports.conformance import HTTP_CLAUSES, HttpClause

if TYPE_CHECKING:
    from collections.abc import Callable

CUT_OFF = {"a_tls_stream_is_cut_off": "a TLS stream without close_notify counts as a finished one"}
NEVER_WAITS = {
    "no_free_connection_means_not_sent": "it never waits for a free connection: it opens another"
}
HTTPX = {
    "a_child_process_has_its_own_connections": "its pool does not notice a fork",
    "bytes_after_a_reply_are_discarded": "its parser keeps what follows",
    "headers_that_trickle_in_end_at_the_timeout": "it bounds each read, not all of them",
}
BROKEN: dict[str, dict[str, str]] = {
    "urllib3": CUT_OFF | NEVER_WAITS,
    "asyncio": CUT_OFF | NEVER_WAITS,
    "aiohttp": CUT_OFF
    | {
        "a_child_process_has_its_own_connections": "a session belongs to one event loop",
        "an_unsolicited_reply_is_discarded": "its pool keeps parsing idle connections",
        "no_free_connection_means_not_sent": "one timeout covers waiting and sending",
    },
    "httpx": CUT_OFF
    | HTTPX
    | {
        "concurrent_requests_get_their_own_responses": (
            "under load httpcore closes connections that are in use"
        ),
    },
    "async_httpx": CUT_OFF | HTTPX,
}
"""The clauses that a library does not let its adapter keep, and why."""


# aiohttp's words on the long bodies of some clauses.
@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("clause", HTTP_CLAUSES, ids=str)
def test_an_http_transport_keeps(
    clause: HttpClause, kind: str, keeps: Callable[[HttpClause, bool], None], *, tls: bool
) -> None:
    reason = BROKEN[kind].get(clause.name)
    if reason is not None:
        pytest.skip(reason)
    keeps(clause, tls)
