"""The fixtures and markers of the pytest plugin, in test modules that it runs."""

import tomllib
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from orderlists_pytest import plugin

Run = Callable[..., pytest.RunResult]

CANCEL = """
import pytest
from orderlists import CancelOrderList

def cancel(number=0):
    return CancelOrderList(symbol="LTCBTC", order_list_id=number)
"""


def test_the_client_and_the_price_work_on_the_venue_in_virtual_time(run: Run) -> None:
    run(
        CANCEL
        + """
def test_cancel(orderlists_client, orderlists_venue, orderlists_clock):
    assert orderlists_clock.now() == 1767225600 * 10**9
    orderlists_client.send(cancel())
    assert orderlists_venue.order_list(0).list_order_status == "ALL_DONE"

def test_price(orderlists_price, orderlists_venue):
    from orderlists import InvalidSetting
    assert orderlists_venue.order_list(0).list_order_status == "EXECUTING"
    with pytest.raises(InvalidSetting, match="symbol='XYZ': .*, which trades LTCBTC, BTCUSDT"):
        orderlists_price("XYZ", "1")
    orderlists_price("LTCBTC", "3.2", available="4")
    assert orderlists_venue.order_list(0).orders[1].executed_qty == 4
"""
    ).assert_outcomes(passed=2)


def test_a_test_gets_the_same_ids_and_times_each_time(run: Run) -> None:
    run(
        CANCEL
        + """
@pytest.mark.parametrize("run", [1, 2])
def test_ids(orderlists_client, orderlists_venue, run):
    orderlists_client.send(cancel())
    assert orderlists_venue.order_list(0).canceled_by == "orderlists-1"
"""
    ).assert_outcomes(passed=2)


def test_faults_of_markers_come_first_and_those_of_the_module_before_those_of_the_test(
    run: Run,
) -> None:
    run(
        CANCEL
        + """
pytestmark = pytest.mark.orderlists_faults("lost_request")

@pytest.mark.orderlists_faults("rate_limited", retry_after=3)
@pytest.mark.orderlists_faults("bad_timestamp", on="cancel")
def test_order(orderlists_client, orderlists_venue, orderlists_faults):
    orderlists_client.send(cancel())
    orderlists_faults.add("rate_limited")
    orderlists_client.send(cancel(1))
    answered = [each.answered for each in orderlists_venue.log.entries if each.is_cancel]
    assert answered == ["dropped", 429, 400, 200, 429, 200]
"""
    ).assert_outcomes(passed=1)


def test_settings_of_a_marker_prevail_over_those_of_an_overridden_fixture(run: Run) -> None:
    run(
        CANCEL
        + """
@pytest.fixture
def orderlists_settings():
    return {"protocol": "websocket", "lists": 3}

@pytest.mark.orderlists_settings(lists=1)
def test_settings(orderlists_client, orderlists_venue):
    orderlists_client.send(cancel())
    assert orderlists_venue.log.entries[-1].protocol == "WebSocket"
    assert len(orderlists_venue.lists) == 1
"""
    ).assert_outcomes(passed=1)


def test_the_simulator_is_a_server_with_the_settings_and_faults_of_the_test(run: Run) -> None:
    run(
        CANCEL
        + """
from orderlists_transports import Client

@pytest.mark.orderlists_settings(lists=2)
@pytest.mark.orderlists_faults("lost_reply")
def test_server(orderlists_simulator):
    with Client(orderlists_simulator.key, exchange=orderlists_simulator.url) as client:
        assert client.send(cancel()).evidence.value == "QUERY"
    assert len(orderlists_simulator.venue.lists) == 2

def test_fails(orderlists_simulator):
    assert not orderlists_simulator.url
"""
    ).assert_outcomes(passed=1, failed=1)


