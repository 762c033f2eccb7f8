"""The sandbox and the browser that all tests of a worker share, and agents at their desks."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from desk.settings import Settings
from tests.browser.conftest import Contexts
from tests.browser.softphone.host import desk_pages
from tests.browser.softphone.one_browser import browser, context, in_one_loop, page, person
from tests.browser.softphone.phone import Phone, sign_in
from tests.desk.sandbox.connect.box import Box
from tests.desk.sandbox.connect.standing import box, contact_queue, running

__all__ = [
    'box',
    'browser',
    'contact_queue',
    'context',
    'desk_of',
    'desk_url',
    'page',
    'person',
    'phone',
    'running',
]

Phones = Callable[..., Awaitable[Phone]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    in_one_loop(items, Path(__file__).parent)


@pytest.fixture(scope='session')
def desk_url(running: Box) -> Iterator[str]:
    """Where the small desks' pages are."""
    with desk_pages(Settings().desk_home, running.url) as address:
        yield address


@pytest.fixture
def desk_of(box: Box, desk_url: str, person: Contexts) -> Phones:
    """Let an agent sign in and sit down: a browser of their own, the library with the agent in it."""

    async def sit_down(
        username: str = 'agent1', *, available: bool = True, name: str = 'desk'
    ) -> Phone:
        context = await person()
        await sign_in(context, box, username)
        page = await context.new_page()
        phone = await Phone(page, desk_url, box.url, name=name).ready()
        if available:
            await phone.choose('상담 가능')
            await phone.is_in('상담 가능')
        return phone

    return sit_down


@pytest_asyncio.fixture(loop_scope='session')
async def phone(desk_of: Phones) -> Phone:
    """The first agent, available."""
    return await desk_of()
