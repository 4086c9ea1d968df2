"""Requests in flight: timeout, interrupt, disconnect, bugs."""

import pytest

from orderlists import RateLimited, TransportError
from orderlists._connections.connection import InFlight
from orderlists._operations.user_data_stream import SubscribeSigned
from toy_client import LOOK, ToyClient

RESET = TransportError("reset", sent=None)


# Requests in flight.


def test_a_request_in_flight_does_not_show_the_signed_frame() -> None:
    in_flight = InFlight(1, b"signature=secret", 0, lambda: None)
    assert "secret" not in repr(in_flight)
    assert in_flight.take_data() == b"signature=secret"
    assert in_flight.data is None


def test_a_request_that_fails_before_it_is_sent_keeps_no_signed_frame() -> None:
    in_flight = InFlight(1, b"signature=secret", 0, lambda: None)
    in_flight.fail(RESET)
    assert in_flight.data is None


class EndedMeanwhile(InFlight):
    """Is ended by the I/O thread when its caller, whose time is up, looks whether it is done."""

    @property
    def is_done(self) -> bool:
        if self._error is None:
            self.fail(RESET)
        return True

    @is_done.setter
    def is_done(self, _: bool) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        pass


def test_a_request_that_fails_while_its_time_runs_out_has_an_error_and_no_result() -> None:
    with pytest.raises(TransportError) as caught:
        EndedMeanwhile(1, "frame", 0, lambda: None).result()
    assert caught.value is RESET


def test_a_lost_connection_fails_its_requests_in_flight_once_with_sent_none() -> None:
    client, woken = ToyClient(), list[int]()
    connection = client.connect()
    in_flight = client.send(connection)
    in_flight.wake = lambda: woken.append(1)
    other = ToyClient().connect()
    client.lose(connection)
    client.lose(connection, why="again")

    with pytest.raises(TransportError, match=r"^no reply: reset$") as caught:
        in_flight.result()
    assert caught.value.sent is None
    assert woken == [1]
    assert connection.closed_by is not None
    assert other.closed_by is None


def test_a_bug_that_ends_a_connection_fails_its_requests_in_flight_unchanged() -> None:
    client, bug = ToyClient(), KeyError("result")
    connection = client.connect()
    both = [client.send(connection), client.send(connection)]
    client.manager.connection_lost(connection, bug, 0)

    for in_flight in both:
        with pytest.raises(KeyError) as caught:
            in_flight.result()
        assert caught.value is bug
    client.manager.check_open()


def test_an_unreported_bug_is_raised_once_by_the_next_use() -> None:
    client, bug = ToyClient(), KeyError("result")
    client.manager.connection_lost(client.connect(), bug, 0)

    with pytest.raises(KeyError) as caught:
        client.manager.check_open()
    assert caught.value is bug
    client.manager.check_open()


def test_a_bug_reported_to_a_subscriber_is_not_raised_elsewhere() -> None:
    client, bug = ToyClient(), KeyError("e")
    queue = client.manager.events.open_queue(9)
    connection = client.connect()
    client.subscribe(connection)
    client.manager.connection_lost(connection, bug, 0)

    with pytest.raises(KeyError):
        queue.take()
    client.manager.check_open()


def test_a_request_is_not_registered_on_a_connection_that_is_over() -> None:
    client = ToyClient()
    connection = client.connect()
    client.lose(connection)

    with pytest.raises(TransportError) as caught:
        client.send(connection)
    assert caught.value.sent is False
    assert connection.in_flight == {}


def test_a_timeout_without_a_frame_drains_the_connection_as_unresponsive() -> None:
    client = ToyClient()
    connection = client.connect()
    in_flight = client.send(connection)
    client.pass_time(15)
    client.manager.abandon(connection, in_flight, client.passed, timed_out=True)

    with pytest.raises(TransportError, match="no reply arrived in time") as caught:
        in_flight.result()
    assert caught.value.sent is None
    assert connection.is_unresponsive
    assert client.manager.current is None


