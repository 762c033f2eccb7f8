"""``/auth``: sign in and out, for programs (JSON, a bearer token) and for the login page (a form, a cookie)."""

from typing import Annotated

import pydantic
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field

from desk import clock
from desk.errors import DeskError
from desk.settings import Settings
from pages import login_form
from pages.api import problems
from pages.api.bounds import BoundedRoute
from pages.gate import SESSION_COOKIE, address_of
from pages.paths import safe_next
from pages.principals import principals_in, staff_of
from services.registry import Services
from services.sign_ins import Staff


class LoginCredentials(BaseModel):
    """Who wants to sign in."""

    username: Annotated[str, Field(examples=['agent1'])]
    password: Annotated[str, Field(examples=['desk-demo-1234'])]


class AccessToken(BaseModel):
    """What ``Authorization: Bearer`` carries from now on."""

    access_token: str
    token_type: str = 'bearer'  # noqa: S105 - the name of a kind


class SignedOut(BaseModel):
    """The session has ended, in every process."""

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


def router(services: Services, settings: Settings) -> APIRouter:
    """Serve ``/auth/login`` and ``/auth/logout``."""
    routes = APIRouter(prefix='/auth', tags=['authentication'], route_class=BoundedRoute)
    door = _Door(services, settings)
    refused = problems.responses(401, 422, 429)
    routes.post('/login', response_model=AccessToken, responses=refused, openapi_extra=BODIES)(
        door.login
    )
    routes.post('/logout', response_model=SignedOut, responses=problems.responses(401))(door.logout)
    return routes


class _Door:
    """In and out, for programs and for browsers."""

    def __init__(self, services: Services, settings: Settings) -> None:
        self._services = services
        self._sign_ins = services.sign_ins
        self._settings = settings

    async def login(self, request: Request) -> Response:
        """Sign in: JSON is answered with a bearer token, the login page's form with a cookie and a redirect."""
        if request.headers.get('content-type', '').startswith('application/json'):
            return await self._login_program(request)
        return await self._login_browser(request)

    async def logout(self, request: Request) -> Response:
        """Sign out: the session ends in every process, and every page of it closes."""
        if 'authorization' in request.headers:
            await self._sign_ins.sign_out(staff_of(request))
            return JSONResponse(SignedOut().model_dump())
        if staff := principals_in(request.scope).staff:
            await self._sign_ins.sign_out(staff)
        response = RedirectResponse('/login', 303)
        response.delete_cookie(SESSION_COOKIE)
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
        form = await request.form()
        typed = {name: value for name, value in form.items() if isinstance(value, str)}
        username, goal = typed.get('username', ''), safe_next(typed.get('next', ''))
        try:
            staff, token = await self._sign_ins.sign_in(
                username, typed.get('password', ''), address=address_of(request)
            )
        except DeskError as error:
            return await login_form.draw(
                request, self._services, self._settings, error=error, username=username, goal=goal
            )
        await self._leave_earlier(request)
        response = RedirectResponse(goal, 303)
        self._give_cookie(response, staff, token)
        return response

    async def _leave_earlier(self, request: Request) -> None:
        """End the session that this browser had: its cookie is about to be replaced."""
        if earlier := principals_in(request.scope).staff:
            await self._sign_ins.sign_out(earlier)

    def _give_cookie(self, response: Response, staff: Staff, token: str) -> None:
        response.set_cookie(
            SESSION_COOKIE,
            token,
            max_age=int((staff.expires_at - clock.now()).total_seconds()),
            httponly=True,
            samesite='lax',
            secure=self._settings.is_production,
        )
