"""Folding: two spellings of one word are one key, and Python and PostgreSQL make the same of every text."""
# ruff: noqa: RUF001 - letters of other scripts are what people are called

import random
import sys
import unicodedata

import psycopg
import pytest

from desk.settings import Settings
from services.text.folding import PLAIN, fold, name_key
from services.text.visible import members

ALIKE = [
    ('ＡＢＣ상사', 'abc상사'),
    ('İbrahim', 'ibrahim'),
    ('ISPARTA', 'ısparta'),
    ('ΟΔΥΣΣΕΥΣ', 'Οδυσσεύς'),
    ('José', 'jose'),
    ('STRASSE', 'Straße'),
    ('Łukasz', 'lukasz'),
    ('Søren', 'SOREN'),
    ('Æsir', 'aesir'),
    ('Ёлка', 'елка'),
    ('㎏', 'KG'),
    ('№１', 'no1'),
    ('배\u200b송', '배송'),
    ('\u110b\u116d\u1109\u1166\u11b8', '요셉'),
    ('ｶﾞｷﾞ', 'ガギ'),
]
ONE_COMPANY = [
    '㈜한빛',
    '(주)한빛',
    '(주) 한빛',
    '（주）한빛',
    '주식회사 한빛',
    '한빛 주식회사',
    '한빛(주)',
    '한빛㈜',
    '주)한빛',
]


@pytest.mark.parametrize(('one', 'other'), ALIKE)
def test_spellings_of_one_word_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ('one', 'other'), [('배송', '배승'), ('ㄱ', '가'), ('ㄱㅏ', '가'), ('が', 'か')]
)
def test_other_words_stay_others(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize('name', ONE_COMPANY)
def test_legal_form_makes_no_other_company(name: str) -> None:
    assert name_key(name) == '한빛'


@pytest.mark.parametrize('name', ['주식회사', '(주)', '㈜'])
def test_legal_form_alone_is_a_name(name: str) -> None:
    assert name_key(name) in {'주식회사', '(주)'}


def test_plain_texts_have_nothing_but_capitals_to_fold() -> None:
    for letter in members(PLAIN):
        assert fold(f'{letter}\u00a0') == f'{letter.lower()} '


def test_folding_twice_is_folding_once() -> None:
    for letter in letters():
        assert fold(fold(letter)) == fold(letter)


def test_database_folds_as_python_does(settings: Settings) -> None:
    texts = [*letters(), *(f'a{letter}가' for letter in letters()), *mixtures(20_000)]
    names = [*ONE_COMPANY, '주식회사', '(주)', '주식회사(주)', '한 빛 ( 주 )', *mixtures(5_000)]

    with psycopg.connect(settings.database_url.replace('+psycopg', '')) as connection:
        folded = asked(connection, 'search_key', texts)
        keys = asked(connection, 'name_key', names)

    assert [ascii(text) for text in texts if fold(text) != folded[text]] == []
    assert [ascii(name) for name in names if name_key(name) != keys[name]] == []


def letters() -> list[str]:
    """Every character there is, but for the halves and those that this Python does not know yet."""
    every = map(chr, range(1, sys.maxunicode + 1))
    return [letter for letter in every if unicodedata.category(letter) not in {'Cn', 'Cs'}]


def mixtures(count: int) -> list[str]:
    """Texts of letters that change one another: marks, parts of syllables, signs that nobody sees."""
    chance = random.Random(7)
    pieces = [
        *'aÅéßIİıΣς ㄱㅏ가강(주)주식회사', '\u0301', '\u0327', '\u3099', '\u1100', '\u1161', '\u11a8', '\u200d', '\ufe0f', 'か', '㈜', '…',
    ]  # fmt: skip
    return [''.join(chance.choices(pieces, k=chance.randint(1, 9))) for _ in range(count)]


def asked(connection: psycopg.Connection, function: str, texts: list[str]) -> dict[str, str]:
    rows = connection.execute(
        f'SELECT text, {function}(text) FROM unnest(%s::text[]) AS text',  # type: ignore[arg-type]  # not a literal
        [texts],
    )
    return dict(rows.fetchall())
