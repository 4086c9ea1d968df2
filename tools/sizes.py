"""How large modules and functions are, in lines of code: docstrings, comments and blanks apart.

python tools/sizes.py
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PACKAGES = (
    ROOT / "core" / "orderlists",
    ROOT / "transports" / "orderlists_transports",
    ROOT / "simulator" / "orderlists_simulator",
    ROOT / "cli" / "orderlists_cli",
    ROOT / "testing" / "orderlists_pytest",
)
LONGEST_MODULE, LONGEST_FUNCTION = 250, 40
_NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.ENCODING,
}


class Size(NamedTuple):
    """The size of a module or function."""

    name: str
    lines: int


@cache
def code_lines(source: str) -> frozenset[int]:
    """Return the numbers of the lines that hold code."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Expr(value=ast.Constant(value=str())):
                # A docstring, or the text below an assignment.
                lines.difference_update(range(node.lineno, (node.end_lineno or 0) + 1))
            case _:
                pass
    return frozenset(lines)


def modules(package: Path) -> Iterator[tuple[Path, str]]:
    """Yield every module of a package, with its source."""
    for path in sorted(package.rglob("*.py")):
        yield path, path.read_text("utf-8")


def module_sizes(package: Path) -> list[Size]:
    """Return the size of every module of a package."""
    return [
        Size(str(path.relative_to(package.parent)), len(code_lines(source)))
        for path, source in modules(package)
    ]


def function_sizes(package: Path) -> list[Size]:
    """Return the size of every function of a package, without the functions inside it."""
    sizes: list[Size] = []
    for path, source in modules(package):
        lines = code_lines(source)
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                own = lines & set(range(node.lineno, (node.end_lineno or 0) + 1))
                name = f"{path.relative_to(package.parent)}:{node.name}"
                sizes.append(Size(name, len(own)))
    return sizes


def main() -> None:
    """Print the sum of each package, and the largest modules and functions."""
    for package in PACKAGES:
        sizes = module_sizes(package)
        print(f"{package.name}: {sum(each.lines for each in sizes)} lines in {len(sizes)} modules")
    for what in (module_sizes, function_sizes):
        largest = sorted((each for p in PACKAGES for each in what(p)), key=lambda each: -each.lines)
        print(f"\n{what.__name__}:")
        for each in largest[:12]:
            print(f"{each.lines:5} {each.name}")


if __name__ == "__main__":
    main()
