"""What every HTTP transport must do, as a suite that you can run on yours.

Standard library only, on loopback only; any test runner will do::

    from orderlists_transports.conformance import check_http_transport

    def test_my_transport_keeps_its_promises():
        check_http_transport(lambda setup: MyTransport(setup.origin))

With pytest, one test for each clause::

    @pytest.mark.parametrize("clause", CLAUSES, ids=str)
    def test_my_transport(clause):
        clause.check(lambda setup: MyTransport(setup.origin))

An asynchronous transport is checked by `check_async_http_transport` and `Clause.check_async`.
"""

from orderlists_transports.conformance._clause import Clause
from orderlists_transports.conformance._setup import Setup, Tls
from orderlists_transports.conformance._suite import (
    CLAUSES,
    check_async_http_transport,
    check_http_transport,
)

__all__ = [
    "CLAUSES",
    "Clause",
    "Setup",
    "Tls",
    "check_async_http_transport",
    "check_http_transport",
]
