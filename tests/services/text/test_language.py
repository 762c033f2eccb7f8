"""The language of a text, and how much of it fits."""

import pytest

from services.text.language import cut, has_feeling, language_of


@pytest.mark.parametrize(
    ('text', 'language'),
    [
        ('주문이 안 와요', 'ko'),
        ('My order is late', 'en'),
        ('ㅋㅋㅋㅋ', 'ko'),
        ('iPhone 15 언제 배송되나요', 'ko'),
        ('Hello, I ordered from 서울 and nothing has come yet', 'en'),
        ('😡😡😡', 'ko'),
        ('', 'ko'),
    ],
)
def test_language_is_that_of_most_letters(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ('text', 'size_bytes', 'kept'),
    [
        ('가나다', 9, '가나다'),
        ('가나다', 8, '가나'),
        ('가나다', 7, '가나'),
        ('a😡b', 5, 'a😡'),
        ('a😡b', 4, 'a'),
        ('a😡b', 2, 'a'),
    ],
)
def test_no_character_is_torn(text: str, size_bytes: int, kept: str) -> None:
    assert cut(text, size_bytes) == kept


def test_longest_line_fits_comprehend() -> None:
    kept = cut('가' * 5_000, 5_000)

    assert len(kept) == 1_666
    assert len(kept.encode()) <= 5_000


@pytest.mark.parametrize(
    ('text', 'has'), [('1234-5678', False), ('!?', False), ('네', True), ('😡', True), ('ok', True)]
)
def test_numbers_and_signs_feel_nothing(text: str, *, has: bool) -> None:
    assert has_feeling(text) is has
