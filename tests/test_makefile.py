"""make lists its targets, and says why an environment cannot be used."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[1] / "Makefile"
MAKE = shutil.which("make")
if not MAKEFILE.exists() or MAKE is None:
    pytest.skip("the Makefile is not part of an installed package", allow_module_level=True)


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(MAKE), "--no-print-directory", "-f", str(MAKEFILE), f"PYTHON={sys.executable}"]
    return subprocess.run(
        [*command, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def environment(folder: Path, version: str) -> None:
    """Make an environment whose Python prints this version, whatever it is given."""
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\necho {version}\n")
    python.chmod(0o755)


def test_make_help_lists_every_target_with_its_text(tmp_path: Path) -> None:
    listed = make(tmp_path, "help").stdout.splitlines()
    assert "test          Run every test, with branch coverage" in listed
    assert len(listed) == MAKEFILE.read_text("utf-8").count("  ## ")


def test_make_accepts_a_folder_without_an_environment(tmp_path: Path) -> None:
    assert make(tmp_path, "usable").returncode == 0


def test_make_accepts_an_environment_of_the_same_python(tmp_path: Path) -> None:
    environment(tmp_path, "{}.{}".format(*sys.version_info[:2]))
    assert make(tmp_path, "usable").returncode == 0


def test_make_says_that_the_interpreter_of_the_environment_is_gone(tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(tmp_path / "gone")
    run = make(tmp_path, "usable")
    assert run.returncode != 0
    assert ".venv has no Python that runs: make clean, then again" in run.stderr


def test_make_says_that_the_environment_is_of_another_python(tmp_path: Path) -> None:
    environment(tmp_path, "3.10")
    run = make(tmp_path, "usable")
    assert run.returncode != 0
    assert ".venv is of Python 3.10" in run.stderr


def test_make_says_that_a_python_is_missing_or_too_old(tmp_path: Path) -> None:
    run = make(tmp_path, "usable", "PYTHON=false")
    assert run.returncode != 0
    assert "false is no Python from 3.11 on" in run.stderr
