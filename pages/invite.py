"""``/invite/{token}``: an invited person sets a password. Plain HTML, since nobody is signed in yet (decision 0003)."""

from collections.abc import Mapping

from fastapi import APIRouter
from markupsafe import Markup
from typing_extensions import override

from desk.throttle import Throttle
from models import Invitation
from pages.locale import text
from pages.roles import role_name
from pages.web import forms
from pages.web.password_link import PasswordLink
from services.people.admin import MIN_PASSWORD_CHARS
from services.people.invitations import Invitations
from services.registry import Services

WRONG_TOKENS = Throttle(limit=60, seconds=60, error_key='throttle.address')


def router(services: Services) -> APIRouter:
    """Serve the form of an invitation."""
    return InviteLink(services.invitations).routes()


class InviteLink(PasswordLink[Invitation]):
    """The form that creates the invited person's account."""

    def __init__(self, invitations: Invitations) -> None:
        super().__init__('/invite', WRONG_TOKENS)
        self._invitations = invitations

    @override
    async def owner_of(self, token: str) -> Invitation:
        return await self._invitations.invitation(token)

    @override
    async def fill(self, token: str, typed: Mapping[str, str]) -> None:
        await self._invitations.accept(token, typed.get('password', ''), typed.get('repeated', ''))

    @override
    def body(
        self, language: str, owner: Invitation, typed: Mapping[str, str], faults: Mapping[str, str]
    ) -> tuple[str, Markup]:
        drawn = forms.render(
            'invite.html',
            language,
            invitation=owner,
            role=role_name(language, owner.role),
            least=MIN_PASSWORD_CHARS,
            faults=faults,
        )
        return text(language, '초대를 받으셨습니다'), drawn

    @override
    def ready_title(self, language: str) -> str:
        return text(language, '준비되었습니다')
