"""The built-in transports that carry frames keep every promise, with and without TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderlists_transports.conformance import FRAMED_CLAUSES, FramedClause, Tls

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("clause", FRAMED_CLAUSES, ids=str)
def test_a_built_in_transport_keeps(
    clause: FramedClause,
    keeps_framed: Callable[[FramedClause, Tls | None], None],
    wire: Tls | None,
) -> None:
    keeps_framed(clause, wire)
