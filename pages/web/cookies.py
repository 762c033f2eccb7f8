"""The cookies that say who somebody is.

In production their names begin with ``__Host-``: such a cookie comes over HTTPS from this very host or not at all, so that no
neighbouring host can plant one.
"""

from enum import StrEnum

from starlette.requests import HTTPConnection
from starlette.responses import Response

from desk.settings import Settings


class Cookie(StrEnum):
    """A cookie by what it proves, named as on one machine."""

    SESSION = 'desk_session'
    """A sign-in."""
    DEVICE = 'desk_device'
    """That somebody signed in from this browser before."""
    VISIT = 'desk_chat'
    """A customer's own chat."""


class Cookies:
    """Gives and reads cookies that scripts cannot see."""

    def __init__(self, settings: Settings) -> None:
        self._is_secure = settings.is_production

    def name(self, cookie: Cookie) -> str:
        """Return what the browser calls a cookie."""
        return f'__Host-{cookie.value}' if self._is_secure else cookie.value

    def read(self, asked: HTTPConnection, cookie: Cookie) -> str | None:
        """Return what a cookie holds, if the browser sent it."""
        return asked.cookies.get(self.name(cookie))

    def give(self, answer: Response, cookie: Cookie, value: str, *, max_age_seconds: int) -> None:
        """Let the browser keep a cookie."""
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
        """Let the browser forget a cookie; it only does when told in the same way as it was given."""
        answer.delete_cookie(
            self.name(cookie), path='/', secure=self._is_secure, httponly=True, samesite='lax'
        )
