"""The built-in framed transports keep every clause, over plain WebSocket and TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderlists_transports.conformance import FRAMED_CLAUSES, FramedClause

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("clause", FRAMED_CLAUSES, ids=str)
def test_a_built_in_framed_transport_keeps(
    clause: FramedClause,
    keeps_framed: Callable[[FramedClause, bool], None],
    *,
    tls: bool,
) -> None:
    keeps_framed(clause, tls)