def test_a_failed_test_shows_the_requests_without_secrets(run: Run) -> None:
    result = run(
        CANCEL
        + """
@pytest.mark.orderlists_faults("lost_reply")
def test_fails(orderlists_client):
    orderlists_client.send(cancel())
    assert False

def test_sends_nothing(orderlists_client):
    assert False

def test_uses_no_client():
    assert False

def test_passes(orderlists_client):
    pass
""",
        "-rA",
        "--tb=short",
    )

    result.assert_outcomes(failed=3, passed=1)
    result.stdout.fnmatch_lines(
        [
            "*- orderlists requests -*",
            "2026-01-01T00:00:00.000Z #0 DELETE /api/v3/orderList: dropped, executed",
            "    symbol=LTCBTC orderListId=0 newClientOrderId=orderlists-1",
            "*#2 GET /api/v3/orderList: 200, executed",
            "*- orderlists requests -*",
            "no request was received",
        ]
    )
    assert result.stdout.str().count("- orderlists requests -") == 2
    result.stdout.no_fnmatch_line("*signature*")
    result.stdout.no_fnmatch_line(
        "*vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A*"
    )


def test_a_passed_test_fails_at_its_end_if_no_request_took_a_fault(run: Run) -> None:
    result = run(
        CANCEL
        + """
@pytest.mark.orderlists_faults("lost_reply", on="place")
def test_unused(orderlists_client):
    orderlists_client.send(cancel())

@pytest.mark.orderlists_settings(unused_faults="allowed")
@pytest.mark.orderlists_faults("lost_reply", on="place")
def test_allowed(orderlists_client):
    orderlists_client.send(cancel())

@pytest.mark.orderlists_faults("lost_reply")
def test_fails_by_itself(orderlists_client):
    assert False
"""
    )

    result.assert_outcomes(passed=2, errors=1, failed=1)
    result.stdout.fnmatch_lines(["no request took these faults: lost_reply on place.*"])


@pytest.mark.parametrize("name", ["faults", "settings"])
def test_a_marker_of_a_test_without_fixtures_is_an_error(run: Run, name: str) -> None:
    result = run(
        CANCEL
        + f"""
@pytest.mark.orderlists_{name}()
def test_alone():
    pass
"""
    )

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([f"the marker orderlists_{name} has no effect: *"])


def test_a_marker_of_a_module_is_for_its_tests_with_fixtures_alone(run: Run) -> None:
    run(
        CANCEL
        + """
pytestmark = pytest.mark.orderlists_settings(lists=1)

class TestBot:
    pytestmark = pytest.mark.orderlists_faults("lost_reply", on="cancel")

    def test_with_fixtures(self, orderlists_client, orderlists_venue):
        orderlists_client.send(cancel())
        assert len(orderlists_venue.lists) == 1

    def test_alone(self):
        pass
"""
    ).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("faults('lost')", "*fault='lost': must be one of lost_reply, lost_request, timed_out, *"),
        ("settings('websocket')", "*orderlists_settings='websocket': must be given by name, *"),
        ("settings(list=1)", "*list=1: is no setting of orderlists_settings; they are protocol, *"),
    ],
)
def test_an_unknown_name_in_a_marker_is_an_error_that_lists_the_names(
    run: Run, marker: str, message: str
) -> None:
    result = run(
        CANCEL
        + f"""
@pytest.mark.orderlists_{marker}
def test_wrong(orderlists_client):
    pass
"""
    )

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])


def test_pytest_lists_the_markers_and_every_fixture_with_its_documentation(run: Run) -> None:
    markers = run("", "--markers").stdout.str()
    fixtures = run("", "--fixtures").stdout.str()

    assert "@pytest.mark.orderlists_faults(*faults, on='any', times=1" in markers
    assert "@pytest.mark.orderlists_settings(**settings): " in markers
    public = [name for name in vars(plugin) if name.startswith("orderlists_")]
    assert len(public) == 9
    for name in public:
        assert f"{name} -- " in fixtures
    assert "no docstring available" not in fixtures.partition("plugin")[2].partition("====")[0]


