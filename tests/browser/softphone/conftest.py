"""The sandbox and the browser that all tests of a worker share, and agents at their desks."""

from collections.abc import Awaitable, Callable, Iterator

import pytest

from desk.settings import Settings
from tests.browser.conftest import Contexts
from tests.support.browser import one_loop
from tests.support.sandbox.box import Box
from tests.support.sandbox.standing import box, contact_queue, running
from tests.support.softphone.host import desk_pages
from tests.support.softphone.phone import Phone, sign_in

__all__ = ['box', 'contact_queue', 'desk_of', 'desk_url', 'phone', 'running']

Phones = Callable[..., Awaitable[Phone]]


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


@one_loop.fixture()
async def phone(desk_of: Phones) -> Phone:
    """The first agent, available."""
    return await desk_of()
