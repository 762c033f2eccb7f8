"""The address of the page that a customer looks at, as it is kept: enough to know the page, without what is secret in it.

Kept are origin and path. Queries and fragments are dropped whole: they hold tokens, searches and mail addresses, and which of
them do is known to nobody. Parts of the path that look like a secret or a mail address are replaced.
"""

import re
from urllib.parse import quote, unquote, urlsplit

from models.site import MAX_ADDRESS_CHARS, MAX_TITLE_CHARS
from services.settings.sites import as_origin
from services.text.visible import is_visible

MAX_GIVEN_CHARS = 4_000
HIDDEN = '…'
_RUN = re.compile(r'[A-Za-z0-9]{20,}')
_WORDS = re.compile(r'[A-Za-z]+|[0-9]+')
_CONTROLS = re.compile(r'[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+')


def kept_address(given: str, site: str) -> str:
    """Return a page's address as it is kept; empty for one that is not of this site, or no address of a web page at all."""
    if len(given) > MAX_GIVEN_CHARS or _CONTROLS.search(given) or '\\' in given:
        return ''
    try:
        parts = urlsplit(given)
        origin = as_origin(parts)
    except ValueError:
        return ''
    if origin != site or '@' in parts.netloc:
        return ''
    path = '/'.join(_kept(one) for one in (parts.path or '/').split('/'))
    return _cut(f'{site}{path}')


def kept_title(given: str) -> str:
    """Return a page's title as it is kept: one line of visible text; empty when there is none."""
    title = ' '.join(_CONTROLS.sub(' ', given[:MAX_GIVEN_CHARS]).split())[:MAX_TITLE_CHARS].rstrip()
    return title if title and is_visible(title) and title.isprintable() else ''


def _kept(segment: str) -> str:
    plain = unquote(segment)
    if '@' in plain or any(_is_random(one) for one in _RUN.findall(plain)):
        return quote(HIDDEN)
    return quote(plain, safe="!$&'()*+,;=:~")


def _is_random(run: str) -> bool:
    """Whether a long run of letters and digits changes between them as words do not."""
    return len(_WORDS.findall(run)) > 2


def _cut(address: str) -> str:
    """Return an address of the length that is kept, cut at a ``/`` and never inside an escaped letter."""
    if len(address) <= MAX_ADDRESS_CHARS:
        return address
    return address[:MAX_ADDRESS_CHARS].rpartition('/')[0] + '/'