def test_an_async_client_runs_in_virtual_time_and_is_closed_before_or_after_its_loop(
    run: Run,
) -> None:
    run(
        CANCEL
        + """
import asyncio

async def slow_bot(client):
    await asyncio.sleep(3600)
    return await client.send(cancel())

pytestmark = [
    pytest.mark.parametrize("protocol", ["rest", "websocket"]),
]

@pytest.fixture
def orderlists_settings(protocol):
    return {"protocol": protocol}

def test_loop_ends_first(orderlists_async_client, orderlists_run, orderlists_clock, protocol):
    before = orderlists_clock.now()
    assert orderlists_run(slow_bot(orderlists_async_client)).order_list_id == 0
    assert orderlists_clock.now() - before >= 3600 * 10**9

def test_client_ends_first(orderlists_run, orderlists_async_client, protocol):
    assert orderlists_run(slow_bot(orderlists_async_client)).order_list_id == 0

def test_other_loop(orderlists_async_client, protocol):
    assert asyncio.run(orderlists_async_client.send(cancel())).order_list_id == 0

def test_unused(orderlists_async_client, protocol):
    pass
""",
        "-W",
        "error",
    ).assert_outcomes(passed=8)


def test_an_async_client_works_in_tests_of_anyio_also_in_virtual_time(run: Run) -> None:
    run(
        CANCEL
        + """
import asyncio
pytestmark = pytest.mark.anyio

@pytest.fixture(params=["rest", "websocket"])
def orderlists_settings(request):
    return {"protocol": request.param}

@pytest.fixture(params=["real", "virtual"])
def anyio_backend(request, orderlists_clock):
    virtual = {"loop_factory": orderlists_clock.event_loop}
    return "asyncio", virtual if request.param == "virtual" else {}

async def test_cancel(orderlists_async_client, orderlists_clock, anyio_backend):
    if anyio_backend[1]:
        await asyncio.sleep(3600)
    assert (await orderlists_async_client.send(cancel())).order_list_id == 0
""",
        "-p",
        "anyio.pytest_plugin",
        "-W",
        "error",
    ).assert_outcomes(passed=4)


def test_an_async_client_works_in_tests_of_pytest_asyncio(run: Run) -> None:
    pytest.importorskip("pytest_asyncio")
    run(
        CANCEL
        + """
pytestmark = pytest.mark.asyncio

@pytest.fixture(params=["rest", "websocket"])
def orderlists_settings(request):
    return {"protocol": request.param}

@pytest.mark.orderlists_faults("rate_limited", retry_after=30)
async def test_cancel(orderlists_async_client, orderlists_clock):
    assert (await orderlists_async_client.send(cancel())).order_list_id == 0

@pytest.mark.asyncio(loop_scope="session")
async def test_cancel_in_a_shared_loop(orderlists_async_client):
    assert (await orderlists_async_client.send(cancel())).order_list_id == 0
""",
        "-p",
        "pytest_asyncio.plugin",
        "-o",
        "asyncio_default_fixture_loop_scope=function",
        "-W",
        "error",
    ).assert_outcomes(passed=4)


def test_tests_run_in_parallel_processes(run_apart: Run) -> None:
    result = run_apart(
        CANCEL
        + """
@pytest.mark.parametrize("number", range(4))
def test_parallel(orderlists_client, orderlists_simulator, number):
    assert orderlists_client.send(cancel(number)).order_list_id == number
    assert number != 3
""",
        "-p",
        "xdist.plugin",
        "-n",
        "2",
    )

    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["*- orderlists requests -*", "*orderList: 200, executed"])


def test_nothing_is_imported_before_a_fixture_is_used(run_apart: Run) -> None:
    run_apart(
        """
import sys

def test_imports():
    loaded = {name.partition(".")[0] for name in sys.modules}
    assert "orderlists_pytest" in loaded
    assert not loaded & {
        "orderlists", "orderlists_simulator", "orderlists_transports",
        "attr", "attrs", "cattrs", "urllib3", "aiohttp", "asyncio",
    }
"""
    ).assert_outcomes(passed=1)


def test_pytest_finds_the_plugin_by_its_entry_point() -> None:
    pyproject = Path(__file__).parents[2] / "pyproject.toml"
    project = tomllib.loads(pyproject.read_text("utf-8"))["project"]
    named = project["entry-points"]["pytest11"]

    assert {name: EntryPoint(name, value, "pytest11").load() for name, value in named.items()} == {
        "orderlists": plugin
    }
