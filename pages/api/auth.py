"""``/auth``: sign in and out, for programs (JSON, a bearer token) and for the login page (a form, a cookie)."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import pydantic
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field

from desk import clock
from desk.errors import DeskError
from desk.settings import Settings
from pages.api import problems
from pages.web import bodies, login_form
from pages.web.cookies import Cookie, Cookies
from pages.web.gate import address_of
from pages.web.paths import safe_next
from pages.web.principals import principals_in, staff_of
from services.people.devices import KNOWN_FOR
from services.people.sign_ins import Staff
from services.registry import Services


class LoginCredentials(BaseModel):
    """A sign-in name and a password."""

    username: Annotated[str, Field(examples=['mina.kim'])]
    password: Annotated[str, Field(examples=['what only Mina knows'])]


class AccessToken(BaseModel):
    """The token to send as ``Authorization: Bearer`` from now on."""

    access_token: str
    token_type: str = 'bearer'  # noqa: S105 - the name of a kind


class SignedOut(BaseModel):
    """The answer to a sign-out: the session has ended in every process."""

    message: Annotated[str, Field(examples=['Logged out successfully'])] = 'Logged out successfully'


FORM = 'application/x-www-form-urlencoded'
BODIES = {
    'requestBody': {
        'required': True,
        'content': {
            'application/json': {'schema': LoginCredentials.model_json_schema()},
            FORM: {'schema': LoginCredentials.model_json_schema()},
        },
    }
}

LED_ON: dict[int | str, dict[str, Any]] = {303: {'description': 'A browser is led on to a page.'}}


def router(services: Services, settings: Settings) -> APIRouter:
    """Serve ``/auth/login`` and ``/auth/logout``."""
    routes = APIRouter(prefix='/auth', tags=['authentication'])
    operations = _AuthOperations(services, settings)
    refused = problems.responses(401, 413, 415, 422, 429) | LED_ON
    routes.post('/login', response_model=AccessToken, responses=refused, openapi_extra=BODIES)(
        operations.login
    )
    for path, leave in (
        ('/logout', operations.logout),
        ('/logout-everywhere', operations.logout_everywhere),
    ):
        routes.post(path, response_model=SignedOut, responses=problems.responses(401) | LED_ON)(
            leave
        )
    return routes


class _AuthOperations:
    """Sign-in and sign-out, for programs and for browsers."""

    def __init__(self, services: Services, settings: Settings) -> None:
        self._services = services
        self._sign_ins = services.sign_ins
        self._settings = settings
        self._cookies = Cookies(settings)

    async def login(self, request: Request) -> Response:
        """Sign in: JSON is answered with a bearer token, the login page's form with a cookie and a redirect."""
        if bodies.JSON.fullmatch(request.headers.get('content-type', '')):
            return await self._login_program(request)
        return await self._login_browser(request)

    async def logout(self, request: Request) -> Response:
        """Sign out: the session ends in every process, and every page of it closes."""
        return await self._left(request, self._sign_ins.sign_out)

    async def logout_everywhere(self, request: Request) -> Response:
        """Sign out everywhere: every session of the person ends, in every browser and program, this one as well."""
        return await self._left(request, self._sign_ins.sign_out_everywhere)

    async def _left(
        self, request: Request, leave: Callable[[Staff], Awaitable[object]]
    ) -> Response:
        if 'authorization' in request.headers:
            await leave(staff_of(request))
            return JSONResponse(SignedOut().model_dump())
        if staff := principals_in(request.scope).staff:
            await leave(staff)
        response = RedirectResponse('/login', 303)
        self._cookies.take(response, Cookie.SESSION)
        return response

    async def _login_program(self, request: Request) -> Response:
        try:
            wanted = LoginCredentials.model_validate_json(await request.body())
        except pydantic.ValidationError as error:
            return problems.invalid(request, error.errors(include_input=False, include_url=False))
        staff, _ = await self._sign_ins.sign_in(
            wanted.username, wanted.password, address=address_of(request)
        )
        return JSONResponse(AccessToken(access_token=self._sign_ins.bearer(staff)).model_dump())

    async def _login_browser(self, request: Request) -> Response:
        typed = await bodies.fields_of(request)
        username, goal = typed.get('username', ''), safe_next(typed.get('next', ''))
        device = self._cookies.read(request, Cookie.DEVICE)
        try:
            staff, token = await self._sign_ins.sign_in(
                username, typed.get('password', ''), address=address_of(request), device=device
            )
        except DeskError as error:
            return await login_form.draw(
                request, self._services, self._settings, error=error, username=username, goal=goal
            )
        await self._leave_earlier(request)
        response = RedirectResponse(goal, 303)
        seconds = int((staff.expires_at - clock.now()).total_seconds())
        self._cookies.give(response, Cookie.SESSION, token, max_age_seconds=seconds)
        known = self._sign_ins.device_after(staff, device)
        seconds = int(KNOWN_FOR.total_seconds())
        self._cookies.give(response, Cookie.DEVICE, known, max_age_seconds=seconds)
        return response

    async def _leave_earlier(self, request: Request) -> None:
        """End the session of the cookie that this sign-in is about to replace."""
        if earlier := principals_in(request.scope).staff:
            await self._sign_ins.sign_out(earlier)
