"""What a file is, is decided by its content; its name is shown as given, composed, and harmless."""

import io
import unicodedata
import zipfile

import pytest

from desk.errors import InvalidInputError
from services.files import kinds
from services.files.kinds import FileKind, kind_of
from services.files.names import MAX_NAME_CHARS, shown_name

PNG = b'\x89PNG\r\n\x1a\n' + bytes(16)


def packed(*names: str, mimetype: str = '') -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, 'w') as made:
        if mimetype:
            made.writestr('mimetype', mimetype)
        for name in names:
            made.writestr(name, 'x')
    return content.getvalue()


@pytest.mark.parametrize(
    ('content', 'kind'),
    [
        (PNG, kinds.PNG),
        (b'\xff\xd8\xff\xe0' + bytes(8), kinds.JPEG),
        (b'GIF89a' + bytes(8), kinds.GIF),
        (b'RIFF\x10\x00\x00\x00WEBPVP8 ', kinds.WEBP),
        (b'%PDF-1.7\n%\xe2\xe3\xcf\xd3', kinds.PDF),
        ('주문번호 1234\r\n'.encode(), kinds.TEXT),
        ('주문번호,금액\n'.encode('cp949'), kinds.TEXT),
        (packed('[Content_Types].xml', 'word/document.xml'), kinds.DOCX),
        (packed('[Content_Types].xml', 'xl/workbook.xml'), kinds.XLSX),
        (packed('[Content_Types].xml', 'ppt/presentation.xml'), kinds.PPTX),
        (packed('Contents/header.xml', mimetype='application/hwp+zip'), kinds.HWPX),
        (b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + bytes(512) + b'HWP Document File', kinds.HWP),
    ],
)
def test_kind_is_told_by_the_content(content: bytes, kind: FileKind) -> None:
    assert kind_of(content) == kind


@pytest.mark.parametrize(
    'content',
    [
        b'',
        b'MZ\x90\x00\x03',
        b'\x7fELF\x02\x01',
        b'<!DOCTYPE html><script>alert(1)</script>',
        b'\xef\xbb\xbf  <svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<?xml version="1.0"?><x/>',
        b'text with \x00 in it',
        b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + bytes(512),  # an old Office file
        b'PK\x03\x04 and nothing that follows',
        packed('run.exe'),
        packed('[Content_Types].xml', 'word/document.xml', 'word/vbaProject.bin'),
        packed('x', mimetype='application/epub+zip'),
        b'RIFF\x10\x00\x00\x00WAVEfmt ',
    ],
)
def test_other_kinds_are_refused(content: bytes) -> None:
    with pytest.raises(InvalidInputError):
        kind_of(content)


@pytest.mark.parametrize(
    ('given', 'shown'),
    [
        ('영수증.png', '영수증.png'),
        (unicodedata.normalize('NFD', '영수증.PNG'), '영수증.PNG'),
        ('사진.exe', '사진.exe.png'),
        ('../../etc/passwd', 'passwd.png'),
        (r'C:\Users\김서연\영수증.png', '영수증.png'),
        ('가\u202egnp.exe', '가gnp.exe.png'),
        ('가\r\nSet-Cookie: x.png', '가Set-Cookie x.png'.replace(' x', ': x')),
        ('', 'file.png'),
        ('.png', 'file.png'),
        ('   ', 'file.png'),
    ],
)
def test_name_is_shown_as_given_and_harmless(given: str, shown: str) -> None:
    assert shown_name(given, kinds.PNG) == shown


def test_long_name_keeps_its_ending() -> None:
    name = shown_name('가' * 500 + '.png', kinds.PNG)

    assert len(name) == MAX_NAME_CHARS
    assert name.endswith('가.png')
