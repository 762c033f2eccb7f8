"""What kind a file is: decided by its content, never by its name or by what its sender says. All other kinds are refused."""

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from desk.errors import InvalidInputError

_FTYP = slice(4, 8)
_BRAND = slice(8, 12)
_HEIC_BRANDS = (b'heic', b'heix', b'mif1', b'msf1')
_COMPOUND = b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'
_HWP = b'HWP Document File'
_MOST_ENTRIES = 5_000
_MACROS = 'vbaProject.bin'
_TEXT_CONTROLS = frozenset(range(32)) - {9, 10, 13} | {127}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """A kind that is allowed."""

    media_type: str
    extensions: tuple[str, ...]
    """What its name ends in; the first is added to a name that ends in none of them."""
    is_image: bool = False


PNG = FileKind(media_type='image/png', extensions=('.png',), is_image=True)
JPEG = FileKind(media_type='image/jpeg', extensions=('.jpg', '.jpeg', '.jfif'), is_image=True)
GIF = FileKind(media_type='image/gif', extensions=('.gif',), is_image=True)
WEBP = FileKind(media_type='image/webp', extensions=('.webp',), is_image=True)
PDF = FileKind(media_type='application/pdf', extensions=('.pdf',))
TEXT = FileKind(media_type='text/plain', extensions=('.txt', '.csv', '.log', '.md'))
_OFFICE = 'application/vnd.openxmlformats-officedocument.'
DOCX = FileKind(media_type=f'{_OFFICE}wordprocessingml.document', extensions=('.docx',))
XLSX = FileKind(media_type=f'{_OFFICE}spreadsheetml.sheet', extensions=('.xlsx',))
PPTX = FileKind(media_type=f'{_OFFICE}presentationml.presentation', extensions=('.pptx',))
HWP = FileKind(media_type='application/x-hwp', extensions=('.hwp',))
HWPX = FileKind(media_type='application/hwp+zip', extensions=('.hwpx',))

KINDS: Mapping[str, FileKind] = {
    one.media_type: one for one in (PNG, JPEG, GIF, WEBP, PDF, TEXT, DOCX, XLSX, PPTX, HWP, HWPX)
}
"""Every kind that is allowed, by media type."""
_PICTURE_ENDINGS = tuple(
    ending for one in KINDS.values() if one.is_image for ending in one.extensions
)


def is_picture(name: str) -> bool:
    """Whether a stored file of this name is a picture: its name has an ending of its kind (``services.files.names``)."""
    return name.lower().endswith(_PICTURE_ENDINGS)


def kind_of(content: bytes) -> FileKind:
    """Return the kind of a file. Raises ``InvalidInputError`` for an empty file and for a kind that is not allowed.

    HEIC is not allowed: it holds the place, and nothing here can take it out. Phones send JPEG to who does not ask for HEIC.
    """
    if not content:
        raise InvalidInputError('file.empty')
    if content[_FTYP] == b'ftyp' and content[_BRAND] in _HEIC_BRANDS:
        raise InvalidInputError('file.heic')
    for is_it, kind in _TESTS:
        if is_it(content):
            return kind
    found = _in_zip(content) if content.startswith(b'PK\x03\x04') else None
    if found is None and _is_text(content):
        found = TEXT
    if found is None:
        raise InvalidInputError('file.kind')
    return found


def _is_hwp(content: bytes) -> bool:
    """Whether a compound file is a document of 한글 5; old Office files, which may carry macros, are not."""
    return content.startswith(_COMPOUND) and _HWP in content[: 1 << 20]


def _in_zip(content: bytes) -> FileKind | None:
    """Return the kind of a document that is a zip; ``None`` for any other zip, and for one with macros."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = packed.namelist()
            if len(names) > _MOST_ENTRIES or any(one.endswith(_MACROS) for one in names):
                return None
            if 'mimetype' in names and _says_hwpx(packed):
                return HWPX
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError):
        return None
    if '[Content_Types].xml' not in names:
        return None
    places = {'word/document.xml': DOCX, 'xl/workbook.xml': XLSX, 'ppt/presentation.xml': PPTX}
    return next((kind for place, kind in places.items() if place in names), None)


def _says_hwpx(packed: zipfile.ZipFile) -> bool:
    with packed.open('mimetype') as said:
        return said.read(64).strip() == HWPX.media_type.encode()


def _is_text(content: bytes) -> bool:
    """Whether this is text in UTF-8 or the Korean Windows encoding, without what no text contains."""
    if not _TEXT_CONTROLS.isdisjoint(content):
        return False
    for encoding in ('utf-8-sig', 'cp949'):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not _is_markup(content)
    return False


def _is_markup(content: bytes) -> bool:
    """Whether a browser could take a text for a page: pages and drawings can run scripts."""
    start = content[:1024].lstrip(b'\xef\xbb\xbf \t\r\n').lower()
    return start.startswith((b'<!doctype', b'<html', b'<svg', b'<?xml', b'<script', b'<!--', b'<head', b'<body'))  # fmt: skip


_TESTS: tuple[tuple[Callable[[bytes], bool], FileKind], ...] = (
    (lambda content: content.startswith(b'\x89PNG\r\n\x1a\n'), PNG),
    (lambda content: content.startswith(b'\xff\xd8\xff'), JPEG),
    (lambda content: content.startswith((b'GIF87a', b'GIF89a')), GIF),
    (lambda content: content.startswith(b'RIFF') and content[_BRAND] == b'WEBP', WEBP),
    (lambda content: content.startswith(b'%PDF-'), PDF),
    (_is_hwp, HWP),
)
