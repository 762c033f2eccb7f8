"""Hangul while it is typed: initials (초성), and text typed with the wrong keyboard layout.

The two-set keyboard (두벌식, KS X 5002) has consonants on the left and vowels on the right. A syllable
is an initial, a vowel and an optional final; a final moves to the next syllable when a vowel
follows it.
"""

FIRST_SYLLABLE, LAST_SYLLABLE = '가', '힣'
INITIALS = 'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ'
VOWELS = 'ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ'
FINALS = ' ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ'
SYLLABLES_AN_INITIAL = len(VOWELS) * len(FINALS)
JOINED = {
    'ㄱㅅ': 'ㄳ', 'ㄴㅈ': 'ㄵ', 'ㄴㅎ': 'ㄶ', 'ㄹㄱ': 'ㄺ', 'ㄹㅁ': 'ㄻ', 'ㄹㅂ': 'ㄼ', 'ㄹㅅ': 'ㄽ', 'ㄹㅌ': 'ㄾ',
    'ㄹㅍ': 'ㄿ', 'ㄹㅎ': 'ㅀ', 'ㅂㅅ': 'ㅄ', 'ㅗㅏ': 'ㅘ', 'ㅗㅐ': 'ㅙ', 'ㅗㅣ': 'ㅚ', 'ㅜㅓ': 'ㅝ', 'ㅜㅔ': 'ㅞ',
    'ㅜㅣ': 'ㅟ', 'ㅡㅣ': 'ㅢ',
}  # fmt: skip
PARTS = {joined: parts for parts, joined in JOINED.items()}
KEYS = dict(
    zip(
        'qwertyuiopasdfghjklzxcvbnmQWERTOP',
        'ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡㅃㅉㄸㄲㅆㅒㅖ',
        strict=True,
    )
)
LETTERS = {letter: key for key, letter in KEYS.items()}
LAST_JOINED_VOWEL = {'ㅗ': 'ㅚ', 'ㅜ': 'ㅟ', 'ㅡ': 'ㅢ'}
LAST_JOINED_FINAL = {'ㄱ': 'ㄳ', 'ㄴ': 'ㄶ', 'ㄹ': 'ㅀ', 'ㅂ': 'ㅄ'}
"""The last final that each final can grow into; in Unicode all finals between the two are adjacent."""


def is_syllable(letter: str) -> bool:
    """Whether a letter is a complete syllable."""
    return FIRST_SYLLABLE <= letter <= LAST_SYLLABLE


def apart(text: str) -> str:
    """Split joined consonants: a keyboard joins the initials ㄱㅅ to ㄳ."""
    return ''.join(PARTS.get(letter, letter) if letter not in VOWELS else letter for letter in text)


def initial(letter: str) -> str:
    """Return the initial of a syllable, or any other letter unchanged."""
    return _letters(letter)[0] if is_syllable(letter) else letter


def parts_of(syllable: str) -> list[str]:
    """Return the letters of a complete syllable: the initial, the vowel and, where it has one, the final."""
    return [part for part in _letters(syllable) if part]


def initial_range(initial: str) -> tuple[str, str]:
    """Return the first and last syllable with this initial."""
    first = ord(FIRST_SYLLABLE) + INITIALS.index(initial) * SYLLABLES_AN_INITIAL
    return chr(first), chr(first + SYLLABLES_AN_INITIAL - 1)


def unfinished(text: str) -> list[tuple[str, str, str]]:
    """Return what a half-typed last syllable may become: the text before, and a range for the next.

    ``남구`` may become 남궁; ``김섲`` may become 김서준, when its last consonant moves to the vowel that
    follows.
    """
    if not text or not is_syllable(text[-1]):
        return []
    begun, (initial, vowel, final) = text[:-1], _letters(text[-1])
    if not final:
        last = _syllable([initial, LAST_JOINED_VOWEL.get(vowel, vowel), FINALS[-1]])
        return [(begun, text[-1], last)]
    parts = PARTS.get(final, final)
    stays, goes = parts[:-1], parts[-1]
    carried = begun + _syllable([initial, vowel, *stays])
    found = [(carried, *initial_range(goes))]
    if final in LAST_JOINED_FINAL:
        found.append((begun, text[-1], _syllable([initial, vowel, LAST_JOINED_FINAL[final]])))
    return found


def typed_in_hangul(keys: str) -> str:
    """Return what these keys write in the Hangul layout: ``rlacjftn`` is 김철수."""
    return composed([KEYS.get(key) or KEYS.get(key.lower(), key) for key in keys])


def typed_in_latin(text: str) -> str:
    """Return what these letters write in the English layout: ``ㅏㅑㅡ`` is kim."""
    return ''.join(_keys(letter) for letter in text)


def composed(letters: list[str]) -> str:
    """Join single letters into syllables, as a keyboard does."""
    written: list[str] = []
    waiting: list[str] = []  # the letters of the current syllable
    for letter in letters:
        if letter in VOWELS and len(waiting) > 2:
            waiting, carried = _given_over(waiting)
            written.append(_syllable(waiting))
            waiting = [carried, letter]
        elif joined := _joined(waiting, letter):
            waiting = joined
        else:
            written.append(_syllable(waiting))
            waiting = [letter]
    written.append(_syllable(waiting))
    return ''.join(written)


def _joined(waiting: list[str], letter: str) -> list[str] | None:
    """Return the syllable extended by one letter, or ``None`` when the letter begins a new one."""
    match waiting:
        case [initial] if initial in INITIALS and letter in VOWELS:
            return [initial, letter]
        case [initial, vowel] if letter in VOWELS and vowel + letter in JOINED:
            return [initial, JOINED[vowel + letter]]
        case [initial, vowel] if letter in FINALS:
            return [initial, vowel, letter]
        case [initial, vowel, final] if final + letter in JOINED:
            return [initial, vowel, JOINED[final + letter]]
    return None


def _given_over(waiting: list[str]) -> tuple[list[str], str]:
    """Split a syllable from the final that the next vowel takes as its initial."""
    initial, vowel, final = waiting
    if final in PARTS:
        return [initial, vowel, PARTS[final][0]], PARTS[final][1]
    return [initial, vowel], final


def _syllable(letters: list[str]) -> str:
    if len(letters) < 2:
        return ''.join(letters)
    initial, vowel, final = (*letters, ' ')[:3]
    place = INITIALS.index(initial) * len(VOWELS) + VOWELS.index(vowel)
    return chr(ord(FIRST_SYLLABLE) + place * len(FINALS) + FINALS.index(final))


def _keys(letter: str) -> str:
    if not is_syllable(letter):
        return ''.join(LETTERS.get(part, part) for part in PARTS.get(letter, letter))
    return ''.join(_keys(part) for part in _letters(letter) if part)


def _letters(syllable: str) -> tuple[str, str, str]:
    """Return the initial, the vowel and the final of a syllable; the final may be empty."""
    place = ord(syllable) - ord(FIRST_SYLLABLE)
    return (
        INITIALS[place // SYLLABLES_AN_INITIAL],
        VOWELS[place % SYLLABLES_AN_INITIAL // len(FINALS)],
        FINALS[place % len(FINALS)].strip(),
    )