def test_an_unresponsive_connection_is_kept_for_10_seconds_to_read_a_late_429() -> None:
    client = ToyClient()
    connection = client.connect()
    in_flight = client.send(connection)
    client.manager.abandon(connection, in_flight, client.passed, timed_out=True)
    client.pass_time(9.9)
    assert client.manager.take_idle(client.passed) == []
    client.receive(connection, f"reply {in_flight.key} 429 60")
    with pytest.raises(RateLimited):
        client.establish()
    client.pass_time(0.1)

    assert client.manager.take_idle(client.passed) == [connection]


def test_a_timeout_on_a_connection_that_delivers_frames_does_not_drain_it() -> None:
    client = ToyClient()
    connection = client.connect()
    in_flight = client.send(connection)
    client.pass_time(1)
    client.receive(connection, "event fill")
    client.manager.abandon(connection, in_flight, client.passed, timed_out=True)

    assert client.manager.current is connection
    assert connection.in_flight == {}


def test_an_interrupted_request_leaves_the_connection_as_it_is() -> None:
    client = ToyClient()
    connection = client.connect()
    client.manager.abandon(connection, client.send(connection), client.passed, timed_out=False)

    assert client.manager.current is connection
    assert connection.in_flight == {}


def test_an_interrupted_subscription_drains_the_connection() -> None:
    client = ToyClient()
    connection = client.connect()
    in_flight = client.send(connection, SubscribeSigned(), subscribe=True)
    client.manager.abandon(connection, in_flight, client.passed, timed_out=False)

    assert client.manager.current is None


def test_a_request_that_is_done_cannot_be_abandoned() -> None:
    client = ToyClient()
    connection = client.connect()
    in_flight = client.send(connection)
    client.receive(connection, f"reply {in_flight.key} 200 fine")
    client.manager.abandon(connection, in_flight, client.passed, timed_out=True)

    assert in_flight.result().text == "fine"
    assert client.manager.current is connection


def test_only_the_request_in_the_frame_that_failed_ends_with_its_error() -> None:
    client, error = ToyClient(), TransportError("too long", sent=False)
    connection = client.connect()
    earlier, failed = client.send(connection), client.send(connection)
    client.manager.write_failed(connection, error, 0, failed)

    with pytest.raises(TransportError) as caught:
        failed.result()
    assert caught.value is error
    with pytest.raises(
        TransportError, match=r"while another frame was written \(too long\)"
    ) as other:
        earlier.result()
    assert other.value.sent is None
    assert client.manager.current is None


def test_a_keepalive_that_cannot_be_written_ends_the_connection() -> None:
    client = ToyClient()
    connection = client.connect()
    in_flight = client.send(connection)
    client.manager.write_failed(connection, RESET, 0)

    with pytest.raises(TransportError, match="while another frame"):
        in_flight.result()


def test_a_bug_while_writing_fails_every_request_unchanged() -> None:
    client, bug = ToyClient(), OSError("no such thing")
    connection = client.connect()
    both = [client.send(connection), client.send(connection)]
    client.manager.write_failed(connection, bug, 0, both[1])

    for in_flight in both:
        with pytest.raises(OSError, match="no such thing"):
            in_flight.result()
    client.manager.check_open()


def test_a_write_that_fails_after_the_connection_was_lost_changes_no_outcome() -> None:
    client = ToyClient()
    connection = client.connect()
    in_flight = client.send(connection)
    client.lose(connection)
    client.manager.write_failed(connection, RESET, 0, in_flight)

    with pytest.raises(TransportError, match=r"^no reply: reset$"):
        in_flight.result()


def test_the_gate_blocks_a_request_before_it_is_encoded() -> None:
    client = ToyClient()
    connection = client.connect()
    client.receive(connection, "reply unknown 429 60")
    before = dict(connection.in_flight)

    with pytest.raises(Exception, match="HTTP 429"):
        client.send(connection, LOOK)
    assert connection.in_flight == before
