"""On which page or route something was done, as the audit log calls it."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from desk.db import Database
from desk.settings import Settings
from pages.web.paths import template_of
from services.audit import queries as audit_queries
from services.registry import Services
from tests.support.make import PASSWORD, Make
from tests.support.site import Site, Socket, open_page, serving, session_of

pytestmark = pytest.mark.slow


@pytest.fixture
async def site(services: Services, settings: Settings) -> AsyncIterator[Site]:
    """A small desk on a real socket."""
    async with serving(services, settings) as site:
        yield site


@pytest.mark.parametrize(
    ('path', 'template'),
    [
        ('/', '/'),
        ('/desk', '/desk'),
        ('/desk/customers/0b9a2c3e-2f53-4a4e-9d55-0a5d0a5f0a11', '/desk/customers/{id}'),
        ('/desk/customers/C-0001234', '/desk/customers/{id}'),
        ('/customers/01012345678/timeline', '/customers/{id}/timeline'),
        ('/desk/history?text=김철수&phone=010', '/desk/history'),
        ('/desk/history#김철수', '/desk/history'),
        ('/desk/김철수', '/desk/{id}'),
        ('/desk/%EA%B9%80', '/desk/{id}'),
        ('/desk/mi@example.com', '/desk/{id}'),
        ('/chat/sessions/7/messages', '/chat/sessions/{id}/messages'),
    ],
)
def test_place_names_nobody(path: str, template: str) -> None:
    assert template_of(path) == template


async def test_what_a_button_does_is_done_on_its_page(
    site: Site, services: Services, make: Make
) -> None:
    session = await session_of(services, (await make.agent()).username)
    plain = await open_page(site, '/desk?who=me', desk_session=session)
    deep = await open_page(site, f'/desk/chats/{uuid4()}', desk_session=session)
    socket = Socket(site, desk_session=session)
    await socket.connect()
    for page in (plain, deep):
        await socket.say('handshake', page.handshake())

    for page in (plain, deep, plain):
        await socket.say('event', page.click())

    assert site.places == ['/desk', '/desk/chats/{id}', '/desk']
    await socket.close()


async def test_address_that_the_browser_claims_is_not_where_something_was_done(
    site: Site, services: Services, make: Make
) -> None:
    session = await session_of(services, (await make.agent()).username)
    page = await open_page(site, '/desk', desk_session=session)
    socket = Socket(site, desk_session=session)
    await socket.connect()
    await socket.say('handshake', page.handshake())

    for claimed in ('/desk/audit', '/desk/customers/7', '/healthz', 'https://evil.example', ''):
        await socket.say('event', page.claim(claimed))
        await socket.say('event', page.click())

    assert site.places == ['/desk'] * 5
    await socket.close()


async def test_what_a_request_does_is_done_on_its_route(
    site: Site, settings: Settings, make: Make
) -> None:
    form = {'username': (await make.agent()).username, 'password': PASSWORD}
    async with site.browser() as browser:
        await browser.post('/auth/login', data=form, headers={'Origin': site.address})
        await browser.post('/auth/logout', headers={'Origin': site.address})

    db = Database(settings.database_url, pool_size=1)
    async with db.reading() as session:
        entries = await audit_queries.sealed_after(session, 0, limit=10)
    await db.close()

    assert [(one.action, one.path) for one in entries] == [
        ('signed_in', '/auth/login'),
        ('signed_out', '/auth/logout'),
    ]
