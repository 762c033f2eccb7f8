"""Texts: Korean first, English second.

A page's text is written in Korean inside ``_()``; the Korean text is its key. An error's text has a dotted key
(``chat.ended``) in both catalogues, and so has a Korean word that has two English translations (``several.chats``).
``tests/pages/test_locale.py`` finds missing translations.
"""

import gettext
import re
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from nicegui import context
from starlette.requests import HTTPConnection

from desk.errors import DeskError

LANGUAGES = ('ko', 'en')
COOKIE = 'desk_lang'
_IN_SCOPE = 'desk.language'
_ACCEPTED = re.compile(r'(?:^|,)\s*([A-Za-z0-9-]+)\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?)\s*)?(?=,|$)')


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the catalogue of one language, read once from its ``messages.po``."""
    with (Path(__file__).parent / language / 'messages.po').open('rb') as file:
        compiled = BytesIO()
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def text(language: str, key: str, **values: object) -> str:
    """Return a text in a language, with its ``{names}`` filled in."""
    found = catalogue(language).gettext(key)
    return found.format(**values) if values else found


def language_of(request: HTTPConnection) -> str:
    """Return the reader's language: the chosen one, else the browser's, else Korean."""
    known: str | None = request.scope.get(_IN_SCOPE)  # each text of a page asks
    if known is None:
        known = request.scope[_IN_SCOPE] = _language_in(request)
    return known


def _language_in(request: HTTPConnection) -> str:
    chosen = request.query_params.get('lang') or request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return accepted(request.headers.get('accept-language', ''))


@lru_cache(maxsize=256)
def accepted(header: str) -> str:
    """Return the best of our languages for an ``Accept-Language`` header; Korean when it names none of them."""
    return negotiate_locale(_by_preference(header), LANGUAGES, sep='-') or LANGUAGES[0]


def _by_preference(header: str) -> list[str]:
    """Return the languages of an ``Accept-Language`` header, best first, without those of ``q=0`` (RFC 9110, 12.4.2)."""
    found = [(float(one[2] or 1), one[1].lower()) for one in _ACCEPTED.finditer(header)]
    return [name for q, name in sorted(found, key=lambda one: -one[0]) if q]


def language() -> str:
    """Return the language of the page that is being drawn."""
    return language_of(context.client.request)


def _(key: str, **values: object) -> str:
    """Return a text in the language of the page that is being drawn."""
    return text(language(), key, **values)


def sentence(language: str, error: DeskError) -> str:
    """Return an error as a sentence for agents, in a language."""
    return text(language, error.key, **error.values)


TO_CUSTOMERS = {
    'chat.ended': 'visit.ended',
    'message.blank': 'visit.message_blank',
    'message.too_long': 'visit.message_too_long',
    'message.id_taken': 'visit.message_refused',
    'throttle.too_fast': 'visit.too_fast',
    'throttle.address': 'visit.too_many',
    'gate.foreign_origin': 'visit.foreign_origin',
    'database.away': 'visit.away',
    'database.slow': 'visit.away',
    'database.read_only': 'visit.read_only',
    'api.unknown_path': 'visit.not_found',
    'callback.body': 'visit.callback_body',
    'transcript.too_long': 'visit.transcript_too_long',
}
"""Errors that customers read in other words: in 해요체, and about the customer's side."""


def customer_sentence(language: str, error: DeskError) -> str:
    """Return an error as a sentence for a customer, in a language."""
    return text(language, TO_CUSTOMERS.get(error.key, error.key), **error.values)
