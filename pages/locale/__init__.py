"""Words: Korean first, English second.

A text in a page is written in Korean inside ``_()`` and is its own key; what an error says is a dotted key
(``chat.ended``) found in both catalogues, and so is a Korean word for which English has two (``several.chats``).
``tests/pages/test_locale.py`` finds what is missing.
"""

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from nicegui import context
from starlette.requests import HTTPConnection

from desk.errors import DeskError

LANGUAGES = ('ko', 'en')
COOKIE = 'desk_lang'


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the texts of one language, read once from its ``messages.po``."""
    with (Path(__file__).parent / language / 'messages.po').open('rb') as file:
        compiled = BytesIO()
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def text(language: str, key: str, **values: object) -> str:
    """Return a text in a language, its ``{names}`` filled in."""
    found = catalogue(language).gettext(key)
    return found.format(**values) if values else found


def language_of(request: HTTPConnection) -> str:
    """Return the reader's language: what they chose, else what their browser asks for, else Korean."""
    chosen = request.query_params.get('lang') or request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    for wanted in request.headers.get('accept-language', '').lower().split(','):
        if (short := wanted.strip()[:2]) in LANGUAGES:
            return short
    return LANGUAGES[0]


def language() -> str:
    """Return the language of the page that is being drawn."""
    return language_of(context.client.request)


def _(key: str, **values: object) -> str:
    """Return a text in the language of the page that is being drawn."""
    return text(language(), key, **values)


def sentence(language: str, error: DeskError) -> str:
    """Return what an error says, in a language."""
    return text(language, error.key, **error.values)
