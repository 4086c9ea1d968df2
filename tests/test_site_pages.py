"""The site has a page for every public module, and its links lead where those of the files lead."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = ROOT / "tools"
if not TOOLS.exists():
    pytest.skip("the tools are not part of an installed package", allow_module_level=True)


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


site_pages = load("site_pages")
LISTED = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)
MODULE = re.compile(r"^## `([\w.]+)`\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def test_every_public_name_has_its_place_in_the_reference() -> None:
    pages = site_pages.reference_pages()
    listed = MODULE.findall((ROOT / "docs" / "names.md").read_text("utf-8"))
    assert [f"reference/{module}.md" for module, _ in listed] == [*pages]
    for module, names in listed:
        page = pages[f"reference/{module}.md"].splitlines()
        assert [f"::: {module}.{name}" for name in LISTED.findall(names)] == [
            line for line in page if line.startswith("::: ") and line != f"::: {module}"
        ]


def test_every_page_of_the_documentation_is_in_the_navigation() -> None:
    listed = (ROOT / "mkdocs.yml").read_text("utf-8")
    pages = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")]
    assert [page for page in pages if f": {page.as_posix()}\n" not in listed] == []


@pytest.mark.parametrize(
    ("page", "link", "rewritten"),
    [
        ("index.md", "(docs/outcomes.md)", "(outcomes.md)"),
        ("index.md", "(benchmarks/README.md)", "(benchmarks.md)"),
        ("index.md", "(docs/simulator.md#a-market)", "(simulator.md#a-market)"),
        ("index.md", "(https://semver.org)", "(https://semver.org)"),
        ("index.md", "(#install)", "(#install)"),
        ("benchmarks.md", "(results.svg)", "(results.svg)"),
        ("benchmarks.md", "(../docs/protocols.md)", "(protocols.md)"),
        ("howto/keys.md", "(../outcomes.md)", "(../outcomes.md)"),
        ("howto/keys.md", "(../../SECURITY.md)", "(../security.md)"),
        ("cli.md", "(../LICENSE)", "(../LICENSE)"),
    ],
)
def test_a_link_of_a_file_is_a_link_of_its_page(page: str, link: str, rewritten: str) -> None:
    assert site_pages.with_site_links(f"See [it]{link}.", page) == f"See [it]{rewritten}."


@pytest.mark.parametrize(
    "path",
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "benchmarks" / "README.md"],
    ids=lambda path: path.name,
)
def test_every_relative_link_leads_to_a_file(path: Path) -> None:
    targets = re.findall(r"\]\(([^)\s#:]+)(?:#[^)\s]*)?\)", path.read_text("utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_examples_in_docstrings_are_code_on_the_site() -> None:
    pytest.importorskip("griffe", reason="the site is built where its tools are installed")
    text = "First.\n\n>>> f(1)\n[1]\n>>> g(\n...     2\n... )\n\nLast."
    fenced = "First.\n\n```pycon\n>>> f(1)\n[1]\n>>> g(\n...     2\n... )\n```\n\nLast."
    assert load("site_doctests").with_fences(text) == fenced
