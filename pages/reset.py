"""``/reset/{token}``: a person sets a new password with an administrator's link. Plain HTML, as for invitations."""

from collections.abc import Mapping

from fastapi import APIRouter
from markupsafe import Markup
from typing_extensions import override

from desk.throttle import Throttle
from models import Agent
from pages.locale import text
from pages.web import forms
from pages.web.password_link import PasswordLink
from services.people.admin import MIN_PASSWORD_CHARS
from services.people.password_resets import PasswordResets
from services.registry import Services

WRONG_TOKENS = Throttle(limit=60, seconds=60, error_key='throttle.address')


def router(services: Services) -> APIRouter:
    """Serve the form of a reset link."""
    return ResetLink(services.password_resets).routes()


class ResetLink(PasswordLink[Agent]):
    """The form that changes a person's password."""

    def __init__(self, resets: PasswordResets) -> None:
        super().__init__('/reset', WRONG_TOKENS)
        self._resets = resets

    @override
    async def owner_of(self, token: str) -> Agent:
        return await self._resets.person(token)

    @override
    async def fill(self, token: str, typed: Mapping[str, str]) -> None:
        await self._resets.accept(token, typed.get('password', ''), typed.get('repeated', ''))

    @override
    def body(
        self, language: str, owner: Agent, typed: Mapping[str, str], faults: Mapping[str, str]
    ) -> tuple[str, Markup]:
        drawn = forms.render(
            'reset.html', language, person=owner, least=MIN_PASSWORD_CHARS, faults=faults
        )
        return text(language, '새 비밀번호'), drawn

    @override
    def ready_title(self, language: str) -> str:
        return text(language, '비밀번호를 바꿨습니다')
