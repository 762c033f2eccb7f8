"""``/auth``: sign in and out, for programs (JSON, a bearer token) and for the login page (a form, a cookie)."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import pydantic
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field

from desk.errors import DeskError
from desk.settings import Settings
from pages.api import problems
from pages.web import bodies, login_form
from pages.web.cookies import Cookie, Cookies
from pages.web.paths import safe_next
from pages.web.principals import principals_in, staff_of
from pages.web.sign_in_answers import SignInAnswers, where_of
from services.people.second_step import VALID_FOR, CodeNeededError
from services.people.sign_ins import Staff
from services.registry import Services


class LoginCredentials(BaseModel):
    """A sign-in name, a password, and the code of the second factor where there is one."""

    username: Annotated[str, Field(examples=['mina.kim'])]
    password: Annotated[str, Field(examples=['what only Mina knows'])]
    code: Annotated[
        str | None,
        Field(
            examples=['492039'],
            max_length=40,
            description='for people with a second factor: the code of their app, or a recovery code. Without it they '
            'get 401 with the code `sign_in.code_needed`; a wrong or used one gets `sign_in.code_wrong`',
        ),
    ] = None


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
    routes.post('/code', include_in_schema=False)(operations.finish)
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
        self._answers = SignInAnswers(services, settings)

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
        staff = principals_in(request.scope).staff
        return await self._answers.let_out(request, staff, leave)

    async def _login_program(self, request: Request) -> Response:
        try:
            wanted = LoginCredentials.model_validate_json(await request.body())
        except pydantic.ValidationError as error:
            return problems.invalid(request, error.errors(include_input=False, include_url=False))
        where = where_of(request)
        try:
            staff, _ = await self._sign_ins.sign_in(wanted.username, wanted.password, **where)
        except CodeNeededError as needed:
            if wanted.code is None:
                raise
            staff, _ = await self._sign_ins.finish(needed.pending, wanted.code, **where)
        return JSONResponse(AccessToken(access_token=self._sign_ins.bearer(staff)).model_dump())

    async def _login_browser(self, request: Request) -> Response:
        typed = await bodies.fields_of(request)
        username, goal = typed.get('username', ''), safe_next(typed.get('next', ''))
        device = self._cookies.read(request, Cookie.DEVICE)
        try:
            staff, token = await self._sign_ins.sign_in(
                username, typed.get('password', ''), device=device, **where_of(request)
            )
        except CodeNeededError as needed:
            return self._ask_for_code(needed, goal)
        except DeskError as error:
            return await login_form.draw(
                request, self._services, self._settings, error=error, username=username, goal=goal
            )
        return await self._answers.let_in(request, staff, token, goal)

    def _ask_for_code(self, needed: CodeNeededError, goal: str) -> Response:
        query = urlencode({'next': goal}, safe='/', quote_via=quote)
        response = RedirectResponse(f'{login_form.CODE}?{query}', 303)
        seconds = int(VALID_FOR.total_seconds())
        self._cookies.give(response, Cookie.STEP, needed.pending, max_age_seconds=seconds)
        return response

    async def finish(self, request: Request) -> Response:
        """Finish a browser's sign-in with the code of the second factor."""
        typed = await bodies.fields_of(request)
        goal = safe_next(typed.get('next', ''))
        try:
            staff, token = await self._sign_ins.finish(
                self._cookies.read(request, Cookie.STEP),
                typed.get('code', ''),
                device=self._cookies.read(request, Cookie.DEVICE),
                **where_of(request),
            )
        except DeskError as error:
            if error.key in {'sign_in.code_wrong', 'sign_in.wait'}:
                return login_form.draw_code(request, error=error, goal=goal)
            return await login_form.draw(
                request, self._services, self._settings, error=error, goal=goal
            )
        response = await self._answers.let_in(request, staff, token, goal)
        self._cookies.take(response, Cookie.STEP)
        return response
