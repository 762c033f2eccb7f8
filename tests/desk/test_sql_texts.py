"""Statements leave without their literals."""

import pytest

from desk.sql_texts import without_literals


@pytest.mark.parametrize(
    ('statement', 'left'),
    [
        ("SELECT * FROM customers WHERE name = '홍길동'", 'SELECT * FROM customers WHERE name = ?'),
        ("SELECT 'it''s', E'a\\'b', $1", 'SELECT ?, ?, $1'),
        ('SELECT $tag$ 010-1234-5678 $tag$', 'SELECT ?'),
        ('LIMIT 50 OFFSET 100', 'LIMIT ? OFFSET ?'),
        ('x IN (1, 2.5) AND table_1.c = %(c_1)s', 'x IN (?, ?) AND table_1.c = %(c_1)s'),
        ('SELECT 1 /* 홍길동 */ -- 010\nFROM t', 'SELECT ? ? ? FROM t'),
    ],
)
def test_literals_are_question_marks(statement: str, left: str) -> None:
    assert without_literals(statement) == left


def test_statement_is_cut() -> None:
    assert len(without_literals('SELECT ' + 'a, ' * 5_000)) <= 2_000
