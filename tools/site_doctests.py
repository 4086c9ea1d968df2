"""Shows the examples in docstrings as code: an extension of Griffe, which reads them for the site.

Markdown takes the prompt of an example, `>>>`, for a quotation.
"""

import re

from griffe import Extension, Object

_EXAMPLE = re.compile(r"(?m)^>>> .*\n?(?:^.+\n?)*")


def with_fences(docstring: str) -> str:
    """Return the text with each run of examples between fences."""
    return _EXAMPLE.sub(lambda found: f"```pycon\n{found.group().rstrip()}\n```\n", docstring)


class FencedDoctests(Extension):
    """Puts the examples of every docstring between fences."""

    def on_object(self, *, obj: Object, **_: object) -> None:
        """Rewrite the docstring of an object that was read."""
        if obj.docstring is not None:
            obj.docstring.value = with_fences(obj.docstring.value)
