"""The decision table, row by row."""

from itertools import product

import pytest

from orderlists import (
    AlreadyDone,
    BadTimestamp,
    Banned,
    Blocked,
    HandshakeRefused,
    InvalidRequest,
    RateLimited,
    Rejected,
    ServerError,
    TransportError,
    Unauthorized,
    UndecodableReply,
    UnknownOrderList,
)
from orderlists._execution.decisions import DECISIONS, Action, FailureKind, classify
from orderlists._operations.base import Effect
from orderlists.extending import HttpResponse

TABLE = """
                     READ             CANCEL           PLACE            AMEND
NOT_SENT             SEND_AGAIN       SEND_AGAIN       SEND_AGAIN       SEND_AGAIN
NOT_SENDABLE         RAISE            RAISE            RAISE            RAISE
BAD_TIMESTAMP        RESYNC_CLOCK     RESYNC_CLOCK     RESYNC_CLOCK     RESYNC_CLOCK
STALE_TIMESTAMP      SEND_NOW         SEND_NOW         SEND_NOW         SEND_NOW
DISPUTED_TIMESTAMP   RAISE            RECOVER          RECOVER          RECOVER
LIMITED              WAIT             WAIT             WAIT             WAIT
UNKNOWN_LIST         RAISE            RECOVER          RAISE            RECOVER
DUPLICATE            RAISE            RAISE            RECOVER          RECOVER
REFUSED              RAISE            RAISE            RAISE            RAISE
LOST                 SEND_AGAIN       RECOVER          RECOVER          RECOVER
WRONG_HOST           RAISE            RECOVER          RECOVER          RECOVER
BUG                  RAISE            OUTCOME_UNKNOWN  OUTCOME_UNKNOWN  OUTCOME_UNKNOWN
BUG_BEFORE_SENDING   RAISE            RAISE            RAISE            RAISE
"""
HEADER, *ROWS = [line.split() for line in TABLE.strip("\n").splitlines()]
CELLS = [
    (FailureKind[name], Effect[effect], Action[action])
    for name, *actions in ROWS
    for effect, action in zip(HEADER, actions, strict=True)
]


@pytest.mark.parametrize(("kind", "effect", "action"), CELLS, ids=lambda each: each.name)
def test_each_row_of_the_decision_table(kind: FailureKind, effect: Effect, action: Action) -> None:
    assert DECISIONS[kind, effect] is action


@pytest.mark.parametrize("action", Action, ids=lambda each: each.name)
def test_only_recover_and_outcome_unknown_leave_the_outcome_unknown(action: Action) -> None:
    assert action.leaves_unknown is (action.name in {"RECOVER", "OUTCOME_UNKNOWN"})


def test_the_decision_table_is_complete() -> None:
    assert set(DECISIONS) == set(product(FailureKind, Effect))


def rejected(code: int, message: str = "") -> Rejected:
    return Rejected(code=code, message=message, status=400)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TransportError("refused", sent=False), FailureKind.NOT_SENT),
        (TransportError("closed", sent=False, is_retryable=False), FailureKind.NOT_SENDABLE),
        (HandshakeRefused(HttpResponse(503, ())), FailureKind.NOT_SENT),
        (HandshakeRefused(HttpResponse(404, ())), FailureKind.NOT_SENDABLE),
        (TransportError("reset", sent=None), FailureKind.LOST),
        (ServerError(code=-1007, message="", status=504), FailureKind.LOST),
        (UndecodableReply(raw=b"{", status=200, reason="cut"), FailureKind.LOST),
        (
            UndecodableReply(raw=b"<", status=404, reason="", is_foreign=True),
            FailureKind.WRONG_HOST,
        ),
        (BadTimestamp(code=-1021, message="", status=400), FailureKind.BAD_TIMESTAMP),
        (RateLimited(code=-1003, message="", status=429, retry_after=None), FailureKind.LIMITED),
        (
            Banned(code=-1003, message="", status=418, retry_after=None, until=None),
            FailureKind.LIMITED,
        ),
        (UnknownOrderList(code=-2011, message="", status=400), FailureKind.UNKNOWN_LIST),
        (rejected(-2010, "Duplicate order sent."), FailureKind.DUPLICATE),
        (rejected(-2038, "Unknown order sent."), FailureKind.DUPLICATE),
        (rejected(-2038, "Duplicate order sent."), FailureKind.DUPLICATE),
        (rejected(-2038, "Price * QTY is zero or less."), FailureKind.DUPLICATE),
        (
            rejected(-2038, "Order amend (pending OPO order) is not supported."),
            FailureKind.DUPLICATE,
        ),
        (
            rejected(-2038, "The requested action would change no state; rejecting."),
            FailureKind.DUPLICATE,
        ),
        (
            rejected(-2038, "Order amend (quantity increase) is not supported"),
            FailureKind.DUPLICATE,
        ),
        (rejected(-1013, "Filter failure: MAX_NUM_ORDER_AMENDS"), FailureKind.DUPLICATE),
        (rejected(-2038, "Market is closed."), FailureKind.REFUSED),
        (rejected(-1013, "Filter failure: LOT_SIZE"), FailureKind.REFUSED),
        (rejected(-2010, "Account has insufficient balance."), FailureKind.REFUSED),
        (rejected(-2011, "Market is closed."), FailureKind.REFUSED),
        (Unauthorized(code=-2015, message="", status=401), FailureKind.REFUSED),
        (Blocked(code=None, message="", status=403), FailureKind.REFUSED),
        (InvalidRequest(field="symbol", value=1, rule="must be text"), FailureKind.REFUSED),
    ],
    ids=repr,
)
def test_classify_maps_each_error_to_its_failure_kind(error: Exception, kind: FailureKind) -> None:
    assert classify(error, was_sent=True) is kind
    assert classify(error, was_sent=False) is kind


def test_classify_maps_any_other_exception_to_a_bug() -> None:
    assert classify(KeyError(), was_sent=True) is FailureKind.BUG
    assert classify(KeyError(), was_sent=False) is FailureKind.BUG_BEFORE_SENDING
    assert not issubclass(AlreadyDone, KeyError)
