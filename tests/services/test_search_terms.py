"""Reading what was typed: names, initials, the wrong keyboard, numbers; and what is odd."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import hangul
from services.search_terms import SearchTerms, clean, has_grams, phone_digits, read


@pytest.mark.parametrize(
    ('keys', 'written'),
    [
        ('rlacjftn', '김철수'),
        ('dlalswns', '이민준'),
        ('qkrtnrgml', '박숙희'),
        ('ghkdqh', '황보'),
        ('rhksfl', '관리'),
        ('dkswdkTdj', '앉았어'),
        ('ekfr', '닭'),
        ('ekfrdl', '닭이'),
        ('dlfrdj', '읽어'),
        ('dnjs', '원'),
        ('dml', '의'),
        ('rct', 'ㄱㅊㅅ'),
        ('RkEb', '까뜌'),
    ],
)
def test_keys_become_hangul_and_back(keys: str, written: str) -> None:
    assert hangul.typed_in_hangul(keys) == written
    assert hangul.typed_in_latin(written) == keys


@given(st.text(st.characters(min_codepoint=ord('가'), max_codepoint=ord('힣')), max_size=8))
def test_any_syllables_survive_the_keyboard(text: str) -> None:
    assert hangul.typed_in_hangul(hangul.typed_in_latin(text)) == text


@pytest.mark.parametrize(
    ('typed', 'names', 'initials'),
    [
        ('김철', ('김철',), ''),
        (' 김  철수 ', ('김철수',), ''),
        ('rlacjftn', ('rlacjftn', '김철수'), ''),
        ('RLACJFTN', ('rlacjftn', '김철수'), ''),
        ('ㄱㅊㅅ', (), 'ㄱㅊㅅ'),
        ('ㄳ', (), 'ㄱㅅ'),
        ('rct', ('rct',), 'ㄱㅊㅅ'),
        ('김ㅊㅅ', (), 'ㄱㅊㅅ'),
        ('ㅏㅑㅡ', ('ㅏㅑㅡ', 'kim'), ''),
        ('kim', ('kim',), ''),
        ('Maria Garcia', ('mariagarcia',), ''),
        ('한빛 SK', ('한빛sk',), ''),
        ('\u1100\u1175\u11b7', ('김',), ''),
    ],
)
def test_names_and_initials(typed: str, names: tuple[str, ...], initials: str) -> None:
    terms = read(typed)

    assert (terms.names, terms.initials) == (names, initials)


@pytest.mark.parametrize(
    ('typed', 'digits'),
    [
        ('010-1234-5678', '01012345678'),
        ('010 1234 5678', '01012345678'),
        ('(010) 1234.5678', '01012345678'),
        ('01012345678', '01012345678'),
        ('+82 10 1234 5678', '01012345678'),
        ('+82 (0)10-1234-5678', '01012345678'),
        ('+821012345678', '01012345678'),
        ('82-10-1234-5678', '01012345678'),
        ('0082 10 1234 5678', '01012345678'),
        ('+82 10-12', '01012'),
        ('1234-5678', '12345678'),
        ('5678', '5678'),
        ('02-345-6789', '023456789'),
        ('\uff10\uff11\uff10\uff0d\uff11\uff12\uff13\uff14', '0101234'),
        ('12', ''),
        ('12a4', ''),
        ('-', ''),
    ],
)
def test_phone_numbers_in_any_spelling(typed: str, digits: str) -> None:
    assert phone_digits(clean(typed)) == digits


@pytest.mark.parametrize(
    ('typed', 'number'),
    [
        ('C-0001234', 1234), ('c1234', 1234), ('#1234', 1234), ('0001234', 1234), ('1234', None), ('C-0', None),
        ('C-9999999999999999999', None), ('C-', None), ('٠٠٠١٢٣٤', None),
    ],
)  # fmt: skip
def test_customer_numbers(typed: str, number: int | None) -> None:
    assert read(typed).number == number


@pytest.mark.parametrize('typed', ['', '  ', '\x00', '\u200b', '\ud800', '가' * 101, 'a' * 5_000])
def test_nothing_to_look_for(typed: str) -> None:
    assert read(typed) == SearchTerms()


@given(st.text(max_size=150))
def test_nothing_is_too_odd_to_read(typed: str) -> None:
    terms = read(typed)

    for reading in (*terms.names, terms.email, terms.initials, terms.phone):
        assert '\x00' not in reading
        reading.encode()


@pytest.mark.parametrize(
    ('key', 'can'), [('김', False), ('김철', True), ('sk', False), ('lee', True), ('a김', True)]
)
def test_two_syllables_select(key: str, can: bool) -> None:
    assert has_grams(key) is can
