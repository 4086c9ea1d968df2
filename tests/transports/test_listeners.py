"""The listeners of a client: its log, and its function."""

import logging
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from client_and_venue import client_and_venue
from observed import Recorder
from orderlists import CancelOrderList, Instant, OutcomeUnknown, Policy, TimeUnit
from orderlists._observing.observer import DEBUG, ENGINE, SILENT, WARNING
from orderlists.extending import Parameter
from orderlists.observing import CallEnded, ClientEvent, ConnectionFailed, Waiting
from orderlists_simulator import faults as f
from orderlists_transports._listeners import Listeners

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0, new_client_order_id="mine")
LOST = f.executed(answer=f.DROPPED)
TROUBLE = (f.rate_limited(retry_after=3), LOST)
PATIENT = Policy(max_resends=0)


def levels(log: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(each.levelname, type(event_of(each)).__name__) for each in log.records]


def event_of(record: logging.LogRecord) -> ClientEvent:
    event: ClientEvent = vars(record)["client_event"]
    return event


def test_the_log_has_the_text_of_every_event(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "orderlists")
    seen = Recorder()
    with client_and_venue("WebSocket", "sync", observe=seen, faults=TROUBLE) as pair:
        pair.client.send(CANCEL)
    assert caplog.messages == seen.texts
    assert all(each.name.startswith("orderlists.") for each in caplog.records)


def test_the_records_of_a_call_have_its_ids_as_attributes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG", "orderlists")
    with client_and_venue("REST", "sync") as pair:
        pair.client.send(CANCEL)
    facts = [vars(each) for each in caplog.records]
    assert [each["attempt"] for each in facts] == [1, 1, None]
    assert len({each["call"] for each in facts}) == 1
    ids = {"orderListId": 0, "newClientOrderId": "mine"}
    assert all(each["order_ids"] == ids for each in facts)


def test_a_request_and_its_reply_are_debug_and_what_follows_a_failure_is_info(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG", "orderlists")
    with client_and_venue("REST", "sync", faults=TROUBLE) as pair:
        pair.client.send(CANCEL, policy=PATIENT)
    assert levels(caplog)[:9] == [
        ("DEBUG", "RequestSent"),
        ("INFO", "RateLimitReached"),
        ("DEBUG", "ReplyReceived"),
        ("INFO", "Waiting"),
        ("INFO", "Retrying"),
        ("DEBUG", "RequestSent"),
        ("DEBUG", "ReplyLost"),
        ("INFO", "RecoveryStep"),
        ("INFO", "RecoveryStep"),
    ]
    assert levels(caplog)[-1] == ("INFO", "CallEnded")


def test_at_info_a_call_without_a_failure_has_no_record(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "orderlists")
    with client_and_venue("WebSocket", "sync") as pair:
        pair.client.send(CANCEL)
    assert caplog.records == []


def test_at_info_a_recovered_call_has_its_verdict(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "orderlists")
    with client_and_venue("REST", "sync", faults=[LOST]) as pair:
        pair.client.send(CANCEL, policy=PATIENT)
    assert {each.levelname for each in caplog.records} == {"INFO"}
    assert levels(caplog)[-1] == ("INFO", "CallEnded")


def test_a_ban_and_an_unknown_outcome_are_warnings(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("WARNING", "orderlists")
    faults, once = [f.banned(retry_after=3), LOST], Policy(reconcile=False)
    with client_and_venue("REST", "sync", faults=faults) as pair, pytest.raises(OutcomeUnknown):
        pair.client.send(CANCEL, policy=once)
    assert levels(caplog) == [("WARNING", "RateLimitReached"), ("WARNING", "CallEnded")]


def test_a_wait_below_a_second_is_debug(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "orderlists")
    with client_and_venue("REST", "sync", faults=[f.CONNECTION_REFUSED] * 5) as pair:
        pair.client.send(CANCEL)
    waits = [each for each in caplog.records if isinstance(event_of(each), Waiting)]
    assert [each.levelname for each in waits] == ["DEBUG"] * 4 + ["INFO"]
    assert waits[-1].getMessage().endswith("waits 1.600 s for back-off")


def test_a_child_logger_is_switched_on_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "orderlists.connections")
    with client_and_venue("WebSocket", "sync", faults=[LOST]) as pair:
        pair.client.send(CANCEL)
    assert {each.name for each in caplog.records} == {"orderlists.connections"}


def test_the_library_adds_no_handler_but_one_that_prints_nothing() -> None:
    Listeners.of(None).listens(ENGINE, DEBUG)
    handlers = logging.getLogger("orderlists").handlers
    assert [type(each) for each in handlers] == [logging.NullHandler]
    assert logging.getLogger("orderlists").level == logging.NOTSET


def test_a_filter_that_raises_is_reported_and_the_function_still_gets_the_event(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("DEBUG", "orderlists.engine")
    reported: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", reported.append)

    def fail(_: logging.LogRecord) -> bool:
        raise KeyError("filter")

    seen = Recorder()
    logger = logging.getLogger("orderlists.engine")
    logger.addFilter(fail)
    try:
        with client_and_venue("REST", "sync", observe=seen) as pair:
            pair.client.send(CANCEL)
    finally:
        logger.removeFilter(fail)
    assert [each.exc_type for each in reported] == [KeyError] * 3
    assert len(seen.events) == 3


@pytest.mark.parametrize("is_closed", [False, True], ids=["a hook raises", "stderr is closed"])
def test_an_exception_of_a_listener_that_cannot_be_reported_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, is_closed: bool
) -> None:
    def fail(_: object) -> None:
        raise KeyError("hook")

    stream = (tmp_path / "stderr").open("w")
    stream.close()
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__ if is_closed else fail)
    with client_and_venue("REST", "sync", observe=fail) as pair, monkeypatch.context() as patch:
        if is_closed:
            patch.setattr(sys, "stderr", stream)
        result = pair.client.send(CANCEL)
    assert result.order_list_id == 0


