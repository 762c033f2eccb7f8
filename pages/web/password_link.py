"""A link with which somebody who is not signed in sets a password: of an invitation, or of a reset."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Generic, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from desk.errors import DeskError, FieldsRefusedError, NotFoundError
from desk.throttle import Throttle
from pages.locale import language_of, sentence
from pages.web import forms, refusals
from pages.web.bodies import fields_of
from pages.web.gate import address_of

OwnerT = TypeVar('OwnerT')


class PasswordLink(ABC, Generic[OwnerT]):
    """The form at ``{path}/{token}``, and the page after it.

    Args:
        path: where the links of this kind are.
        wrong_tokens: counts wrong tokens from one address. A token cannot be guessed, and looking one up costs
            the database little.
    """

    def __init__(self, path: str, wrong_tokens: Throttle) -> None:
        self._path = path
        self._ready_path = f'{path}/ready'
        self._wrong_tokens = wrong_tokens

    def routes(self) -> APIRouter:
        """Return the routes of this kind of link."""
        routes = APIRouter(include_in_schema=False)
        routes.add_api_route(self._ready_path, self.ready)
        routes.add_api_route(f'{self._path}/{{token}}', self.show)
        routes.add_api_route(f'{self._path}/{{token}}', self.accept, methods=['POST'])
        return routes

    @abstractmethod
    async def owner_of(self, token: str) -> OwnerT:
        """Return whose link it is. Raises ``NotFoundError`` for any other token, and when it is no longer valid."""

    @abstractmethod
    async def fill(self, token: str, typed: Mapping[str, str]) -> None:
        """Do what the typed form asks for. Raises ``FieldsRefusedError``."""

    @abstractmethod
    def body(
        self, language: str, owner: OwnerT, typed: Mapping[str, str], faults: Mapping[str, str]
    ) -> tuple[str, Markup]:
        """Return the title of the form's page, and its HTML."""

    async def lead_on(
        self,
        request: Request,  # noqa: ARG002 - who signs the person in needs both
        typed: Mapping[str, str],  # noqa: ARG002
    ) -> Response:
        """Return the answer to a form that was accepted."""
        return RedirectResponse(self._ready_path, 303)

    @abstractmethod
    def ready_title(self, language: str) -> str:
        """Return the title of the page after the form."""

    async def show(self, request: Request, token: str) -> Response:
        """Return the form, or the reason why the link is not valid (any more)."""
        try:
            return self._form(request, await self._found(request, token), {})
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
            title=self.ready_title(language),
            body=forms.render('invite_ready.html', language),
            language=language,
            theme=forms.theme_of(request),
        )

    async def _accepted(self, request: Request, token: str, typed: Mapping[str, str]) -> Response:
        owner = await self._found(request, token)
        try:
            await self.fill(token, typed)
        except FieldsRefusedError as error:
            return self._form(request, owner, typed, error)
        return await self.lead_on(request, typed)

    async def _found(self, request: Request, token: str) -> OwnerT:
        try:
            return await self.owner_of(token)
        except NotFoundError:
            self._wrong_tokens.hit(address_of(request))
            raise

    def _form(
        self,
        request: Request,
        owner: OwnerT,
        typed: Mapping[str, str],
        error: FieldsRefusedError | None = None,
    ) -> Response:
        language = language_of(request)
        found = error.faults if error else {}
        faults = {name: sentence(language, one) for name, one in found.items()}
        title, body = self.body(language, owner, typed, {'password': '', 'repeated': ''} | faults)
        return forms.page(
            title=title,
            body=body,
            language=language,
            theme=forms.theme_of(request),
            status=error.status if error else 200,
        )
