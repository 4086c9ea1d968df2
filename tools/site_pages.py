"""Hooks of the site: pages of files outside of docs/, and the reference of every public module.

A link in Markdown is relative to its file in the repository, where a code host follows it.  On the
site README.md is index.md, for instance, so each link is rewritten from the place of its page.
"""

from __future__ import annotations

import posixpath
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))

from public_names import MODULES, names_of  # noqa: E402 - beside this file, which MkDocs loads by path

# Page of the site, by the file of the repository.
PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "benchmarks/README.md": "benchmarks.md",
    "benchmarks/results.svg": "results.svg",
}
_FILES = {page: file for file, page in PAGES.items()}
_LINK = re.compile(r"(\]\()([^)\s#]+)(#[^)\s]*)?(?=\))")


def reference_pages() -> dict[str, str]:
    """Return the pages of the reference: a public module each, with its public names."""
    return {f"reference/{name}.md": _reference_page(name) for name in MODULES}


def _reference_page(module_name: str) -> str:
    blocks = [
        f"# `{module_name}`",
        _block(module_name, "show_root_heading: false", "members: false"),
    ]
    blocks += [_block(f"{module_name}.{name}") for name in names_of(module_name)]
    return "\n\n".join(blocks) + "\n"


def _block(identifier: str, *options: str) -> str:
    lines = [f"::: {identifier}"]
    if options:
        lines += ["    options:", *(f"      {each}" for each in options)]
    return "\n".join(lines)


def with_site_links(markdown: str, page: str) -> str:
    """Return the Markdown of a page with its links to files of the repository as links to pages."""
    folder = posixpath.dirname(_FILES.get(page, f"docs/{page}"))

    def rewritten(found: re.Match[str]) -> str:
        opening, target, anchor = found.groups(default="")
        file = posixpath.normpath(posixpath.join(folder, target))
        to = PAGES.get(file) or (file.removeprefix("docs/") if file.startswith("docs/") else None)
        if to is None or "://" in target:
            return found.group()
        return opening + posixpath.relpath(to, posixpath.dirname(page) or ".") + anchor

    return _LINK.sub(rewritten, markdown)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages of the reference into the navigation."""
    nav: list[dict[str, Any]] = config.nav or []
    (section,) = (each["Reference"] for each in nav if "Reference" in each)
    section += [{Path(page).stem: page} for page in reference_pages()]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are no files in docs/."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - the tests run without MkDocs

    for file, page in PAGES.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / file)))
    for page, text in reference_pages().items():
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Rewrite the links of a page."""
    return with_site_links(markdown, page.file.src_uri)
