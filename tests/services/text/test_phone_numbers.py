"""Telephone numbers: every spelling is read as one number, by who saves it and by who looks for it, and written one way."""
# ruff: noqa: RUF001 - digits and dashes of other scripts are what people paste

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.text.phone_numbers import (
    TypedNumber,
    e164,
    masked_phone,
    parse_phone,
    typed_number,
    without_extension,
    written,
)

SPELLINGS = {
    '01012345678': [
        '010-1234-5678', '010 1234 5678', '(010) 1234.5678', '010.1234.5678', '01012345678', '1012345678', '1012345678.0',
        '+82 10 1234 5678', '+82 (0)10-1234-5678', '+82-010-1234-5678', '(+82) 10 1234 5678', '+821012345678',
        '82-10-1234-5678', '0082 10 1234 5678', '８２－１０－１２３４－５６７８', '０１０－１２３４－５６７８', '٠١٠١٢٣٤٥٦٧٨',
        '010–1234–5678', '010—1234—5678', '010‑1234‑5678', '010−1234−5678', '010ー1234ー5678', '010·1234·5678',
        '010_1234_5678', '010ㅡ1234ㅡ5678', '010ㆍ1234ㆍ5678', '010/1234/5678',
        '\u202a010-1234-5678\u202c', '\u2066010-1234-5678\u2069', '\u202d01012345678\u202e', '010\u200b-1234-5678',
        'tel:010-1234-5678', 'tel:+82-10-1234-5678', '전화 010-1234-5678', '010-1234-5678(본인)', '010-1234-5678 (엄마)',
        '휴대폰: 010-1234-5678', '"010-1234-5678"', '“010-1234-5678”', "'01012345678", '010-1234-5678번',
    ],
    '021234567': ['02-123-4567', '02)123-4567', '021234567', '021234567.0', '+82 2 123 4567'],
    '0212345678': ['02-1234-5678', '0212345678.00', '82-2-1234-5678'],
    '03112345678': ['031-1234-5678', '+82 31 1234 5678'],
    '07012345678': ['070-1234-5678'],
    '0111234567': ['011-123-4567'],
    '01052000101': ['010-5200-0101', '1052000101'],
    '050714128963': ['0507-1412-8963', '050714128963', '+82 507-1412-8963'],
    '05021234567': ['0502-123-4567'],
    '15881234': ['1588-1234', '+82 1588-1234', '82-1588-1234', '15881234'],
    '18111234': ['1811-1234'],
    '15511234': ['1551-1234', '15511234.0'],
    '15551234': ['1555-1234', '1555 1234'],
    '+12124567890': ['+1 212-456-7890', '+1 (212) 456-7890', '001-1-212-456-7890', '00 1 212 456 7890', '12124567890',
                     'tel:+1-212-456-7890'],
    '+442079460958': ['+44 20 7946 0958', '+44 (0)20 7946 0958', '0044 20 7946 0958'],
    '+819012345678': ['+81 90-1234-5678', '+81-090-1234-5678'],
    '0212345678x301': [
        '02-1234-5678 내선 301', '02-1234-5678 내선301', '02-1234-5678(내선 301)', '02-1234-5678, 내선번호 301번', '02-1234-5678 교환 301',
        '02-1234-5678 ext. 301', '02-1234-5678 ext 301', '02-1234-5678x301', '02-1234-5678 #301', 'tel:+82-2-1234-5678;ext=301',
        '０２－１２３４－５６７８ 내선 ３０１',
    ],
    '+12124567890x45': ['+1 212-456-7890 ext 45', '+1 212-456-7890 내선 45'],
}  # fmt: skip
NO_NUMBERS = [
    '', '없음', '12', '119', '1330', '12345', '010-123-4567', '010-1234-567', '010-1234-56789012', '000-0000-0000', '099-123-4567',
    '02-1234-56789', '212-456-7890', '010-****-5678', '내선 301', '010-1234-5678, 010-2222-3333', '1.012345678E+9', '1.01E+10',
    'kim010-1234-5678@example.com', '+82', '+999 1234 5678', '010-1234-5678' * 9,
]  # fmt: skip
WRITTEN = {
    '01012345678': '010-1234-5678',
    '0111234567': '011-123-4567',
    '023456789': '02-345-6789',
    '03112345678': '031-1234-5678',
    '050714128963': '0507-1412-8963',
    '05021234567': '0502-123-4567',
    '15881234': '1588-1234',
    '+12124567890': '+1 212-456-7890',
    '+442079460958': '+44 20 7946 0958',
    '0212345678x301': '02-1234-5678 내선 301',
    '+12124567890x45': '+1 212-456-7890 내선 45',
    '12345': '12345',
    '+999': '+999',
    '': '',
}
EVERY_SPELLING = [(typed, kept) for kept, spellings in SPELLINGS.items() for typed in spellings]


