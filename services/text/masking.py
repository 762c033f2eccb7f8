"""What must not be kept of what people write: resident, card and account numbers, masked before anything stores them.

Only digits become ``*``, each in its place: no text gets longer or shorter, and one that was masked stays as it is.
``services.text.masking_rules`` says which numbers they are.
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
"""Ten digits or more with little between them, in any script: the least that a number to mask has."""
GROUP = re.compile(r'\d+')
DASHED = re.compile(rf'[{DASHES}]')
NOISE_GROUPS = 60
LONG_CHARS = 500
"""Digits written to be dear to look through cost 13 µs a character: from here on they have the loop no more to themselves."""
EMAIL = re.compile(r'[\w.+-]+@[\w-]+(?:\.[\w-]+)+')
PHONE = re.compile(r'(?<!\d)(?:\+?82[ .-]?)?0?\d{1,3}[ .-]?\d{3,4}[ .-]?\d{4}(?!\d)')


class MaskedKind(NamedTuple):
    """One kind of number: how it is known, and how many of its first and last digits may stay."""

    fits: rules.Rule
    first: int
    last: int


KINDS = (
    MaskedKind(rules.is_resident, 6, 0),  # the birth date stays, as on the country's own papers
    MaskedKind(rules.is_card, 4, 4),
    MaskedKind(rules.is_account, 3, 2),
)


def masked(text: str) -> str:
    """Return a text with its resident, card and account numbers masked: ``850101-*******``, ``4111-****-****-1111``."""
    if RUN.search(text) is None:  # nearly every message
        return text
    while (once := _hide(text, _hidden(text))) != text:
        text = once  # what is left beside a masked number is judged again, so that masking twice is masking once
    return text


async def masked_in_thread(text: str) -> str:
    """Return what ``masked`` returns; a long text with many digits is looked through beside the loop."""
    if len(text) < LONG_CHARS or RUN.search(text) is None:
        return masked(text)
    return await asyncio.to_thread(masked, text)


def masked_wholly(text: str, *names: str) -> str:
    """Return a text that may stand where no personal value may.

    Numbers and addresses to reach people at go as well, and ``names`` of people whom it may be about.
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
    """Yield the places of the digits that must go."""
    for run in RUN.finditer(text):
        groups, first = _groups(text, run), 0
        if len(groups) > NOISE_GROUPS and len(run.group()) < 4 * len(groups):
            continue  # single digits by the hundred: nobody's number, and dear to look through
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
    """Return the number that begins with a group, and what it is."""
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
