"""Which column is what: by what offices write above it, and for the customer number by what stands in it."""

import pytest

from services.customers.importing.columns import guessed


@pytest.mark.parametrize(
    ('headings', 'columns'),
    [
        (['성명', '휴대폰 번호', 'E-Mail'], ['name', 'phone', 'email']),
        (['Name', 'Mobile', '회원등급'], ['name', 'phone', None]),
        (['이름', '전화번호', '전화 번호'], ['name', 'phone', None]),  # none is guessed twice
        (['비고', '위험도', '구분', '상태'], ['memo', 'risk_level', 'customer_type', 'status']),
        (['이름(필수)', '휴대전화 번호', '이메일 [선택]'], ['name', 'phone', 'email']),
        (['고객 성함', '전화번호1', '전화번호2'], ['name', 'phone', 'other_phones']),
        (['*고객명', '연락처:', '집전화', '회사 전화'], ['name', 'phone', 'other_phones', 'other_phones']),
        (['회원이름', 'H.P.', '고객 구분'], ['name', 'phone', 'customer_type']),
        (['ＮＡＭＥ', 'Phone No.', 'Customer Type'], ['name', 'phone', 'customer_type']),  # noqa: RUF001 - full-width letters
        (['수신동의', '이메일 수신동의', '문자 수신동의'], ['call_permission', None, None]),
        (['고객명', '전화 수신 동의 여부', '수신동의'], ['name', 'call_permission', None]),
        (['이름2', '메모1', '메모2'], [None, 'memo', None]),
        (['담당자 이름', '우편번호', '번지'], [None, None, None]),
        (['', '()', '*'], [None, None, None]),
    ],
)  # fmt: skip
def test_headings_tell_their_columns(headings: list[str], columns: list[str | None]) -> None:
    assert guessed(headings) == columns


@pytest.mark.parametrize(
    'heading', ['번호', '고객번호', '고객 코드', 'No.', 'number', 'Code', 'Customer ID']
)
@pytest.mark.parametrize(
    ('cells', 'column'),
    [
        (['C-0000001', 'c-2'], 'number'),
        (['', 'C-0000001'], 'number'),
        (['1', '2'], None),  # counts the rows
        (['C-0000001', '2'], None),
        (['20260001', '20260002'], None),  # of another system
        (['', ''], None),
        ([], None),
    ],
)
def test_customer_number_is_only_what_looks_like_one(
    heading: str, cells: list[str], column: str | None
) -> None:
    assert guessed([heading], [[cell] for cell in cells]) == [column]
