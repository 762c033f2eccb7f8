"""``/auth/sso``: sign in at the single sign-on provider, and what the provider sends back (decision 0036)."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from desk.errors import DeskError, NotFoundError, NotSignedInError
from desk.settings import Settings
from pages.api import problems
from pages.locale import language_of, sentence
from pages.web import bodies, login_form
from pages.web.cookies import Cookie, Cookies
from pages.web.paths import safe_next
from pages.web.refusals import problem_of
from pages.web.sign_in_answers import SignInAnswers, own_address, where_of
from services.identity.single_sign_on import SIGN_IN_WITHIN, SingleSignOn
from services.people.sign_ins import SessionOrigin
from services.registry import Services

CALLBACK = '/auth/sso/callback'
MAX_ANSWER_CHARS = 4_096


class LogoutToken(BaseModel):
    """What the provider posts when a person signs out there (OpenID Connect Back-Channel Logout)."""

    logout_token: Annotated[str, Field(examples=['eyJhbGciOi…'])]


FORM = 'application/x-www-form-urlencoded'
BODY = {
    'requestBody': {
        'required': True,
        'content': {FORM: {'schema': LogoutToken.model_json_schema()}},
    }
}


def router(services: Services, settings: Settings) -> APIRouter:
    """Serve single sign-on; without a provider its pages lead to the login page."""
    routes = APIRouter(prefix='/auth/sso', tags=['authentication'])
    operations = _SingleSignOnOperations(services, settings)
    routes.get('', include_in_schema=False)(operations.depart)
    routes.get('/callback', include_in_schema=False)(operations.arrive)
    refused = problems.responses(400, 404, 413, 415, 422, 429, 502)
    routes.post('/logout', responses=refused, openapi_extra=BODY)(operations.told_to_leave)
    return routes


class _SingleSignOnOperations:
    """The steps of a sign-in at the provider, one method each."""

    def __init__(self, services: Services, settings: Settings) -> None:
        self._services = services
        self._settings = settings
        self._sign_on = services.single_sign_on
        self._cookies = Cookies(settings)
        self._answers = SignInAnswers(services, settings)

    async def depart(self, request: Request) -> Response:
        """Send the browser to the provider."""
        goal = safe_next(request.query_params.get('next', ''))
        if self._sign_on is None:
            return RedirectResponse('/login', 303)
        try:
            departure = await self._sign_on.depart(goal, callback=self._callback(request))
        except DeskError as error:
            return await self._refused(request, error, goal)
        response = RedirectResponse(departure.address, 303)
        seconds = int(SIGN_IN_WITHIN.total_seconds())
        self._cookies.give(
            response, Cookie.SINGLE_SIGN_ON, departure.ticket, max_age_seconds=seconds
        )
        return response

    async def arrive(self, request: Request) -> Response:
        """Sign the browser in that came back from the provider."""
        if self._sign_on is None:
            return RedirectResponse('/login', 303)
        answer = {name: value[:MAX_ANSWER_CHARS] for name, value in request.query_params.items()}
        try:
            arrival = await self._sign_on.arrive(
                self._cookies.read(request, Cookie.SINGLE_SIGN_ON),
                answer,
                callback=self._callback(request),
                origin=SessionOrigin(**where_of(request)),
            )
        except DeskError as error:
            response = await self._refused(request, error, '/desk')
        else:
            goal = safe_next(arrival.goal)
            response = await self._answers.let_in(request, arrival.staff, arrival.token, goal)
        self._cookies.take(response, Cookie.SINGLE_SIGN_ON)  # an answer counts once
        return response

    async def told_to_leave(self, request: Request) -> Response:
        """End the sessions of a person who signed out at the provider (back-channel logout)."""
        sign_on = self._provided()
        given = await bodies.fields_of(request)
        try:
            await sign_on.told_to_leave(given.get('logout_token', ''))
        except NotSignedInError as error:  # Back-Channel Logout §2.8: 400
            said = sentence(language_of(request), error)
            return problem_of(400, error.key, said, headers={'Cache-Control': 'no-store'})
        return Response(status_code=200, headers={'Cache-Control': 'no-store'})

    def _provided(self) -> SingleSignOn:
        if self._sign_on is None:
            raise NotFoundError('api.unknown_path')
        return self._sign_on

    def _callback(self, request: Request) -> str:
        return f'{own_address(request, self._settings)}{CALLBACK}'

    async def _refused(self, request: Request, error: DeskError, goal: str) -> Response:
        return await login_form.draw(
            request, self._services, self._settings, error=error, goal=goal
        )
