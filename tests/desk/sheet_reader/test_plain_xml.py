"""The quick way of reading sheets says what the XML parser alone would, whatever stands in them and wherever they are cut."""

import re
from collections.abc import Iterable
from random import Random
from typing import Any

import pytest

from desk.sheet_reader import plain_xml
from desk.sheet_reader.rows import SheetRow, UnreadableSheetError
from desk.sheet_reader.sheet_xml import SheetParser, shared_texts
from desk.sheet_reader.workbooks import Styles

TEXTS = ['김서준', '남궁민', '<b>']
STYLES = Styles({'0': 'General', '1': '00000', '2': 'yyyy-mm-dd', '3': '#,##0', '4': '0.00%'}, is_1904=False)  # fmt: skip
CELLS = [
    '<c r="{at}"><v>12</v></c>', '<c r="{at}" s="1"><v>6123</v></c>', '<c r="{at}" s="2"><v>45000</v></c>',
    '<c r="{at}" s="2"><v>45000.5</v></c>', '<c r="{at}" s="3"><v>1234567</v></c>', '<c r="{at}" s="9"><v>0.5</v></c>',
    '<c r="{at}" t="s"><v>0</v></c>', '<c r="{at}" t="s"><v>9</v></c>', '<c r="{at}" s="1"/>', '<c r="{at}"></c>',
    '<c r="{at}" t="b"><v>1</v></c>', '<c r="{at}" t="str"><f>A1</f><v>계산</v></c>', '<c r="{at}" t="e"><v>#N/A</v></c>',
    '<c r="{at}" t="inlineStr"><is><t>안녕</t></is></c>', '<c r="{at}" t="inlineStr"><is><t xml:space="preserve"> 둘 </t></is></c>',
    '<c r="{at}" t="inlineStr"><is><r><t>가</t></r><r><t>나</t></r></is></c>', '<c r="{at}" t="str"><v>A&amp;B</v></c>',
    '<c r="{at}"><v>many</v></c>', '<c r="{at}"><v>1e3</v></c>', '<c r="{at}"><v>007</v></c>', '<c r="{at}"><v>0.00001</v></c>',
    '<c r="{at}"><v>0.10000000000000001</v></c>', '<c r="{at}"><v>-3</v></c>', '<c r="A1"><v>1</v></c>', '<c><v>5</v></c>',
    '<c r="XFD{row}"><v>7</v></c>', '<c r="ZZZZ99"><v>8</v></c>', '<c r="{at}" t="d"><v>2026-11-02T00:00:00</v></c>',
    "<c r='{at}'><v>3</v></c>", '<c t="n" r="{at}"><v>3</v></c>', '<c r="{at}"><v>1</v><v>2</v></c>',
    '<c r="{at}" t="str"><v>글' + 'x' * 40_000 + '</v></c>',
]  # fmt: skip
ROWS = [
    '<row r="{row}">{cells}</row>', '<row r="{row}" spans="1:9" x14ac:dyDescent="0.3">{cells}</row>', '<row>{cells}</row>',
    '<row r="2">{cells}</row>', '<row r="{row}"/>', '<row r="{row}" ht="3"/><row r="{row}">{cells}</row>',
    '\n <row r="{row}">{cells}</row>', '<row spans="1:2" r="{row}">{cells}</row>', '<row r="99999999">{cells}</row>',
    '<row r="{row}">{cells}<!-- </row> --></row>', '<x:row r="{row}">{cells}</x:row>',
]  # fmt: skip
HEADS = [
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n', '', '\ufeff', '<!-- 말 <sheetData> -->', '<?xml version="1.0" encoding="UTF-8"?>\r\n',
    '<!-- <sheetData><row r="1"><c r="A1"><v>1</v></c></row> -->',
    '<?xml version="1.0"?>', '<!DOCTYPE worksheet>',
]  # fmt: skip


