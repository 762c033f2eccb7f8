"""Web addresses in text, also where a Korean particle follows without a space.

``https://example.com/docs에서`` is an address and a particle. Non-ASCII letters belong to an address
only at the beginning of a path segment, as in ``/wiki/서울``, or as a label of its host.
"""

import re
from typing import NamedTuple

_ASCII_LABEL = r'[A-Za-z0-9-]+'
_OTHER = r'[^\W\x00-\x7f]+'  # letters and digits of other scripts: no brackets, no dots, no quotation marks
_HOST = rf'(?:(?:{_ASCII_LABEL}|{_OTHER})\.)*(?:{_ASCII_LABEL}|한국)'
_PATH = rf'(?:[A-Za-z0-9\-._~:/?#\[\]@!$&()*+,;=%|\\^{{}}]|(?<=[/=_\-&#?%+]){_OTHER})*'
_LINK = re.compile(
    rf'(?:https?://(?:[A-Za-z0-9._~%:-]+@)?{_HOST}|(?<![\w@./:-])www\.{_HOST}\.{_ASCII_LABEL})(?::[0-9]+)?(?:[/?#]{_PATH})?',
    re.IGNORECASE,
)
_LONG_PARTICLES = '에서(?:는|도)?|으로(?:는|도)?|에는|입니다|이에요|예요|이고|이라고|라고|까지|부터|한테|처럼|이나|이랑|하고'
_PARTICLE = re.compile(
    rf'(?<=[가-힣])(?:{_LONG_PARTICLES})$|(?<=/)(?:{_LONG_PARTICLES}|[은는이가을를에로도와과의만])$'
)
"""One-syllable particles also end words (사과, 회의): they count as particles only where no word stands
before them."""
_STOPS = '.,!?;:|\\^'
_BRACKETS = {')': '(', ']': '[', '}': '{'}


class Link(NamedTuple):
    """One web address in a text, and its target."""

    begin: int
    end: int
    address: str


def links(text: str) -> list[Link]:
    """Return the web addresses in a text, in order; ``www.`` becomes ``https://www.`` in the target."""
    return [_link(found) for found in _LINK.finditer(text)]


def _link(found: re.Match[str]) -> Link:
    written = _PARTICLE.sub('', _without_stops(found.group()))
    is_whole = written[:4].lower() == 'http'
    return Link(
        found.start(), found.start() + len(written), written if is_whole else f'https://{written}'
    )


def _without_stops(written: str) -> str:
    """Strip punctuation that ends the sentence, and a bracket that was opened before the address."""
    while written[-1] in _STOPS or (
        written[-1] in _BRACKETS
        and written.count(written[-1]) > written.count(_BRACKETS[written[-1]])
    ):
        written = written[:-1]
    return written
