"""The cookies that identify somebody.

In production their names begin with ``__Host-``: the browser then accepts and sends them only over HTTPS and only for this
very host, so that no neighbouring host can plant one.
"""

from enum import StrEnum

from starlette.requests import HTTPConnection
from starlette.responses import Response

from desk.settings import Settings


class Cookie(StrEnum):
    """The cookies by what they prove, named as on a local desk."""

    SESSION = 'desk_session'
    """A sign-in."""
    DEVICE = 'desk_device'
    """Proves that somebody signed in from this browser before."""
    STEP = 'desk_step'
    """The right password was typed a moment ago; the code is missing."""
    SINGLE_SIGN_ON = 'desk_sso'
    """What this browser asked of the single sign-on provider."""
    VISIT = 'desk_chat'
    """A customer's own chat."""
    SITE_VISIT = 'desk_site_chat'
    """A customer's own chat in a frame on another site."""
    SITE_ENTER = 'desk_site_enter'
    """A chat was started or resumed in this frame a moment ago."""
    SITE_PROBE = 'desk_site_probe'
    """This browser keeps cookies inside of another site."""


FRAMED = frozenset({Cookie.SITE_VISIT, Cookie.SITE_ENTER, Cookie.SITE_PROBE})
"""Cookies inside of other sites (CHIPS): each site around the frame has its own, so nobody is followed from one to another."""


class Cookies:
    """Sets and reads cookies that scripts cannot see."""

    def __init__(self, settings: Settings) -> None:
        self._is_secure = settings.is_production

    def name(self, cookie: Cookie) -> str:
        """Return the name under which the browser keeps a cookie."""
        return f'__Host-{cookie.value}' if self._is_secure else cookie.value

    def read(self, asked: HTTPConnection, cookie: Cookie) -> str | None:
        """Return the value of a cookie, if the browser sent it."""
        return asked.cookies.get(self.name(cookie))

    def give(self, answer: Response, cookie: Cookie, value: str, *, max_age_seconds: int) -> None:
        """Set a cookie."""
        is_framed = cookie in FRAMED
        answer.set_cookie(
            self.name(cookie),
            value,
            max_age=max_age_seconds,
            path='/',
            secure=self._is_secure or is_framed,
            httponly=True,
            samesite='none' if is_framed else 'lax',
        )
        _partition(answer, cookie)

    def take(self, answer: Response, cookie: Cookie) -> None:
        """Delete a cookie; the browser obeys only when the attributes are those it was set with."""
        is_framed = cookie in FRAMED
        answer.delete_cookie(
            self.name(cookie),
            path='/',
            secure=self._is_secure or is_framed,
            httponly=True,
            samesite='none' if is_framed else 'lax',
        )
        _partition(answer, cookie)


def _partition(answer: Response, cookie: Cookie) -> None:
    """Add the attribute that Python knows from 3.14 on only. Browsers take ``Secure`` from a desk on this machine, too."""
    if cookie in FRAMED:
        name, value = answer.raw_headers.pop()
        answer.raw_headers.append((name, value + b'; Partitioned'))