class Capricious(CancelOrderList):
    """Its parameters can be read once: by the protocol or by an event, not by both."""

    def parameters(self) -> list[Parameter]:
        if vars(self).setdefault("reads", []):
            raise KeyError("read twice")
        vars(self)["reads"].append(1)
        return super().parameters()


def test_an_event_that_cannot_be_made_is_reported_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reported: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", reported.append)
    seen = Recorder()
    request = Capricious(symbol="LTCBTC", order_list_id=0, new_client_order_id="mine")
    with client_and_venue("REST", "sync", observe=seen) as pair:
        result = pair.client.send(request)
    assert result.order_list_id == 0
    assert [each.exc_type for each in reported] == [KeyError] * 3
    assert seen.of(CallEnded) == []


def test_a_client_loads_neither_logging_nor_events_where_nothing_listens() -> None:
    code = (
        "import sys\n"
        f"sys.path[:0] = {[each for each in sys.path if each]!r}\n"
        "from orderlists import CancelOrderList\n"
        "from orderlists_transports._listeners import Listeners\n"
        "listeners = Listeners.of(None)\n"
        "assert not listeners.listens('engine', 30)\n"
        "listeners.emit('engine', 30, lambda: 1 / 0)\n"
        "import logging\n"
        "assert listeners.listens('engine', 30)\n"
        "assert not listeners.listens('engine', 20)\n"
        "assert 'orderlists.observing' not in sys.modules\n"
        "assert 'orderlists._observing.events' not in sys.modules\n"
        "assert type(logging.getLogger('orderlists').handlers[0]) is logging.NullHandler\n"
    )
    subprocess.run([sys.executable, "-S", "-c", code], check=True)


def test_without_listeners_nothing_is_emitted_and_no_call_is_numbered() -> None:
    SILENT.emit(ENGINE, DEBUG, lambda: pytest.fail("an event was made"))
    assert not SILENT.listens(ENGINE, DEBUG)
    assert SILENT.new_call() == 0


def test_a_program_without_logging_has_no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "logging")
    listeners = Listeners.of(None)
    assert not listeners.listens(ENGINE, WARNING)
    listeners.emit(ENGINE, WARNING, lambda: pytest.fail("an event was made"))


def test_without_logging_a_function_still_gets_every_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "logging")
    seen = Recorder()
    event = ConnectionFailed(at=Instant(0, TimeUnit.MICROSECOND), reason="no route")
    Listeners.of(seen).emit(ENGINE, WARNING, lambda: event)
    assert seen.events == [event]
