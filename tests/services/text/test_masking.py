"""Masking: what must go goes in every spelling, and what only looks like it stays."""
# ruff: noqa: RUF001 - digits and dashes of other scripts are what people paste

from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desk import clock
from services.text.masking import masked, masked_wholly
from tests.services.text.masking_lines import MASKED, STAYS, TODAY


@pytest.fixture(autouse=True, scope='module')
def today() -> Iterator[None]:
    """What is a recent day, and who is not born yet, hangs on the day."""
    with clock.moved(TODAY - clock.now()):
        yield


@pytest.mark.parametrize(('text', 'expected'), MASKED.items())
def test_number_that_must_go_goes(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize('text', STAYS)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize('text', MASKED)
def test_what_is_masked_in_a_long_text_is_masked_alone(text: str) -> None:
    around = '배송이 늦어서 문의드려요.\n{}\n확인 부탁드립니다.'

    assert masked(around.format(text)) == around.format(masked(text))


@pytest.mark.parametrize('text', STAYS)
def test_what_stays_in_a_long_text_stays_alone(text: str) -> None:
    around = '안녕하세요.\n{}\n확인 부탁드립니다.'

    assert masked(around.format(text)) == around.format(text)


def test_table_has_hundreds_of_lines_in_both_directions() -> None:
    assert min(len(MASKED), len(STAYS)) > 100


PIECES = st.one_of(
    st.sampled_from([*MASKED, *STAYS]),
    st.text(alphabet='0123456789０１２ -–.·/*', max_size=24),
    st.sampled_from(['계좌 ', '주문번호 ', ' 은행', 'ORD-', '카드', '주민번호 ', '원', '\n']),
    st.text(max_size=8),
)
TEXTS = st.lists(PIECES, max_size=8).map(''.join)


@settings(max_examples=500)
@given(TEXTS)
@example('850101-1234566' * 3)
def test_masking_changes_digits_and_nothing_else(text: str) -> None:
    once = masked(text)

    assert len(once) == len(text)
    assert all(
        new == old or (new == '*' and old.isdecimal()) for new, old in zip(once, text, strict=True)
    )


@settings(max_examples=500)
@given(TEXTS)
def test_masking_twice_is_masking_once(text: str) -> None:
    assert masked(masked(text)) == masked(text)


@given(st.text(alphabet=st.characters(exclude_categories=['Nd', 'Cs'])))
def test_text_without_digits_is_the_same_text(text: str) -> None:
    assert masked(text) is text


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('고객 요청', '고객 요청'),
        ('010-1234-5678로 통화', '***-****-****로 통화'),
        ('+82 10 1234 5678', '+** ** **** ****'),
        ('minsu@example.com 확인', '***************** 확인'),
        ('850101-1234566 본인', '850101-******* 본인'),
        ('2026-11-22 요청', '2026-11-22 요청'),
    ],
)
def test_reason_says_no_number_and_no_address(text: str, expected: str) -> None:
    assert masked_wholly(text) == expected
