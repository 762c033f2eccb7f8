"""The fields of a canned reply as they are typed, checked. All can be changed but the owner and the department."""

from collections.abc import Mapping
from typing import Any

from desk.errors import InvalidInputError
from models import CannedReply
from models.canned_reply import MAX_CODE_CHARS, MAX_FOLDER_CHARS, MAX_TITLE_CHARS
from models.chat import MAX_MESSAGE_CHARS
from services.settings.rows import flag, name_of, yes_no
from services.text.visible import is_visible, one_line

NEW: Mapping[str, str] = {
    'title': '',
    'body': '',
    'code': '',
    'folder': '',
    'title_en': '',
    'body_en': '',
    'is_active': 'yes',
}
"""The values of a new reply, by field."""


def typed(row: CannedReply) -> dict[str, str]:
    """Return the fields of a reply as they are typed."""
    return {
        'title': row.title,
        'body': row.body,
        'code': row.code,
        'folder': row.folder,
        'title_en': row.title_en,
        'body_en': row.body_en,
        'is_active': yes_no(row.is_active),
    }


def text_of(given: str, *, may_be_empty: bool = False) -> str:
    """Return a reply's text, its lines without spaces at their ends. Raises ``InvalidInputError``."""
    text = '\n'.join(line.rstrip() for line in given.strip().splitlines())
    if may_be_empty and not text:
        return ''
    is_shown = is_visible(text) and not any(ord(sign) < 32 for sign in text.replace('\n', ''))
    if len(text) > MAX_MESSAGE_CHARS or not is_shown or '\x7f' in text:
        raise InvalidInputError('canned.text', most=f'{MAX_MESSAGE_CHARS:,}')
    return text


def code_of(given: str) -> str:
    """Return a short code: no spaces, no slash, with which the search begins. Raises ``InvalidInputError``."""
    code = name_of(given.removeprefix('/'), most=MAX_CODE_CHARS, may_be_empty=True)
    if any(sign.isspace() or sign == '/' for sign in code):
        raise InvalidInputError('canned.code')
    return code


def folder_of(given: str) -> str:
    """Return a folder; ``배송 / 지연`` is spelled in one way. Raises ``InvalidInputError``."""
    parts = [one_line(part) for part in given.split('/')]
    return name_of(
        ' / '.join(part for part in parts if part), most=MAX_FOLDER_CHARS, may_be_empty=True
    )


PARSERS: Mapping[str, Any] = {
    'title': lambda given: name_of(given, most=MAX_TITLE_CHARS),
    'body': text_of,
    'code': code_of,
    'folder': folder_of,
    'title_en': lambda given: name_of(given, most=MAX_TITLE_CHARS, may_be_empty=True),
    'body_en': lambda given: text_of(given, may_be_empty=True),
    'is_active': flag,
}
