"""``/agents``: sign out, block and unblock other people's accounts. For administrators' programs."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from pages.api.rate_limit import rate_limit
from pages.api.shapes import refusals
from pages.web.principals import SignedIn
from services.registry import Services

MAX_WHO_CHARS = 50  # the longest agents.username; an id has 36

Who = Annotated[
    str, Path(max_length=MAX_WHO_CHARS, description='the sign-in name or the id', examples=['mina'])
]


class SessionsEnded(BaseModel):
    """How many sessions ended."""

    sessions: Annotated[int, Field(examples=[2])]


def router(services: Services) -> APIRouter:
    """Serve the account operations to administrators."""
    api = APIRouter(
        prefix='/agents',
        tags=['agents'],
        dependencies=[rate_limit()],
        responses=refusals(401, 403, 404, 422, 429),
    )
    accounts = services.accounts

    @api.post('/{who}/sign-out', summary='End every session of a person')
    async def sign_out(staff: SignedIn, who: Who) -> SessionsEnded:
        """End every session of a person, in every process; the person's pages and programs are disconnected."""
        return SessionsEnded(sessions=await accounts.sign_out_everywhere(staff.agent, who))

    @api.post('/{who}/block', status_code=204, summary='Keep a person out', responses=refusals(409))
    async def block(staff: SignedIn, who: Who) -> None:
        """End every session of a person, and refuse new ones until the person is unblocked."""
        await accounts.block(staff.agent, who)

    @api.post('/{who}/unblock', status_code=204, summary='Let a person in again')
    async def unblock(staff: SignedIn, who: Who) -> None:
        """Let a person sign in again."""
        await accounts.unblock(staff.agent, who)

    return api
