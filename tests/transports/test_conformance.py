"""Every HTTP transport keeps every clause, but for those that its library cannot keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderlists_transports.conformance import CLAUSES, Clause, Tls

if TYPE_CHECKING:
    from collections.abc import Callable

NEVER_WAITS = "it never waits for a free connection: it opens another"
HTTPX = {
    "a_child_process_has_its_own_connections": "its pool does not notice a fork",
    "headers_that_trickle_in_end_at_the_timeout": "it bounds each read, not all of them",
    "what_follows_a_reply_is_never_taken_for_another": "its parser keeps what follows",
}
BROKEN: dict[str, dict[str, str]] = {
    "urllib3": {"no_free_connection_means_not_sent": NEVER_WAITS},
    "asyncio": {"no_free_connection_means_not_sent": NEVER_WAITS},
    "aiohttp": {
        "a_child_process_has_its_own_connections": "a session belongs to one event loop",
        "an_unasked_reply_is_never_taken_for_another": "its pool keeps parsing idle connections",
        "no_free_connection_means_not_sent": "one timeout covers waiting and sending",
    },
    "httpx": HTTPX
    | {
        "everyone_gets_the_own_answer": "under load httpcore closes connections that are in use",
    },
    "async_httpx": HTTPX,
}
"""The clauses that a library does not let its adapter keep, and why."""


@pytest.mark.parametrize("clause", CLAUSES, ids=str)
def test_an_http_transport_keeps(
    clause: Clause, kind: str, keeps: Callable[[Clause, Tls | None], None], wire: Tls | None
) -> None:
    reason = BROKEN[kind].get(clause.name)
    if reason is not None:
        pytest.skip(reason)
    keeps(clause, wire)
