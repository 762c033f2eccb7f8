"""The word list points out what it names, however its letters are taken apart, and leaves innocent words alone."""

import unicodedata

import pytest

from services.text.abuse import WordList, pointed

WORDS = WordList(
    words=('시발', '씨발', '멍청이', 'ㅅㅂ', '꺼져'), innocent=('시발역', '시발점', '시발택시')
)

POINTED = [
    ('시발', '시발'),
    ('시 발', '시 발'),
    ('시 1 발', '시 1 발'),
    ('시1발', '시1발'),
    ('씨@발', '씨@발'),
    ('씨.발!!', '씨.발'),
    ('ㅅㅣㅂㅏㄹ', 'ㅅㅣㅂㅏㄹ'),
    ('ㅅ ㅣ ㅂ ㅏ ㄹ', 'ㅅ ㅣ ㅂ ㅏ ㄹ'),
    ('시ㅂㅏㄹ 뭐예요', '시ㅂㅏㄹ'),
    ('야 이 시발놈아', '시발'),
    ('아시발 진짜', '시발'),
    ('시발ㅋㅋㅋ', '시발'),
    ('시\u200b발', '시\u200b발'),
    (unicodedata.normalize('NFD', '시발'), unicodedata.normalize('NFD', '시발')),
    ('ㅅㅂ 뭐 하는 거야', 'ㅅㅂ'),
    ('ㅅ.ㅂ', 'ㅅ.ㅂ'),
    ('멍~청~이', '멍~청~이'),
    ('이 멍청이야', '멍청이'),
    ('당장 꺼 져', '꺼 져'),
]
INNOCENT = [
    '시발역에서 타면 되나요?',
    '열차의 시발점이 어디예요?',
    '시 발 역',
    '옛날 시발택시 사진',
    '다시 발송해 주세요',
    '다시발송해주세요',
    '즉시 발급되나요',
    '역시 발표가 늦네요',
    '3시 발차예요',
    '오후 12시 발 열차',
    '시바람이 분다',
    '일시 발생한 오류',
    '상담 시작 발신 번호',
    '시   ----   발',
    '멍청한 질문이죠',
    '전화가 꺼졌다가 켜져요',
    '',
]


@pytest.mark.parametrize(('text', 'part'), POINTED)
def test_word_is_pointed_out(text: str, part: str) -> None:
    assert [text[begin:end] for begin, end in pointed(text, WORDS)] == [part]


@pytest.mark.parametrize('text', INNOCENT)
def test_innocent_text_is_left_alone(text: str) -> None:
    assert pointed(text, WORDS) == []


def test_empty_list_points_at_nothing() -> None:
    assert pointed('시발', WordList()) == []
