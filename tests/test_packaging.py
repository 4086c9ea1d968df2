"""The installed packages are the tested ones."""

import os
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

import orderlists
import orderlists_cli
import orderlists_pytest
import orderlists_simulator
import orderlists_transports

PACKAGES = [
    orderlists,
    orderlists_transports,
    orderlists_simulator,
    orderlists_cli,
    orderlists_pytest,
]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_every_package_has_a_py_typed_marker(package: object) -> None:
    assert (Path(str(package.__file__)).parent / "py.typed").exists()  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType] - a module


@pytest.mark.skipif("ORDERLISTS_INSTALLED" not in os.environ, reason="the source tree is tested")
def test_the_installed_package_is_tested_not_the_source_tree() -> None:
    for package in PACKAGES:
        assert "site-packages" in Path(str(package.__file__)).parts
    assert version("orderlists") == orderlists.__version__
    (plugin,) = entry_points(group="pytest11", name="orderlists")
    assert plugin.value == "orderlists_pytest.plugin"
