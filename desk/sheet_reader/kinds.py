"""The kind of a file, told by its first bytes and not by its name."""

from enum import StrEnum
from pathlib import Path

START_BYTES = 4096
ZIP = b'PK\x03\x04'
COMPOUND = b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'
"""MS-CFB: the container of an old workbook (.xls), and of a new one with a password."""
ENCRYPTED = 'EncryptedPackage'.encode('utf-16-le')
"""MS-OFFCRYPTO 1.3.2: the stream that holds an encrypted workbook."""
LOCKS = (b'SCDSA', b'<## NASCA DRM', b'<DOCUMENT SAFER')
"""First bytes of files locked by document security products (SoftCamp, Fasoo, MarkAny)."""
PAGES = (b'<html', b'<!doctype', b'<table', b'<?xml', b'<meta', b'<div', b'<style', b'<head')
CHUNK_BYTES = 1 << 20


class FileKind(StrEnum):
    """The kinds that can be read, and for the others the catalogue key of the reason."""

    WORKBOOK = 'workbook'
    TEXT = 'text'
    LOCKED = 'sheet.locked'
    OLD_WORKBOOK = 'sheet.old_workbook'
    WEB_PAGE = 'sheet.web_page'


def kind_of(path: Path) -> FileKind:
    """Return the kind of a file."""
    with path.open('rb') as file:
        start = file.read(START_BYTES)
    if start.startswith(ZIP):
        return FileKind.WORKBOOK
    if start.startswith(COMPOUND):
        return FileKind.LOCKED if _holds(path, ENCRYPTED) else FileKind.OLD_WORKBOOK
    if start.startswith(LOCKS):
        return FileKind.LOCKED
    text = start.replace(b'\0', b'').lstrip(b'\xef\xbb\xbf\xff\xfe \t\r\n').lower()
    return FileKind.WEB_PAGE if text.startswith(PAGES) else FileKind.TEXT


def _holds(path: Path, needle: bytes) -> bool:
    behind = b''
    with path.open('rb') as file:
        while chunk := file.read(CHUNK_BYTES):
            if needle in behind + chunk:
                return True
            behind = chunk[-len(needle) :]
    return False
