"""The built-in transports keep every promise, the optional ones too, with and without TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orderlists_transports.conformance import CLAUSES, Clause, Tls

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("clause", CLAUSES, ids=str)
def test_a_built_in_transport_keeps(
    clause: Clause, keeps: Callable[[Clause, Tls | None], None], wire: Tls | None
) -> None:
    keeps(clause, wire)
