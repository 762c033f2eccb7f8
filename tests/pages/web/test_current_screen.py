"""On which screen something stands, as the server knows it."""

from collections.abc import AsyncIterator

import pytest
from nicegui import Client, ui

from desk.settings import Settings
from pages.web import current_screen
from services.registry import Services
from services.work.recording import current_route
from tests.support.make import Make
from tests.support.site import open_page, session_of, standing

pytestmark = pytest.mark.slow

PATTERNS = ('/desk', '/desk/customers', '/desk/customers/new', '/desk/customers/{customer_id}')


@pytest.fixture
async def client(services: Services, settings: Settings, make: Make) -> AsyncIterator[Client]:
    """A page that was asked for as ``/desk/chats/7``."""
    async with standing(services, settings) as site:
        session = await session_of(services, (await make.agent()).username)
        page = await open_page(site, '/desk/chats/7', desk_session=session)
        yield Client.instances[page.client_id]


async def test_page_stands_where_it_was_asked_for(client: Client) -> None:
    assert current_screen.route_of(client.id) == '/desk/chats/{id}'
    assert current_screen.route_of('no page') == current_screen.route_of(None) == ''


@pytest.mark.parametrize(
    ('claimed', 'shown'),
    [
        ('/desk/customers', '/desk/customers'),
        ('/desk/customers/new', '/desk/customers/new'),
        ('/desk/customers/0b9a2c3e-2f53-4a4e-9d55-0a5d0a5f0a11', '/desk/customers/{id}'),
        ('/desk/customers/audit', '/desk/customers/{id}'),
        ('/desk/nothing', '/desk'),
        ('/desk/customers/7/8', '/desk'),
        ('', '/desk'),
    ],
)
async def test_server_shows_one_of_its_screens(client: Client, claimed: str, shown: str) -> None:
    current_screen.show(client, claimed, PATTERNS, otherwise='/desk')

    assert current_screen.route_of(client.id) == shown


async def test_element_stands_on_the_screen_around_it(client: Client) -> None:
    with client:
        screen, frame = ui.element(), ui.element()
        current_screen.mark(screen, '/desk/customers/{customer_id}')
        with screen, ui.element():
            inside = ui.element()
    current_screen.show(client, '/desk', PATTERNS, otherwise='/desk')

    assert current_screen.route_of(client.id, inside.id) == '/desk/customers/{id}'
    assert current_screen.route_of(client.id, frame.id) == '/desk'
    assert (
        current_screen.route_of(client.id, 10**6)
        == current_screen.route_of(client.id, '7')
        == '/desk'
    )


async def test_dialog_stands_on_the_screen_that_opened_it(client: Client) -> None:
    with client:
        dialog = ui.element()
        current_route.set('/desk/customers/{id}')
        current_screen.mark_as_here(dialog)
    current_screen.show(client, '/desk', PATTERNS, otherwise='/desk')

    assert current_screen.route_of(client.id, dialog.id) == '/desk/customers/{id}'
