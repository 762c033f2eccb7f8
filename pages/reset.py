"""``/reset/{token}``: a person sets a new password with an administrator's link. Plain HTML, as for invitations."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from desk.errors import DeskError, FieldsRefusedError, NotFoundError
from desk.throttle import Throttle
from models import Agent
from pages.locale import language_of, sentence, text
from pages.web import forms, refusals
from pages.web.bodies import fields_of
from pages.web.gate import address_of
from services.people.admin import MIN_PASSWORD_CHARS
from services.people.password_resets import PasswordResets
from services.registry import Services

READY = '/reset/ready'
WRONG_TOKENS = Throttle(limit=60, seconds=60, error_key='throttle.address')


def router(services: Services) -> APIRouter:
    """Serve the form of a reset link."""
    door = ResetOperations(services.password_resets)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(READY, door.ready)
    routes.add_api_route('/reset/{token}', door.show)
    routes.add_api_route('/reset/{token}', door.accept, methods=['POST'])
    return routes


class ResetOperations:
    """The operations of ``/reset``, one method each."""

    def __init__(self, resets: PasswordResets) -> None:
        self._resets = resets

    async def show(self, request: Request, token: str) -> Response:
        """Return the form, or the reason why the link is not valid (any more)."""
        try:
            return _form(request, await self._found(request, token))
        except DeskError as error:
            return refusals.page(request, error)

    async def accept(self, request: Request, token: str) -> Response:
        """Set the password; its faults are shown in the form."""
        typed = await fields_of(request)
        try:
            return await self._accepted(request, token, typed)
        except DeskError as error:
            return refusals.page(request, error)

    async def ready(self, request: Request) -> Response:
        """Return the page that says that the password is set."""
        language = language_of(request)
        return forms.page(
            title=text(language, '비밀번호를 바꿨습니다'),
            body=forms.render('invite_ready.html', language),
            language=language,
            theme=forms.theme_of(request),
        )

    async def _accepted(self, request: Request, token: str, typed: Mapping[str, str]) -> Response:
        person = await self._found(request, token)
        try:
            await self._resets.accept(token, typed.get('password', ''), typed.get('repeated', ''))
        except FieldsRefusedError as error:
            return _form(request, person, error)
        return RedirectResponse(READY, 303)

    async def _found(self, request: Request, token: str) -> Agent:
        try:
            return await self._resets.person(token)
        except NotFoundError:
            WRONG_TOKENS.hit(address_of(request))
            raise


def _form(request: Request, person: Agent, error: FieldsRefusedError | None = None) -> Response:
    language = language_of(request)
    faults = {name: sentence(language, one) for name, one in error.faults.items()} if error else {}
    body = forms.render(
        'reset.html',
        language,
        person=person,
        least=MIN_PASSWORD_CHARS,
        faults={'password': '', 'repeated': ''} | faults,
    )
    return forms.page(
        title=text(language, '새 비밀번호'),
        body=body,
        language=language,
        theme=forms.theme_of(request),
        status=error.status if error else 200,
    )
