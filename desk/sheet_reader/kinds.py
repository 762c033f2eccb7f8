"""What a file is by its first bytes, whatever its name says."""

from enum import StrEnum
from pathlib import Path

START_BYTES = 4096
ZIP = b'PK\x03\x04'
COMPOUND = b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'
"""MS-CFB: what holds an old workbook (.xls), and a new one behind a password."""
ENCRYPTED = 'EncryptedPackage'.encode('utf-16-le')
"""MS-OFFCRYPTO 1.3.2: the stream that such a workbook lies in."""
LOCKS = (b'SCDSA', b'<## NASCA DRM', b'<DOCUMENT SAFER')
"""How files begin that a company's document security has locked (SoftCamp, Fasoo, MarkAny)."""
PAGES = (b'<html', b'<!doctype', b'<table', b'<?xml', b'<meta', b'<div', b'<style', b'<head')
CHUNK_BYTES = 1 << 20


class FileKind(StrEnum):
    """What is read, and what is not: the catalogue key of why."""

    WORKBOOK = 'workbook'
    TEXT = 'text'
    LOCKED = 'sheet.locked'
    OLD_WORKBOOK = 'sheet.old_workbook'
    WEB_PAGE = 'sheet.web_page'


def kind_of(path: Path) -> FileKind:
    """Return what a file is."""
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