@pytest.mark.parametrize(('typed', 'kept'), EVERY_SPELLING)
def test_spelling_is_read_as_its_number(typed: str, kept: str) -> None:
    assert parse_phone(typed) == kept


@pytest.mark.parametrize(('typed', 'kept'), EVERY_SPELLING)
def test_spelling_that_can_be_saved_is_looked_for_as_its_number(typed: str, kept: str) -> None:
    assert typed_number(typed).digits in {kept, kept.lstrip('0')}


@pytest.mark.parametrize('typed', NO_NUMBERS)
def test_what_cannot_be_dialled_is_no_number(typed: str) -> None:
    assert parse_phone(typed) is None


@pytest.mark.parametrize('kept', SPELLINGS)
def test_kept_number_reads_as_itself_however_it_is_written(kept: str) -> None:
    assert parse_phone(kept) == kept
    assert parse_phone(written(kept)) == kept
    assert parse_phone(written(kept, extension='ext.')) == kept


@pytest.mark.parametrize(('kept', 'shown'), WRITTEN.items())
def test_number_is_written_as_people_write_it(kept: str, shown: str) -> None:
    assert written(kept) == shown


@pytest.mark.parametrize(
    ('typed', 'digits'),
    [
        ('+82 10-12', '01012'),
        ('0082 10 12', '01012'),
        ('+1 212', '+1212'),
        ('1234-5678', '12345678'),
        (
            '2345-6789',
            '23456789',
        ),  # the end of a mobile's as well as one of Seoul's without its area
        ('212-456-7890', '2124567890'),
        ('5678', '5678'),
        ('\uff10\uff11\uff10\uff0d\uff11\uff12\uff13\uff14', '0101234'),
        ('12', ''),
        ('12a4', ''),
        ('김철수 1234', ''),
        ('-', ''),
        ('9' * 100, ''),
    ],
)
def test_part_of_a_number_is_looked_for_as_far_as_it_is_typed(typed: str, digits: str) -> None:
    assert typed_number(typed).digits == digits


@pytest.mark.parametrize(
    ('typed', 'is_all'),
    [('010-1234-5678', True), ('“010-1234-5678”', True), ('전화 010-1234-5678', False)],
)
def test_words_around_a_number_may_be_a_name(typed: str, is_all: bool) -> None:
    assert typed_number(typed) == TypedNumber('01012345678', is_all)


@pytest.mark.parametrize(
    ('kept', 'shown'),
    [('050714128963', '0507-****-8963'), ('0212345678x301', '02-****-5678'), ('+12124567890x45', '****-7890')],
)  # fmt: skip
def test_masked_number_tells_neither_middle_nor_extension(kept: str, shown: str) -> None:
    assert masked_phone(kept) == shown


@given(st.text(max_size=70))
def test_nothing_is_too_odd_to_read(typed: str) -> None:
    number = parse_phone(typed)

    typed_number(typed)
    if number is not None:
        assert len(number) <= 20
        assert without_extension(number).lstrip('+').isdecimal()
        assert parse_phone(written(number)) == number


@given(st.from_regex(r'\+?[0-9x\-. ]{7,22}', fullmatch=True))
def test_what_is_read_is_read_the_same_again(typed: str) -> None:
    if (number := parse_phone(typed)) is not None:
        assert parse_phone(number) == number
        assert parse_phone(written(number)) == number


@pytest.mark.parametrize(
    ('typed', 'dialled'),
    [
        ('010-1234-5678', '+821012345678'),
        ('전화 010 1234 5678', '+821012345678'),
        ('02)345-6789', '+8223456789'),
        ('1588-1234', '+8215881234'),
        ('+82 10-1234-5678', '+821012345678'),
        ('02-1234-5678 내선 301', '+82212345678'),
        ('+1 212 456 7890', '+12124567890'),
    ],
)
def test_networks_get_a_number_in_their_own_spelling(typed: str, dialled: str) -> None:
    kept = parse_phone(typed)

    assert kept is not None
    assert e164(kept) == dialled
