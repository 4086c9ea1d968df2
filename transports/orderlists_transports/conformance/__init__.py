"""The contracts of transports as a suite of clauses to run against a transport of your own.

Standard library only, on loopback only, over plain connections and TLS; any test runner will do::

    from orderlists_transports.conformance import Setup, check_http

    def make(setup: Setup) -> MyTransport:
        return MyTransport(setup.origin, setup.ssl_context, setup.max_response_size)

    def test_my_transport_conforms():
        check_http(make).raise_if_broken()

With pytest, one test for each clause::

    @pytest.mark.parametrize("clause", HTTP_CLAUSES, ids=str)
    def test_my_transport(clause):
        clause.check(make)

`check_framed` and `FRAMED_CLAUSES` do the same for transports that carry frames; with
``is_async=True`` each of them checks an asynchronous transport.
"""

from orderlists_transports.conformance.clause import Clause, FramedClause, HttpClause
from orderlists_transports.conformance.framed import FRAMED_CLAUSES
from orderlists_transports.conformance.http import HTTP_CLAUSES
from orderlists_transports.conformance.report import (
    Report,
    Result,
    Verdict,
    check_framed,
    check_http,
)
from orderlists_transports.conformance.setup import FramedSetup, Setup

__all__ = [
    "FRAMED_CLAUSES",
    "HTTP_CLAUSES",
    "Clause",
    "FramedClause",
    "FramedSetup",
    "HttpClause",
    "Report",
    "Result",
    "Setup",
    "Verdict",
    "check_framed",
    "check_http",
]
