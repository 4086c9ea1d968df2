"""Fixtures for all tests: the published samples, and the import path of the helpers."""

import gc
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "support"))

# No deadline: a test must not fail because the machine is busy.
settings.register_profile(
    "orderlists",
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=False,
)
settings.load_profile("orderlists")


@pytest.fixture(scope="session")
def vectors() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((HERE / "data" / "vectors.json").read_text())
    return loaded


@pytest.fixture(scope="session")
def seed_reply() -> bytes:
    """Return the sample reply in the documentation of Cancel Order List."""
    return (HERE / "data" / "cancel_order_list_reply.json").read_bytes()


@pytest.hookimpl(trylast=True)  # After Hypothesis has marked them.
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure no coverage of properties.

    Tracing doubles their time, and what is covered is not to depend on random examples.
    """
    for item in items:
        if item.get_closest_marker("hypothesis") is not None:
            item.add_marker(pytest.mark.no_cover)


def pytest_collection_finish() -> None:
    """Have the garbage collector pass over what stays for the whole run."""
    gc.collect()
    gc.freeze()
