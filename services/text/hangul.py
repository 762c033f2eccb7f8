"""Hangul as it is typed: initials (초성), and the two keyboards that people mix up.

The two-set keyboard (두벌식, KS X 5002) puts consonants on the left and vowels on the right. A syllable is an
initial, a vowel and perhaps a final; a final goes over to the next syllable when a vowel follows it.
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
"""What these may still become; Unicode has all that is between the two in one row."""


def is_syllable(letter: str) -> bool:
    """Whether a letter is a whole syllable."""
    return FIRST_SYLLABLE <= letter <= LAST_SYLLABLE


def apart(text: str) -> str:
    """Take joined consonants apart: a keyboard makes ㄳ out of the initials ㄱㅅ."""
    return ''.join(PARTS.get(letter, letter) if letter not in VOWELS else letter for letter in text)


def initial(letter: str) -> str:
    """Return the initial of a syllable; any other letter as it is."""
    return _letters(letter)[0] if is_syllable(letter) else letter


def initial_range(initial: str) -> tuple[str, str]:
    """Return the first and the last syllable that begin with an initial."""
    first = ord(FIRST_SYLLABLE) + INITIALS.index(initial) * SYLLABLES_AN_INITIAL
    return chr(first), chr(first + SYLLABLES_AN_INITIAL - 1)


def unfinished(text: str) -> list[tuple[str, str, str]]:
    """Return what a text may become whose last syllable is still being typed: a beginning, and a range for the next syllable.

    ``남구`` may become 남궁, and ``김섲``, whose last consonant goes over to the vowel that follows, 김서준.
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
    """Return what these keys would have written with the keyboard in Hangul: ``rlacjftn`` is 김철수."""
    return composed([KEYS.get(key) or KEYS.get(key.lower(), key) for key in keys])


def typed_in_latin(text: str) -> str:
    """Return what would have been written with the keyboard in English: ``ㅏㅑㅡ`` is kim."""
    return ''.join(_keys(letter) for letter in text)


def composed(letters: list[str]) -> str:
    """Put single letters together to syllables, as a keyboard does while one types."""
    written: list[str] = []
    waiting: list[str] = []  # the letters of the syllable that is being typed
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
    """Return the syllable with one letter more, or nothing when the letter begins another."""
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
    """Part a syllable from the final that the next vowel takes for its initial."""
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
    """Return the initial, the vowel and the final of a syllable; without a final it is empty."""
    place = ord(syllable) - ord(FIRST_SYLLABLE)
    return (
        INITIALS[place // SYLLABLES_AN_INITIAL],
        VOWELS[place % SYLLABLES_AN_INITIAL // len(FINALS)],
        FINALS[place % len(FINALS)].strip(),
    )
