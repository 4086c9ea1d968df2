"""Faults of when and how often a request is executed, and when it is answered."""

import json
from collections.abc import Callable

from orderlists.extending import HttpRequest
from orderlists_simulator import Fault, Plan, Venue, VirtualClock
from orderlists_simulator.faults import (
    DROPPED,
    bare,
    delayed,
    executed,
    executed_late,
    replayed,
)
from venue_clients import Outcome, answer, canceled_by, error

SendWithPlan = Callable[[Plan], Callable[[HttpRequest], Outcome]]
Written = Callable[..., HttpRequest]
LIST = "/api/v3/orderList"


class TestDelay:
    def test_delayed_answers_arrive_later(
        self, send_with_plan: SendWithPlan, cancel: HttpRequest, venue: Venue, virtual: VirtualClock
    ) -> None:
        before = virtual.now()

        response = answer(send_with_plan(Plan([delayed(7.5)]))(cancel))

        assert response.status == 200
        assert virtual.now() - before == 7_500_000_000
        assert venue.order_list(0).transaction_time == before

    def test_a_delay_longer_than_the_timeout_times_out(
        self,
        send_with_plan: SendWithPlan,
        cancel: HttpRequest,
        venue: Venue,
        virtual: VirtualClock,
        *,
        is_in_process: bool,
    ) -> None:
        before = virtual.now()

        seen = send_with_plan(Plan([delayed(30)]))(cancel)

        # In process the timeout is ten seconds; a server does not know the client's.
        assert (seen == "no answer came in time") is is_in_process
        assert virtual.now() - before == (10 if is_in_process else 30) * 10**9
        assert canceled_by(venue) == "mine"

    def test_a_connection_may_end_after_a_delay(
        self, send_with_plan: SendWithPlan, cancel: HttpRequest, virtual: VirtualClock
    ) -> None:
        before = virtual.now()

        assert send_with_plan(Plan([executed(answer=DROPPED, delay=2)]))(cancel) == "dropped"
        assert virtual.now() - before == 2 * 10**9


class TestExecutedLate:
    def test_a_late_execution_happens_by_the_next_request(
        self,
        send_with_plan: SendWithPlan,
        cancel: HttpRequest,
        written: Written,
        venue: Venue,
        virtual: VirtualClock,
    ) -> None:
        arrived = virtual.now()
        send = send_with_plan(Plan([executed_late(3.0)]))

        assert send(cancel) == "dropped"
        virtual.sleep(2.9)
        send(written("GET", LIST, orderListId=0))
        before = canceled_by(venue)
        virtual.sleep(1.0)
        found = json.loads(answer(send(written("GET", LIST, orderListId=0))).body)

        assert (before, canceled_by(venue)) == (None, "mine")
        assert found["listOrderStatus"] == "ALL_DONE"
        assert venue.order_list(0).transaction_time == arrived + 3 * 10**9

    def test_a_late_execution_after_recv_window_is_refused(
        self, send_with_plan: SendWithPlan, cancel: HttpRequest, venue: Venue, virtual: VirtualClock
    ) -> None:
        seen = send_with_plan(Plan([executed_late(5.0, answer=bare(504))]))(cancel)
        virtual.sleep(60)
        venue.finish()

        assert answer(seen).status == 504
        assert canceled_by(venue) is None
        assert [each.code for each in venue.log.entries[0].executions] == [-1021]

    def test_a_late_execution_at_the_end_of_recv_window_succeeds(
        self, send_with_plan: SendWithPlan, cancel: HttpRequest, venue: Venue
    ) -> None:
        # The clock is 123 microseconds past the millisecond of the timestamp.
        send_with_plan(Plan([executed_late(4.999877)]))(cancel)
        venue.finish()

        assert canceled_by(venue) == "mine"

    def test_pass_through_waits_for_a_late_execution(
        self, send_with_plan: SendWithPlan, cancel: HttpRequest, venue: Venue, virtual: VirtualClock
    ) -> None:
        before = virtual.now()

        response = answer(send_with_plan(Plan([Fault(executed_after=[2], delay=1)]))(cancel))

        assert response.status == 200
        assert virtual.now() - before == 3 * 10**9
        assert venue.order_list(0).transaction_time == before + 2 * 10**9

    def test_late_executions_happen_in_the_order_of_their_times(
        self, send_with_plan: SendWithPlan, written: Written, venue: Venue
    ) -> None:
        send = send_with_plan(Plan([executed_late(3), executed_late(1), executed_late(2)]))
        for name in ("third", "first", "second"):
            send(written("DELETE", LIST, symbol="LTCBTC", orderListId=0, newClientOrderId=name))
        venue.finish()

        assert canceled_by(venue) == "first"
        codes = [[each.code for each in entry.executions] for entry in venue.log.entries]
        assert codes == [[-2011], [None], [-2011]]

    def test_a_late_execution_happens_after_the_client_timed_out(
        self, send_with_plan: SendWithPlan, written: Written, venue: Venue
    ) -> None:
        patient = written(
            "DELETE", LIST, symbol="LTCBTC", orderListId=0, recvWindow=60000, newClientOrderId="x"
        )

        send_with_plan(Plan([Fault(executed_after=[20])]))(patient)
        venue.finish()

        assert canceled_by(venue) == "x"


class TestReplayed:
    def test_a_replayed_cancel_is_refused_and_the_first_response_is_seen(
        self, send_with_plan: SendWithPlan, cancel: HttpRequest, venue: Venue
    ) -> None:
        response = answer(send_with_plan(Plan([replayed()]))(cancel))

        assert response.status == 200
        assert [each.code for each in venue.log.entries[0].executions] == [None, -2011]

    def test_a_replay_may_show_the_last_response(
        self, send_with_plan: SendWithPlan, cancel: HttpRequest, venue: Venue
    ) -> None:
        seen = send_with_plan(Plan([replayed(3, sees="last")]))(cancel)

        assert error(seen) == (400, -2011)
        assert canceled_by(venue) == "mine"
        assert len(venue.log.entries[0].executions) == 3

    def test_replays_may_be_executed_later(
        self, send_with_plan: SendWithPlan, cancel: HttpRequest, venue: Venue, virtual: VirtualClock
    ) -> None:
        before = virtual.now()
        seen = send_with_plan(Plan([replayed(3, after=2, sees="last")]))(cancel)

        assert error(seen) == (400, -2011)
        assert virtual.now() - before == 4 * 10**9
        assert [each.at - before for each in venue.log.entries[0].executions] == [
            0,
            2 * 10**9,
            4 * 10**9,
        ]

    def test_the_first_response_does_not_wait_for_later_replays(
        self, send_with_plan: SendWithPlan, cancel: HttpRequest, venue: Venue, virtual: VirtualClock
    ) -> None:
        before = virtual.now()
        response = answer(send_with_plan(Plan([replayed(after=2)]))(cancel))

        assert (response.status, virtual.now()) == (200, before)
        assert len(venue.log.entries[0].executions) == 1

    def test_a_replay_with_a_lost_reply(
        self, send_with_plan: SendWithPlan, cancel: HttpRequest, venue: Venue
    ) -> None:
        assert send_with_plan(Plan([replayed(answer=DROPPED)]))(cancel) == "dropped"
        assert len(venue.log.entries[0].executions) == 2
