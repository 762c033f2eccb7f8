"""``/setup/{token}``: the first administrator of a new desk, by the link that the desk printed when it started.

Plain HTML, since nobody is signed in yet (decision 0003). It leads into the desk, and there to the first steps.
"""

from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from typing_extensions import override

from desk.errors import DeskError
from desk.settings import Settings
from desk.throttle import Throttle
from pages.locale import text
from pages.web import forms
from pages.web.password_link import PasswordLink
from pages.web.sign_in_answers import SignInAnswers, where_of
from services.people.admin import ADMINS_DEPARTMENT, MAX_NAME_CHARS, MIN_PASSWORD_CHARS
from services.people.invitations import Invitee
from services.registry import Services

WRONG_TOKENS = Throttle(limit=60, seconds=60, error_key='throttle.address')
NAMES = ('last_name', 'first_name', 'email', 'username')
FIELDS = (*NAMES, 'password', 'repeated')


def router(services: Services, settings: Settings) -> APIRouter:
    """Serve the form of a set-up link."""
    return SetupForm(services, settings).routes()


class SetupForm(PasswordLink[datetime]):
    """The form that makes the first administrator, and signs them in."""

    def __init__(self, services: Services, settings: Settings) -> None:
        super().__init__('/setup', WRONG_TOKENS)
        self._links = services.setup_links
        self._sign_ins = services.sign_ins
        self._answers = SignInAnswers(services, settings)

    @override
    async def owner_of(self, token: str) -> datetime:
        return await self._links.check(token)

    @override
    async def fill(self, token: str, typed: Mapping[str, str]) -> None:
        new = Invitee(
            last_name=typed.get('last_name', ''),
            first_name=typed.get('first_name', ''),
            email=typed.get('email', ''),
            username=typed.get('username', ''),
            department=ADMINS_DEPARTMENT,
        )
        await self._links.accept(token, new, typed.get('password', ''), typed.get('repeated', ''))

    @override
    async def lead_on(self, request: Request, typed: Mapping[str, str]) -> Response:
        try:
            staff, token = await self._sign_ins.sign_in(
                typed.get('username', ''), typed.get('password', ''), **where_of(request)
            )
        except DeskError:  # such as too many wrong passwords for this name before
            return await super().lead_on(request, typed)
        return await self._answers.let_in(request, staff, token, '/desk')

    @override
    def body(
        self, language: str, owner: datetime, typed: Mapping[str, str], faults: Mapping[str, str]
    ) -> tuple[str, Markup]:
        drawn = forms.render(
            'setup.html',
            language,
            typed=dict.fromkeys(NAMES, '') | dict(typed),
            faults=dict.fromkeys(NAMES, '') | dict(faults),
            focus=next((name for name in FIELDS if faults.get(name)), FIELDS[0]),
            least=MIN_PASSWORD_CHARS,
            most=MAX_NAME_CHARS,
        )
        return text(language, '데스크를 시작합니다'), drawn

    @override
    def ready_title(self, language: str) -> str:
        return text(language, '준비되었습니다')
