"""The answers to a browser that has signed in or out: its cookies, and where it goes on."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from desk import clock
from desk.settings import Settings
from pages.locale import language_of, text
from pages.web import forms
from pages.web.cookies import Cookie, Cookies
from pages.web.gate import address_of
from pages.web.principals import principals_in
from services.people.devices import KNOWN_FOR
from services.people.sign_ins import Staff
from services.registry import Services


class SignInAnswers:
    """Lets browsers in and out."""

    def __init__(self, services: Services, settings: Settings) -> None:
        self._sign_ins = services.sign_ins
        self._sign_on = services.single_sign_on
        self._settings = settings
        self._cookies = Cookies(settings)

    async def let_in(self, request: Request, staff: Staff, token: str, goal: str) -> Response:
        """Give the session's cookie, and lead on; the session that it replaces ends."""
        if earlier := principals_in(request.scope).staff:
            await self._sign_ins.sign_out(earlier)
        response = RedirectResponse(goal, 303)
        seconds = int((staff.expires_at - clock.now()).total_seconds())
        self._cookies.give(response, Cookie.SESSION, token, max_age_seconds=seconds)
        known = self._sign_ins.device_after(staff, self._cookies.read(request, Cookie.DEVICE))
        seconds = int(KNOWN_FOR.total_seconds())
        self._cookies.give(response, Cookie.DEVICE, known, max_age_seconds=seconds)
        return response

    async def let_out(
        self, request: Request, staff: Staff | None, leave: Callable[[Staff], Awaitable[object]]
    ) -> Response:
        """End the session, take the cookie, and lead to the login page; by way of the provider where it vouches.

        In that case the session ends when the answer has been sent: its open page would otherwise lead the browser to the
        login page before the answer can lead it to the provider.
        """
        away = None
        if staff is not None and self._sign_on is not None and staff.is_provided:
            back = f'{own_address(request, self._settings)}/login'
            away = await self._sign_on.farewell(staff, back=back)
        if staff is not None and away:
            response = _by_way_of(request, away)
            response.background = BackgroundTask(leave, staff)
        else:
            if staff is not None:
                await leave(staff)
            response = RedirectResponse('/login', 303)
        self._cookies.take(response, Cookie.SESSION)
        return response


def where_of(request: Request) -> dict[str, str]:
    """Return where a sign-in comes from."""
    user_agent = request.headers.get('user-agent', '')
    return {'address': address_of(request), 'user_agent': user_agent}


def own_address(request: Request, settings: Settings) -> str:
    """Return the address that people open, without a path: the provider leads back to it."""
    if settings.public_url:
        return settings.public_url.rstrip('/')
    parts = urlsplit(str(request.url))  # of one of our hosts: the request was admitted
    return f'{parts.scheme}://{parts.netloc}'


def _by_way_of(request: Request, away: str) -> Response:
    """Return a page that goes on by itself: a form's answer may not redirect to another site (``form-action``)."""
    language = language_of(request)
    body = forms.render(
        'leaving.html', language, way=away, way_text=text(language, '조직 계정에서도 로그아웃하기')
    )
    return forms.page(
        title=text(language, '로그아웃했습니다'),
        body=body,
        language=language,
        theme=forms.theme_of(request),
        headers={'Refresh': f'0; url={away}'},
    )
