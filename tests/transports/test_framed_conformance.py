"""The built-in framed transports keep every clause, over plain WebSocket and TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderlists_transports.conformance import FRAMED_CLAUSES, FramedClause

if TYPE_CHECKING:
    from collections.abc import Callable

DEFECTS = {
    ("aiohttp_websocket", "a_failed_handshake_is_not_repeated"): (
        "aiohttp sends a GET again where the connection ends without a reply"
    ),
}
"""What a transport breaks, and why."""


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("clause", FRAMED_CLAUSES, ids=str)
def test_a_built_in_framed_transport_keeps(
    clause: FramedClause,
    framed_kind: str,
    keeps_framed: Callable[[FramedClause, bool], None],
    request: pytest.FixtureRequest,
    *,
    tls: bool,
) -> None:
    reason = DEFECTS.get((framed_kind, clause.name))
    if reason is not None:
        request.applymarker(pytest.mark.xfail(reason=reason, raises=AssertionError, strict=True))
    keeps_framed(clause, tls)