def pieces(content: bytes, size: int) -> Iterable[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


def read(content: bytes, size: int) -> tuple[list[SheetRow], str]:
    """Return the rows, and why the sheet could not be read to its end."""
    parser = SheetParser(TEXTS, STYLES.shown_by)
    rows: list[SheetRow] = []
    try:
        for piece in pieces(content, size):
            rows += parser.rows(piece)
        rows += parser.rows(b'', is_last=True)
    except UnreadableSheetError as error:
        return rows, str(error)
    return rows, ''


def some_sheet(random: Random) -> bytes:
    """Return a sheet that is mostly as programs write it, with a little of everything."""
    rows = ''
    for row in range(1, 30):
        cells = ''.join(
            random.choice(CELLS if random.random() < 0.05 else CELLS[:15]).replace('{at}', f'{letter}{row}')
            for letter in 'ABCDEF'
        )  # fmt: skip
        frame = (
            ROWS[0] if random.random() < 0.9 else random.choice(ROWS[: random.choice([2, 8, 11])])
        )
        rows += frame.replace('{cells}', cells).replace('{row}', str(row))
    head = random.choice(random.choice([HEADS[:1], HEADS]))
    xml = f'{head}<worksheet><sheetData>{rows}</sheetData><mergeCells/></worksheet>'
    if random.random() < 0.1:  # cut off, or with a letter that is none
        xml = random.choice([xml[: len(xml) // 2], xml.replace('안', '\x01'), xml + '<row>'])
    return xml.encode()


def test_quick_way_and_parser_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    sheets = [
        (some_sheet(Random(seed)), Random(seed).choice([7, 64, 999, 1 << 18]))
        for seed in range(400)
    ]
    quick = [read(content, size) for content, size in sheets]

    monkeypatch.setattr(plain_xml, '_UTF8', re.compile(b'(?!)'))  # nothing is plain
    for (content, size), found in zip(sheets, quick, strict=True):
        slow = read(content, size)
        assert found[1] == slow[1], content
        # what cannot be read to its end is refused, however far it was read
        assert slow[1] or found[0] == slow[0], content
    assert sum(not why for _, why in quick) > 200


@pytest.mark.parametrize('size', [5, 4096])
@pytest.mark.parametrize(
    'inside',
    [
        '<si><t>이름</t></si><si><t xml:space="preserve"> 메모 </t></si>',
        '<si><t>이름</t></si><si><r><t>김</t></r><r><t>철수</t></r><rPh><t>キム</t></rPh></si><si><t>끝</t></si>',
        '<si/><si><t/></si><si><t>A&amp;B</t></si><si><t>1</t></si>',
        '<si><t>하나</t></si><!-- <si><t>둘</t></si> --><si><t><![CDATA[<셋>]]></t></si>',
    ],
)
def test_shared_texts_keep_their_numbers(
    inside: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = f'<?xml version="1.0"?><sst xmlns="a" count="3">{inside}</sst>'.encode()

    quick = shared_texts(pieces(content, size))

    with monkeypatch.context() as patch:
        patch.setattr(plain_xml, '_UTF8', re.compile(b'(?!)'))
        assert quick == shared_texts(pieces(content, size))


def test_most_of_a_sheet_is_read_the_quick_way(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []
    usual: Any = SheetParser.parse
    monkeypatch.setattr(
        SheetParser,
        'parse',
        lambda self, chunk, **more: parsed.append(chunk) or usual(self, chunk, **more),
    )
    cells = '<c r="A{row}" s="1"><v>6123</v></c><c r="B{row}" t="s"><v>0</v></c>'
    rows = ''.join(
        f'<row r="{row}">{cells.replace("{row}", str(row))}</row>' for row in range(1, 99)
    )

    head = '<?xml version="1.0" encoding="UTF-8"?>\r\n'  # as Excel writes it
    found, why = read(f'{head}<worksheet><sheetData>{rows}</sheetData></worksheet>'.encode(), 512)

    assert (len(found), why) == (98, '')
    assert b''.join(parsed) == f'{head}<worksheet><sheetData></sheetData></worksheet>'.encode()
