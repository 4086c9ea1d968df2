"""What the text of an error says about the request."""

import pickle
from typing import Literal

import pytest

from orderlists import (
    CancelOpenOrders,
    CancelOrderList,
    GetServerTime,
    HandshakeRefused,
    InDoubt,
    OutcomeUnknown,
    TransportError,
)
from orderlists.extending import HttpResponse

REFUSED = HandshakeRefused(HttpResponse(503, (), b""))


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (TransportError("no route", sent=False), "nothing was sent: no route"),
        # As where one error is made from the text of another.
        (TransportError("nothing was sent: no route", sent=False), "nothing was sent: no route"),
        (TransportError("no reply", sent=None), "no reply"),
        (
            REFUSED,
            "nothing was sent: no connection: the server answered 503 to the opening handshake",
        ),
    ],
)
def test_an_error_that_sent_nothing_says_so_once(error: TransportError, text: str) -> None:
    assert str(error) == text
    assert error.reason == text.removeprefix("nothing was sent: ")
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.reason, copy.sent) == (text, error.reason, error.sent)


def test_a_cancel_without_an_id_of_its_own_is_not_advised_to_be_reconciled() -> None:
    # No evidence proves it: to reconcile it ends as unknown again.
    error = OutcomeUnknown(InDoubt(CancelOpenOrders(symbol="LTCBTC")), cause=None)

    assert str(error) == (
        "Cancel All Open Orders on a Symbol may or may not have been executed (no reply arrived). "
        "Before you send it again, see what is still open, by GetOpenOrderLists and GetOrder "
        "or on the exchange's pages: CancelOpenOrders(symbol='LTCBTC')"
    )


@pytest.mark.parametrize("sent", [False, None])
def test_an_unknown_outcome_does_not_say_that_nothing_was_sent(
    sent: Literal[False] | None,
) -> None:
    doubt = InDoubt(CancelOrderList(symbol="LTCBTC", order_list_id=0, new_client_order_id="mine"))
    text = str(OutcomeUnknown(doubt, cause=TransportError("no route", sent=sent)))
    assert text.startswith("Cancel Order List may or may not have been executed (no route). ")


def test_a_request_that_cannot_be_reconciled_is_advised_to_be_checked_by_a_query() -> None:
    text = str(OutcomeUnknown(InDoubt(GetServerTime()), cause=None))
    assert "check it by a query or on the exchange's pages" in text
