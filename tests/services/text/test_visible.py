"""What can be seen: blank signs are no name, unseen signs go from around it, and joined emoji stay whole."""

import time

import pytest

from services.text.visible import is_visible, parse_name, trimmed

BLANK = [
    '',
    ' ',
    '\u3164',
    '\u2800',
    '\u115f',
    '\u200b',
    '\u200d',
    '\ufe0f',
    '\u00ad',
    ' \u3164\u2800\u200b ',
    '\u202e\u2066',
    '\ufeff',
    '\U000e0041',
]
WHOLE = ['👨\u200d👩\u200d👧', '❤\ufe0f', '🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f', '👍\U0001f3fd', '1\ufe0f\u20e3']  # fmt: skip


@pytest.mark.parametrize('text', BLANK)
def test_blank_signs_are_nothing(text: str) -> None:
    assert not is_visible(text)
    assert trimmed(text) == ''
    assert parse_name(text, most=100) is None


@pytest.mark.parametrize('emoji', WHOLE)
def test_joined_emoji_stay_whole(emoji: str) -> None:
    assert trimmed(f' \u200b{emoji}\u200b\n') == emoji
    assert parse_name(f'\u3164{emoji} 네', most=100) == f'{emoji} 네'


@pytest.mark.parametrize(
    ('typed', 'kept'),
    [
        ('\u202a김철수\u202c', '김철수'),
        ('\u3164김철수\u2800', '김철수'),
        ('김\u200b철수', '김철수'),
        ('김철수\ufe0f', '김철수'),
        ('  김   철수 ', '김 철수'),
        ('\u1100\u1175\u11b7', '김'),
        ('نم\u200cک', 'نم\u200cک'),
    ],
)
def test_name_is_kept_without_what_nobody_sees(typed: str, kept: str) -> None:
    assert parse_name(typed, most=100) == kept


@pytest.mark.parametrize('text', ['최\x00유진', '\ud800', '\x07벨', '가' * 101])
def test_name_that_cannot_be_printed_is_none(text: str) -> None:
    assert parse_name(text, most=100) is None


def test_name_in_parts_of_syllables_may_be_as_long_as_any() -> None:
    assert parse_name('\u1100\u1175\u11b7' * 100, most=100) == '김' * 100


def test_endless_accents_are_refused_before_they_are_put_in_order() -> None:
    began = time.perf_counter()

    assert parse_name('a' + '\u0323\u0301' * 500_000, most=100) is None

    assert time.perf_counter() - began < 1  # in order they would be after hours
