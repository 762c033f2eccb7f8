"""Where in a text the searched words stand, as places in it and never as markup."""

import unicodedata
from collections.abc import Iterator, Sequence

Span = tuple[int, int]
"""From a place in the text to the place after its end."""

_FOLLOWING = ('\u1160', '\u11ff')  # vowels and finals of Hangul that is written in parts


def spans(text: str, words: Sequence[str]) -> list[Span]:
    """Return where the words (lower case, composed) stand in a text, in order; neighbours become one."""
    key, places = _with_places(text)
    found = sorted(
        (places[begin], places[begin + len(word)]) for word in words for begin in _all(key, word)
    )
    merged: list[Span] = []
    for begin, end in found:
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def excerpt(text: str, found: Sequence[Span], *, chars: int) -> tuple[str, list[Span]]:
    """Return the part of a text around its first found place, on one line, and where the places stand in it."""
    begin = (
        max(0, found[0][0] - chars // 6) if found else 0
    )  # near to where an eye, or a narrow column, begins
    lead = '…' if begin else ''
    part = text[begin : begin + chars].replace('\n', ' ')
    shift = len(lead) - begin
    kept = [(a + shift, min(b, begin + chars) + shift) for a, b in found if a < begin + chars]
    return f'{lead}{part}{"…" if begin + chars < len(text) else ""}', kept


def _all(key: str, word: str) -> Iterator[int]:
    begin = key.find(word) if word else -1
    while begin >= 0:
        yield begin
        begin = key.find(word, begin + 1)


def _with_places(text: str) -> tuple[str, list[int]]:
    """Return the text in the letters that are searched, and of each letter its place in the text."""
    key: list[str] = []
    places: list[int] = []
    for begin, cluster in _clusters(text):
        letters = unicodedata.normalize('NFC', cluster).lower()
        key.append(letters)
        places.extend([begin] * len(letters))
    return ''.join(key), [*places, len(text)]


def _clusters(text: str) -> Iterator[tuple[int, str]]:
    """Yield letters with the marks that belong to them, and where they begin."""
    begin = 0
    for place in range(1, len(text) + 1):
        if place < len(text) and _belongs_to_the_one_before(text[place]):
            continue
        yield begin, text[begin:place]
        begin = place


def _belongs_to_the_one_before(letter: str) -> bool:
    return unicodedata.combining(letter) != 0 or _FOLLOWING[0] <= letter <= _FOLLOWING[1]
