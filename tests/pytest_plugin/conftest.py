"""Fixtures for the tests of the pytest plugin."""

import os
import pkgutil
import sys
from typing import Protocol

import pytest

import orderlists
import orderlists_simulator
import orderlists_transports
from orderlists_pytest import plugin

# A run in this process forgets what it has loaded.  What is loaded on demand would then be there
# twice, and the tests that follow would take one class for another.
for package in (orderlists, orderlists_simulator, orderlists_transports):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.endswith("__main__"):
            pkgutil.resolve_name(module.name)


class Run(Protocol):
    """Runs a test module with the plugin, and no plugin that is installed besides."""

    def __call__(self, source: str, *options: str) -> pytest.RunResult: ...


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(source: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(source)
        # In this process, and as the module that is imported here: its coverage is measured.
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *options, plugins=[plugin])

    return run


@pytest.fixture
def run_apart(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs a test module in a process of its own."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))

    def run(source: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(source)
        return pytester.runpytest_subprocess(
            "-p", "no:cacheprovider", "-p", "orderlists_pytest.plugin", *options
        )

    return run
