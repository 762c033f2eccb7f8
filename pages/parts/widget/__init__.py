"""``/widget.js``: the script that other sites load. Its parts stand beside this module, in the order in which they are put together."""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PARTS = ('memory.js', 'button.js', 'talk.js')
MOST_BYTES = 15_000
"""Of all that a site's page loads before the chat is opened: the script and the look of the button."""
_COMMENT = re.compile(r'^\s*//.*\n', re.MULTILINE)
_INDENT = re.compile(r'^[ \t]+', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class WidgetScript:
    """The script as it is served."""

    text: str
    tag: str
    """Its ``ETag``: another for every other script."""


@cache
def widget_script() -> WidgetScript:
    """Return the script: its parts in one function, which leaves no name on the page, without comments and indentation."""
    folder = Path(__file__).parent
    parts = ''.join((folder / name).read_text() for name in PARTS)
    text = _INDENT.sub('', _COMMENT.sub('', f'(() => {{\n"use strict";\n{parts}}})();\n'))
    return WidgetScript(text, f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"')
