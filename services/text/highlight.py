"""Positions of search hits in a text, as offsets and never as markup."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from services.text.folding import fold, is_plain
from services.text.visible import JOINERS, is_selector

Span = tuple[int, int]
"""A start offset, and the offset after the end."""

MOST_IN_A_CLUSTER = 32
_FOLLOWING = ('\u1160', '\u11ff')  # vowels and finals of decomposed Hangul
_SKIN_TONES = ('\U0001f3fb', '\U0001f3ff')


def spans(text: str, words: Sequence[str]) -> list[Span]:
    """Return where the folded words occur in a text, in order; adjacent hits are joined."""
    key, clusters = _with_clusters(text)
    return _merged(
        (clusters[begin][0], clusters[begin + len(word) - 1][1])
        for word in words
        for begin in _all(key, word)
    )


def pattern_spans(text: str, patterns: Iterable[str]) -> list[Span]:
    """Return where regular expressions over folded letters match in a text, as ``spans`` does."""
    key, clusters = _with_clusters(text)
    return _merged(
        (clusters[found.start()][0], clusters[found.end() - 1][1])
        for pattern in patterns
        for found in re.finditer(pattern, key)
    )


def excerpt(text: str, found: Sequence[Span], *, chars: int) -> tuple[str, list[Span]]:
    """Return one line of text around the first hit, and the offsets of the hits in it."""
    begin = (
        max(0, found[0][0] - chars // 6) if found else 0
    )  # close to the start, where a narrow column shows it
    lead = '…' if begin else ''
    part = text[begin : begin + chars].replace('\n', ' ')
    shift = len(lead) - begin
    kept = [(a + shift, min(b, begin + chars) + shift) for a, b in found if a < begin + chars]
    return f'{lead}{part}{"…" if begin + chars < len(text) else ""}', kept


def _merged(found: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, end in sorted(found):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def _all(key: str, word: str) -> Iterator[int]:
    begin = key.find(word) if word else -1
    while begin >= 0:
        yield begin
        begin = key.find(word, begin + 1)


def _with_clusters(text: str) -> tuple[str, list[Span]]:
    """Return the folded text, and for each letter its offset in the original."""
    if is_plain(text):
        return text.lower(), [(place, place + 1) for place in range(len(text))]
    key: list[str] = []
    clusters: list[Span] = []
    for begin, end in _clusters(text):
        letters = fold(text[begin:end])
        key.append(letters)
        clusters.extend([(begin, end)] * len(letters))
    return ''.join(key), clusters


def _clusters(text: str) -> Iterator[Span]:
    """Yield the offsets of letters with combining marks, and of emoji with their joined parts."""
    begin = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or (
            not _is_one_with(text[place - 1], text[place]) or place - begin == MOST_IN_A_CLUSTER
        ):
            yield begin, place
            begin = place


def _is_one_with(before: str, letter: str) -> bool:
    return (
        unicodedata.combining(letter) != 0
        or _FOLLOWING[0] <= letter <= _FOLLOWING[1]
        or _SKIN_TONES[0] <= letter <= _SKIN_TONES[1]
        or letter in JOINERS
        or before in JOINERS
        or is_selector(letter)
    )
