"""Reading what was typed: names, initials, the wrong keyboard, numbers; and what is odd."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.text import hangul
from services.text.terms import SearchTerms, has_grams, parse_terms


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
    terms = parse_terms(typed)

    assert (terms.names, terms.initials) == (names, initials)


@pytest.mark.parametrize(
    ('typed', 'patterns'),
    [
        ('김섲', ['김서[자-짛]']),
        ('김서주', ['김서[주-쥫]']),
        ('남구', ['남[구-귛]']),
        ('닭', ['달[가-깋]']),
        ('달', ['다[라-맇]', '[달-닳]']),
        ('rlatjw', ['김서[자-짛]']),
        ('김ㅅ', []),
        ('kim', []),
    ],
)
def test_last_syllable_may_be_half_made(typed: str, patterns: list[str]) -> None:
    assert [one.pattern for one in parse_terms(typed).unfinished] == patterns


@given(
    st.text(st.characters(min_codepoint=ord('가'), max_codepoint=ord('힣')), min_size=1, max_size=3)
)
def test_whatever_stands_in_the_box_while_a_name_is_typed_may_become_it(name: str) -> None:
    keys = hangul.typed_in_latin(name)

    for count in range(1, len(keys)):
        typed = hangul.typed_in_hangul(keys[:count])
        terms = parse_terms(typed)
        patterns = [*terms.names, terms.pattern, *(one.pattern for one in terms.unfinished)]
        assert any(re.match(one, name) for one in patterns if one), typed


@pytest.mark.parametrize(
    ('typed', 'names'),
    [
        ('김서준님', ('김서준님', '김서준')),
        ('김서준 고객님', ('김서준고객님', '김서준')),
        ('김서준씨', ('김서준씨', '김서준')),
        ('하님', ('하님',)),
        ('㈜ 한빛', ('한빛',)),
        ('José', ('jose',)),
        ('주식회사', ('주식회사',)),
    ],
)
def test_what_is_around_a_name_may_be_missing_on_record(typed: str, names: tuple[str, ...]) -> None:
    assert parse_terms(typed).names == names


@pytest.mark.parametrize(
    ('typed', 'is_begun'), [('주식회', True), ('㈜', True), ('(', True), ('한빛', False)]
)
def test_legal_form_alone_looks_for_nobody_yet(typed: str, is_begun: bool) -> None:
    assert parse_terms(typed).is_begun_form is is_begun


@pytest.mark.parametrize(
    ('typed', 'number'),
    [
        ('C-0001234', 1234), ('c1234', 1234), ('#1234', 1234), ('0001234', 1234), ('1234', None), ('C-0', None),
        ('C-9999999999999999999', None), ('C-', None), ('٠٠٠١٢٣٤', None),
    ],
)  # fmt: skip
def test_customer_numbers(typed: str, number: int | None) -> None:
    assert parse_terms(typed).number == number


@pytest.mark.parametrize('typed', ['', '  ', '\x00', '\u200b', '\ud800', '가' * 101, 'a' * 5_000])
def test_nothing_to_look_for(typed: str) -> None:
    assert parse_terms(typed) == SearchTerms()


@given(st.text(max_size=150))
def test_nothing_is_too_odd_to_read(typed: str) -> None:
    terms = parse_terms(typed)

    for reading in (*terms.names, terms.email, terms.initials, terms.phone):
        assert '\x00' not in reading
        reading.encode()


@pytest.mark.parametrize(
    ('key', 'can'), [('김', False), ('김철', True), ('sk', False), ('lee', True), ('a김', True)]
)
def test_two_syllables_select(key: str, can: bool) -> None:
    assert has_grams(key) is can
