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
        answer.set_cookie(
            self.name(cookie),
            value,
            max_age=max_age_seconds,
            path='/',
            secure=self._is_secure,
            httponly=True,
            samesite='lax',
        )

    def take(self, answer: Response, cookie: Cookie) -> None:
        """Delete a cookie; the browser obeys only when the attributes are those it was set with."""
        answer.delete_cookie(
            self.name(cookie), path='/', secure=self._is_secure, httponly=True, samesite='lax'
        )
