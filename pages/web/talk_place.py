"""Where ``/talk`` is shown: on the desk itself, or in a frame on an allowed site, below ``/talk/sites/{the site's origin}``.

A frame has its own addresses, so that the gate knows by the path alone which site may show the answer. Its language stands in the
query: a cookie for it would be one more that a browser refuses inside of other sites.
"""

import base64
import binascii
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import HTTPConnection

from pages.locale import LANGUAGES
from pages.web.paths import path_of

TALK = '/talk'
SITES = '/talk/sites/'
MAX_QUEUE_CHARS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkPlace:
    """One place of the customer's side."""

    site: str = ''
    """The origin of the site around the frame; empty on the desk itself."""
    language: str = ''
    queue: str = ''
    """The topic that the site's page has chosen."""

    @classmethod
    def of(cls, request: HTTPConnection) -> 'TalkPlace':
        """Return the place that a request is for."""
        site = site_of(path_of(request))
        if site is None:
            return cls()
        chosen = request.query_params.get('lang', '')
        return cls(
            site=site,
            language=chosen if chosen in LANGUAGES else '',
            queue=request.query_params.get('queue', '')[:MAX_QUEUE_CHARS],
        )

    @property
    def base(self) -> str:
        """The path of the form."""
        return f'{SITES}{key_of(self.site)}' if self.site else TALK

    def at(self, path: str = '', *, language: str = '') -> str:
        """Return the address of the form, or of a ``path`` below it, in another ``language`` if one is given."""
        if not self.site:
            return f'{TALK}{path}' + (f'?lang={language}' if language else '')
        said = {'lang': language or self.language, 'queue': self.queue}
        query = urlencode({name: value for name, value in said.items() if value})
        return f'{self.base}{path}' + (f'?{query}' if query else '')


def key_of(site: str) -> str:
    """Return an origin as one part of a path."""
    return base64.urlsafe_b64encode(site.encode()).decode().rstrip('=')


def site_of(path: str) -> str | None:
    """Return the origin in a frame's path; empty for a part that is none, ``None`` for every other path."""
    if not path.startswith(SITES):
        return None
    key = path.removeprefix(SITES).partition('/')[0]
    try:
        site = base64.b64decode(key + '=' * (-len(key) % 4), altchars=b'-_', validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ''
    return site if key_of(site) == key else ''
