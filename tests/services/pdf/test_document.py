"""Documents as PDF: whatever people wrote is set as it stands, and never read as markup."""

from pathlib import Path

import pytest

from desk.worker_process import WorkerError
from services.pdf import document, typesetter
from services.pdf.document import Document

HOSTILE = (
    '#panic("read as markup")', '#eval("1/0")', '] #', '$x^', '\\', '```', '/* never ends', '"); #panic("', '<label> @nobody',
    '\u202eright to left\u202c', 'שלום مرحبا', '😀👨‍👩‍👧', '\x00\x1b[31m', '\ud800', '= heading', '{', '가' * 5_000, 'a' * 5_000, '\u200b' * 300, '',
)  # fmt: skip
"""Texts that break typesetters."""


def paper(*blocks: document.Block, title: str = '열람') -> Document:
    return Document(title=title, subtitle=title, foot=title, language='ko', blocks=blocks)


async def test_hostile_texts_are_set_as_they_stand() -> None:
    blocks = [
        block
        for text in HOSTILE
        for block in (
            document.heading(text),
            document.subheading(text),
            document.note(text),
            document.facts([(text, text)]),
            document.line('2026-11-30 14:05:09', text, text),
        )
    ]

    content = await document.pdf(paper(*blocks, title=document.printable(HOSTILE[0])))

    assert content[:5] == b'%PDF-'


async def test_words_break_and_direction_marks_go() -> None:
    assert document.printable('a\u202eb\x00c\u2066') == 'abc'
    assert document.printable('👨‍👩‍👧') == '👨‍👩‍👧'  # joiners are part of an emoji
    broken = document.printable('a' * 100)
    assert broken.replace('\u200b', '') == 'a' * 100
    assert max(map(len, broken.split('\u200b'))) == document.LONGEST_WORD


async def test_document_that_cannot_be_set_is_an_error() -> None:
    with pytest.raises(WorkerError):
        await document.pdf(paper({'kind': 'of another version', 'text': ''}))


def test_fonts_come_with_their_licences() -> None:
    fonts = {one.stem.partition('-')[0] for one in Path(typesetter.FONTS).glob('*.ttf')}

    assert fonts == {'NanumGothic', 'NotoEmoji'}
    for font in fonts:
        licence = (typesetter.FONTS / f'OFL-{font}.txt').read_text()
        assert 'SIL OPEN FONT LICENSE' in licence.upper()
