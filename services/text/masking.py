"""Masking of resident, card and account numbers in text, before anything stores it.

Only digits become ``*``, each in its place: the length of a text never changes, and masking again
changes nothing. ``services.text.masking_rules`` decides which numbers are masked.
"""

import asyncio
import re
from collections.abc import Iterator
from typing import NamedTuple

from services.text import masking_rules as rules
from services.text.masking_rules import Group, Window

GAPS = ' \t\u00a0\u2000-\u200d\u2060\u3000\ufeff'
DASHES = '._\u2010-\u2015\u2212\u30fc\ufe63\uff0d-'
RUN = re.compile(rf'\d(?:[{GAPS}/·{DASHES}]{{0,3}}\d){{9,}}')
"""Ten or more digits with little between them, in any script: the shortest number that is masked."""
GROUP = re.compile(r'\d+')
DASHED = re.compile(rf'[{DASHES}]')
NOISE_GROUPS = 60
LONG_CHARS = 500
"""Digits written to be slow to scan cost 13 µs a character: longer texts are scanned in a thread."""
EMAIL = re.compile(r'[\w.+-]+@[\w-]+(?:\.[\w-]+)+')
PHONE = re.compile(r'(?<!\d)(?:\+?82[ .-]?)?0?\d{1,3}[ .-]?\d{3,4}[ .-]?\d{4}(?!\d)')


class MaskedKind(NamedTuple):
    """One kind of number: its test, and how many of its first and last digits may stay."""

    fits: rules.Rule
    first: int
    last: int


KINDS = (
    MaskedKind(rules.is_resident, 6, 0),  # the birth date stays, as on official papers
    MaskedKind(rules.is_card, 4, 4),
    MaskedKind(rules.is_account, 3, 2),
)


def masked(text: str) -> str:
    """Return a text with its resident, card and account numbers masked: ``850101-*******``."""
    if RUN.search(text) is None:  # true for nearly every message
        return text
    while (once := _hide(text, _hidden(text))) != text:
        text = once  # masking one number changes how its neighbours are judged: repeat until stable
    return text


async def masked_in_thread(text: str) -> str:
    """Return what ``masked`` returns; a long text with many digits is scanned in a thread."""
    if len(text) < LONG_CHARS or RUN.search(text) is None:
        return masked(text)
    return await asyncio.to_thread(masked, text)


def masked_wholly(text: str, *names: str) -> str:
    """Return a text that may be stored where no personal data may be.

    Phone numbers and e-mail addresses are masked too, and ``names`` of people whom the text may be
    about.
    """
    text = masked(text)
    for name in filter(None, names):
        text = text.replace(name, '*' * len(name))
    places = [place for found in EMAIL.finditer(text) for place in range(*found.span())]
    for found in PHONE.finditer(text):
        places += [place for place in range(*found.span()) if text[place].isdecimal()]
    return _hide(text, places)


def _hide(text: str, places: Iterator[int] | list[int]) -> str:
    characters = list(text)
    for place in places:
        characters[place] = '*'
    return ''.join(characters)


def _hidden(text: str) -> Iterator[int]:
    """Yield the offsets of the digits to mask."""
    for run in RUN.finditer(text):
        groups, first = _groups(text, run), 0
        if len(groups) > NOISE_GROUPS and len(run.group()) < 4 * len(groups):
            continue  # hundreds of single digits: not a number, and slow to scan
        while first < len(groups):
            found = _known(text, groups, first)
            if found is None:
                first += 1
                continue
            window, kind = found
            numbered = groups[first : window.end]
            places = [place for group in numbered for place in range(group.start, group.end)]
            yield from places[kind.first : len(places) - kind.last]
            first = window.end


def _known(text: str, groups: list[Group], first: int) -> tuple[Window, MaskedKind] | None:
    """Return the number that begins at a group, and its kind."""
    windows, digits = [], ''
    for end, group in enumerate(groups[first : first + rules.MAX_DIGITS], start=first + 1):
        digits += group.digits
        if len(digits) > rules.MAX_DIGITS:
            break
        if rules.is_worth_a_look(digits, end - first):
            windows.append(Window(text, groups, first, end, digits))
    fitting = ((window, kind) for kind in KINDS for window in windows if kind.fits(window))
    return next(fitting, None)


def _groups(text: str, run: re.Match[str]) -> list[Group]:
    groups: list[Group] = []
    for found in GROUP.finditer(text, *run.span()):
        gap = text[groups[-1].end : found.start()] if groups else ''
        digits = ''.join(str(int(one)) for one in found.group())
        groups.append(
            Group(
                start=found.start(),
                end=found.end(),
                digits=digits,
                is_dashed=DASHED.search(gap) is not None,
            )
        )
    return groups
