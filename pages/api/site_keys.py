"""``/settings/sites/keys``: the secrets with which sites sign who their visitor is, made and retired by administrators' programs."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, status
from pydantic import BaseModel, Field

from models.site import MAX_ORIGIN_CHARS
from pages.api.rate_limit import rate_limit
from pages.api.shapes import Text, refusals, shown_as
from pages.web.principals import SignedIn
from services.registry import Services

KEY_EXAMPLE: dict[str, Any] = {
    'id': '4e1d0c9b-8a7f-4b6e-9d5c-3f2e1d0c9b8a',
    'origin': 'https://shop.example.com',
    'made_at': '2026-11-02T01:30:00Z',
    'made_by': '정하늘',
}
SECRET_EXAMPLE = {
    'id': KEY_EXAMPLE['id'],
    'origin': KEY_EXAMPLE['origin'],
    'secret': 'site_…',
}


class SiteKeyItem(BaseModel):
    """A secret as it is listed: everything but itself."""

    model_config = shown_as(KEY_EXAMPLE)

    id: UUID
    origin: str
    made_at: datetime
    made_by: str


class SiteKeyItems(BaseModel):
    """The secrets that count, oldest first."""

    model_config = shown_as({'items': [KEY_EXAMPLE]})

    items: list[SiteKeyItem]


class NewSiteKey(BaseModel):
    """The site, as browsers name it; it must be allowed."""

    model_config = shown_as({'origin': KEY_EXAMPLE['origin']})

    origin: Annotated[Text, Field(min_length=1, max_length=MAX_ORIGIN_CHARS)]


class MadeSiteKey(BaseModel):
    """A new secret. It is told only here: the desk cannot show it again."""

    model_config = shown_as(SECRET_EXAMPLE)

    id: UUID
    origin: str
    secret: str


def router(services: Services) -> APIRouter:
    """Serve the secrets; mounted before ``settings``, whose kinds would match this path."""
    api = APIRouter(
        prefix='/settings/sites/keys',
        tags=['settings'],
        dependencies=[rate_limit()],
        responses=refusals(401, 403, 429),
    )
    keys = SiteKeyOperations(services)
    api.add_api_route('', keys.all, summary="Sites' secrets (비밀 키) that count")
    api.add_api_route(
        '',
        keys.make,
        methods=['POST'],
        status_code=status.HTTP_201_CREATED,
        summary='Make a secret for a site',
        responses=refusals(404, 409, 413, 422),
    )
    api.add_api_route(
        '/{key_id}',
        keys.retire,
        methods=['DELETE'],
        status_code=status.HTTP_204_NO_CONTENT,
        summary='Take a secret out of use, at once and for good',
        responses=refusals(404, 422),
    )
    return api


class SiteKeyOperations:
    """The operations on sites' secrets, as the screen has them: the same rights, the same audit."""

    def __init__(self, services: Services) -> None:
        self._keys = services.site_keys

    async def all(self, staff: SignedIn) -> SiteKeyItems:
        """Return the secrets that count, without themselves."""
        found = await self._keys.all(staff.agent)
        return SiteKeyItems(
            items=[
                SiteKeyItem(id=one.id, origin=one.origin, made_at=one.made_at, made_by=one.made_by)
                for one in found
            ]
        )

    async def make(self, staff: SignedIn, asked: NewSiteKey) -> MadeSiteKey:
        """Make a secret. A site has two at most, so that one goes on while its server is told the other."""
        made = await self._keys.make(staff.agent, asked.origin)
        return MadeSiteKey(id=made.id, origin=made.origin, secret=made.secret)

    async def retire(self, staff: SignedIn, key_id: UUID) -> None:
        """Retire a secret; again changes nothing."""
        await self._keys.retire(staff.agent, key_id)
