"""Prints the lowest versions that `pyproject.toml` allows, as constraints for pip."""

import tomllib
from itertools import chain
from pathlib import Path

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"


def lowest_versions() -> list[str]:
    """Return a constraint for each dependency of the package and of its extras."""
    project = tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]
    listed = chain(project["dependencies"], *project["optional-dependencies"].values())
    return sorted({each.replace(">=", "==") for each in listed if ">=" in each})


if __name__ == "__main__":
    print("\n".join(lowest_versions()))
