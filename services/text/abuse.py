"""Points listed words out in a text, however their letters are taken apart. It judges nobody: what it finds is a pointer.

Texts and words are compared as single letters (자모), so that ``시발``, ``ㅅㅣㅂㅏㄹ`` and ``시ㅂㅏㄹ`` are one. Between the letters
of a word may stand spaces, digits and symbols. A hit begins and ends with whole syllables. What stands around it decides
whether it is the word or the end of one word and the beginning of the next (다**시 발**송):

* letters on both sides: no hit;
* spaces between its letters: a hit only where neither side touches a letter, nor its front a digit (3시 발차);
* an innocent word that holds it, such as 시발역: no hit.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.text.hangul import apart, is_syllable, parts_of
from services.text.highlight import Span
from services.text.visible import UNSEEN

MOST_BETWEEN = 3
"""The most spaces, digits and symbols between two letters of a word."""


@dataclass(frozen=True, slots=True)
class WordList:
    """Words to point out, and words that hold one of them and mean no harm."""

    words: tuple[str, ...] = ()
    innocent: tuple[str, ...] = ()

    def with_more(self, other: 'WordList') -> 'WordList':
        """Return this list together with another one."""
        return WordList((*self.words, *other.words), (*self.innocent, *other.innocent))


@dataclass(frozen=True, slots=True)
class _Unit:
    """One visible character of a text: its offset and, of a letter, its single letters."""

    begin: int
    end: int
    letters: str
    """Empty for a space, a digit, a symbol."""
    sign: str


def pointed(text: str, words: WordList) -> list[Span]:
    """Return where a text holds a listed word, as offsets, in order and without overlaps."""
    if not words.words:
        return []
    units = list(_units(text))
    letters = ''.join(unit.letters for unit in units)
    held = [word for word in map(_word, words.words) if word in letters]
    if not held:
        return []
    innocent = [span for word in words.innocent for span in _contiguous(units, _word(word))]
    found: list[Span] = []
    for word in held:
        for first, last in _hits(units, word):
            span = units[first].begin, units[last].end
            if not any(begin <= span[0] and span[1] <= end for begin, end in innocent):
                found.append(span)
    return _joined(found)


def _units(text: str) -> Iterator[_Unit]:
    """Yield the characters that can be seen; decomposed Hangul as one."""
    place = 0
    while place < len(text):
        end = place + 1
        while end < len(text) and ('\u1160' <= text[end] <= '\u11ff' or unicodedata.combining(text[end])):  # fmt: skip
            end += 1
        read = _single if end == place + 1 else _read
        if (found := read(text[place:end])) is not None:
            yield _Unit(place, end, *found)
        place = end


def _read(character: str) -> tuple[str, str] | None:
    """Return the letters and the sign of one character; ``None`` for one that cannot be seen."""
    if UNSEEN.fullmatch(character):
        return None
    sign = unicodedata.normalize('NFKC', character).casefold()
    return (_letters(sign) if sign.isalpha() else ''), sign


def _letters(word: str) -> str:
    """Return a word as single letters; of other scripts the letters themselves. Signs between them are left out."""
    whole = unicodedata.normalize('NFKC', word).casefold()
    return ''.join(
        ''.join(map(apart, parts_of(letter))) if is_syllable(letter) else _modern(letter)
        for letter in whole
        if letter.isalpha()
    )


_single = lru_cache(maxsize=16_384)(_read)
"""Of one code point: all syllables of Hangul and what else is written, since each line that is drawn is read."""
_word = lru_cache(maxsize=4_096)(_letters)
"""Of a listed word."""


def _modern(letter: str) -> str:
    """Return a letter as a keyboard writes it: the composed form of Hangul that Unicode makes of a single one."""
    name = unicodedata.name(letter, '')
    for kind in ('CHOSEONG', 'JUNGSEONG', 'JONGSEONG'):
        if name.startswith(f'HANGUL {kind} '):
            try:
                letter = unicodedata.lookup(f'HANGUL LETTER {name.split(" ", 2)[2]}')
            except KeyError:
                return letter
    return apart(letter)


def _hits(units: Sequence[_Unit], word: str) -> Iterator[tuple[int, int]]:
    """Yield the first and last unit of each occurrence that stands as a word."""
    if not word:
        return
    for first in range(len(units)):
        found = _from(units, first, word)
        if found is not None and _stands(units, first, *found):
            yield first, found[0]


def _from(units: Sequence[_Unit], first: int, word: str) -> tuple[int, bool] | None:
    """Return the last unit of the word when it begins at a unit, and whether spaces stand within; ``None`` otherwise."""
    rest, place, between, has_space = word, first, 0, False
    while place < len(units):
        unit = units[place]
        if unit.letters:
            if not rest.startswith(unit.letters):
                return None
            rest, between = rest[len(unit.letters) :], 0
            if not rest:
                return place, has_space
        elif place == first or (between := between + 1) > MOST_BETWEEN:
            return None
        else:
            has_space = has_space or unit.sign.isspace() or not unit.sign.strip()
        place += 1
    return None


def _stands(units: Sequence[_Unit], first: int, last: int, has_space: bool) -> bool:
    before = units[first - 1] if first else None
    after = units[last + 1] if last + 1 < len(units) else None
    touches_before = before is not None and (bool(before.letters) or before.sign.isdigit())
    touches_after = after is not None and _continues(after)
    if has_space:
        return not touches_before and not touches_after
    return not (touches_before and touches_after)


def _continues(unit: _Unit) -> bool:
    """Whether a unit goes on with a word: a syllable or a Latin letter; ㅋㅋ and ㅠㅠ do not."""
    return bool(unit.letters) and (is_syllable(unit.sign[-1]) or unit.sign.isascii())


def _contiguous(units: Sequence[_Unit], word: str) -> Iterator[Span]:
    """Yield where an innocent word stands, signs and spaces between its letters included."""
    for first in range(len(units) if word else 0):
        if units[first].letters and (found := _from(units, first, word)) is not None:
            yield units[first].begin, units[found[0]].end


def _joined(found: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for begin, end in sorted(found):
        if joined and begin < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((begin, end))
    return joined
