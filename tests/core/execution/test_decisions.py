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
from orderlists._execution.decisions import DECISIONS, Action, Came, classify, decide
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
UNKNOWN_LIST         RAISE            RECOVER          RAISE            RAISE
DUPLICATE            RAISE            RAISE            RECOVER          RAISE
REFUSED              RAISE            RAISE            RAISE            RAISE
LOST                 SEND_AGAIN       RECOVER          RECOVER          RECOVER
WRONG_HOST           RAISE            RECOVER          RECOVER          RECOVER
BUG                  RAISE            OUTCOME_UNKNOWN  OUTCOME_UNKNOWN  OUTCOME_UNKNOWN
BUG_BEFORE_SENDING   RAISE            RAISE            RAISE            RAISE
"""
HEADER, *ROWS = [line.split() for line in TABLE.strip("\n").splitlines()]
CELLS = [
    (Came[name], Effect[effect], Action[action])
    for name, *actions in ROWS
    for effect, action in zip(HEADER, actions, strict=True)
]


@pytest.mark.parametrize(("came", "effect", "action"), CELLS, ids=lambda each: each.name)
def test_each_row_of_the_decision_table(came: Came, effect: Effect, action: Action) -> None:
    is_open = action in {Action.RECOVER, Action.OUTCOME_UNKNOWN}
    assert decide(came, effect, in_doubt=False) == (action, is_open)


def test_the_decision_table_has_a_row_for_everything_that_can_come_back() -> None:
    assert set(DECISIONS) == set(product(Came, Effect))


@pytest.mark.parametrize(("came", "effect", "action"), CELLS, ids=lambda each: each.name)
def test_after_an_unknown_attempt_a_refusal_ends_nothing(
    came: Came, effect: Effect, action: Action
) -> None:
    expected = Action.RECOVER if action is Action.RAISE else action
    assert decide(came, effect, in_doubt=True)[0] is expected


def rejected(code: int, message: str = "") -> Rejected:
    return Rejected(code=code, message=message, status=400)


@pytest.mark.parametrize(
    ("error", "came"),
    [
        (TransportError("refused", sent=False), Came.NOT_SENT),
        (TransportError("closed", sent=False, is_retryable=False), Came.NOT_SENDABLE),
        (HandshakeRefused(HttpResponse(503, ())), Came.NOT_SENT),
        (HandshakeRefused(HttpResponse(404, ())), Came.NOT_SENDABLE),
        (TransportError("reset", sent=None), Came.LOST),
        (ServerError(code=-1007, message="", status=504), Came.LOST),
        (UndecodableReply(raw=b"{", status=200, reason="cut"), Came.LOST),
        (UndecodableReply(raw=b"<", status=404, reason="", is_foreign=True), Came.WRONG_HOST),
        (BadTimestamp(code=-1021, message="", status=400), Came.BAD_TIMESTAMP),
        (RateLimited(code=-1003, message="", status=429, retry_after=None), Came.LIMITED),
        (Banned(code=-1003, message="", status=418, retry_after=None, until=None), Came.LIMITED),
        (UnknownOrderList(code=-2011, message="", status=400), Came.UNKNOWN_LIST),
        (rejected(-2010, "Duplicate order sent."), Came.DUPLICATE),
        (rejected(-2010, "Account has insufficient balance."), Came.REFUSED),
        (rejected(-2011, "Market is closed."), Came.REFUSED),
        (Unauthorized(code=-2015, message="", status=401), Came.REFUSED),
        (Blocked(code=None, message="", status=403), Came.REFUSED),
        (InvalidRequest(field="symbol", value=1, rule="must be text"), Came.REFUSED),
    ],
    ids=repr,
)
def test_what_an_error_means(error: Exception, came: Came) -> None:
    assert classify(error, was_sent=True) is came
    assert classify(error, was_sent=False) is came


def test_anything_that_is_no_error_of_the_library_is_a_bug() -> None:
    assert classify(KeyError(), was_sent=True) is Came.BUG
    assert classify(KeyError(), was_sent=False) is Came.BUG_BEFORE_SENDING
    assert not issubclass(AlreadyDone, KeyError)
