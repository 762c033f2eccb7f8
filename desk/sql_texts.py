"""SQL as it may be shown outside of the database: without the values that stand in it."""

import re

MOST_CHARS = 2_000
_LITERALS = re.compile(r"""
    /\*.*?\*/ | --[^\n]*                      # comments
    | [eExX]?'(?:[^'\\]|''|\\.)*'             # texts
    | \$(\w*)\$.*?\$\1\$                      # texts between dollar signs
    | (?<![\w$%.(])\d+(?:\.\d+)?\b | (?<=\()\d+(?:\.\d+)?\b   # numbers
""", re.VERBOSE | re.DOTALL)  # fmt: skip


def without_literals(statement: str) -> str:
    """Return a statement with ``?`` in the place of every literal, at most ``MOST_CHARS`` of it."""
    return ' '.join(_LITERALS.sub('?', statement).split())[:MOST_CHARS]
