"""A desk with one allowed site, its secret, and an agent."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from desk import clock
from models import EVERYWHERE, Agent, SettingKind
from services.chats.visits import ChatStart
from services.registry import Services
from services.settings.sites import FIELD
from services.widget.signatures import sign
from services.widget.widget import SitePage
from tests.support.make import DEPARTMENT, Make

SHOP, OTHER = 'https://shop.example.com', 'https://other.example.com'


@dataclass(frozen=True)
class Shop:
    """The site, its secret, and who set it up."""

    admin: Agent
    agent: Agent
    secret: str

    def signs(self, *, secret: str = '', minutes: float = 10, **claims: str) -> str:
        """Sign an identity as the site's server does, or with another's secret."""
        until = clock.now() + timedelta(minutes=minutes)
        return sign(secret or self.secret, {**claims, 'exp': int(until.timestamp())})

    def page(self, path: str = '/cart', *, signed: str = '', site: str = SHOP) -> SitePage:
        """A page of the site."""
        return SitePage(site=site, address=f'{site}{path}', title='장바구니', signed=signed)


@pytest.fixture
async def shop(services: Services, make: Make) -> Shop:
    """See the module."""
    admin, agent = await make.admin(), await make.agent()
    await services.desk_settings.edit(
        admin, SettingKind.SITES, EVERYWHERE, {FIELD: f'{SHOP}\n{OTHER}'}, version=0
    )
    key = await services.site_keys.make(admin, SHOP)
    return Shop(admin=admin, agent=agent, secret=key.secret)


def form(*, phone: str = '010-9876-5432', department: str = DEPARTMENT) -> ChatStart:
    """What a customer types."""
    return ChatStart(name='최유진', phone=phone, department=department, consent=True)
