"""``/invite/{token}``: an invited person sets a password. Plain HTML, since nobody is signed in yet (decision 0003)."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from desk.errors import DeskError, FieldsRefusedError, NotFoundError
from desk.throttle import Throttle
from models import Invitation
from pages.locale import language_of, sentence, text
from pages.roles import role_name
from pages.web import forms, refusals
from pages.web.bodies import fields_of
from pages.web.gate import address_of
from services.people.admin import MIN_PASSWORD_CHARS
from services.people.invitations import Invitations
from services.registry import Services

READY = '/invite/ready'
WRONG_TOKENS = Throttle(limit=60, seconds=60, error_key='throttle.address')
"""Wrong tokens from one address. A token cannot be guessed, and looking one up costs the database little."""


def router(services: Services) -> APIRouter:
    """Serve the form of an invitation."""
    door = InviteOperations(services.invitations)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(READY, door.ready)
    routes.add_api_route('/invite/{token}', door.show)
    routes.add_api_route('/invite/{token}', door.accept, methods=['POST'])
    return routes


class InviteOperations:
    """The operations of ``/invite``, one method each."""

    def __init__(self, invitations: Invitations) -> None:
        self._invitations = invitations

    async def show(self, request: Request, token: str) -> Response:
        """Return the form, or the reason why the link is not valid (any more)."""
        try:
            return _form(request, await self._found(request, token))
        except DeskError as error:
            return refusals.page(request, error)

    async def accept(self, request: Request, token: str) -> Response:
        """Create the invited person's account; faults of the passwords are shown in the form."""
        typed = await fields_of(request)
        try:
            return await self._accepted(request, token, typed)
        except DeskError as error:
            return refusals.page(request, error)

    async def ready(self, request: Request) -> Response:
        """Return the page that says that the account is ready."""
        language = language_of(request)
        return forms.page(
            title=text(language, '준비되었습니다'),
            body=forms.render('invite_ready.html', language),
            language=language,
            theme=forms.theme_of(request),
        )

    async def _accepted(self, request: Request, token: str, typed: Mapping[str, str]) -> Response:
        invitation = await self._found(request, token)
        password, repeated = typed.get('password', ''), typed.get('repeated', '')
        try:
            await self._invitations.accept(token, password, repeated)
        except FieldsRefusedError as error:
            return _form(request, invitation, error)
        return RedirectResponse(READY, 303)

    async def _found(self, request: Request, token: str) -> Invitation:
        try:
            return await self._invitations.invitation(token)
        except NotFoundError:
            WRONG_TOKENS.hit(address_of(request))
            raise


def _form(
    request: Request, invitation: Invitation, error: FieldsRefusedError | None = None
) -> Response:
    language = language_of(request)
    faults = {name: sentence(language, one) for name, one in error.faults.items()} if error else {}
    body = forms.render(
        'invite.html',
        language,
        invitation=invitation,
        role=role_name(language, invitation.role),
        least=MIN_PASSWORD_CHARS,
        faults={'password': '', 'repeated': ''} | faults,
    )
    return forms.page(
        title=text(language, '초대를 받으셨습니다'),
        body=body,
        language=language,
        theme=forms.theme_of(request),
        status=error.status if error else 200,
    )
