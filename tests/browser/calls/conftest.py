"""One desk with Connect in a box for all tests of a worker; each begins with a fresh centre, and everybody offline."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from desk.db import Database
from desk.sandbox import BackingUrls
from desk.settings import Settings
from models import AgentRole
from services.registry import Services
from tests.browser.conftest import Contexts
from tests.conftest import assembled
from tests.support.browser import live, one_loop
from tests.support.browser.calling import CallScreen, at_the_phone, softphone_of
from tests.support.browser.live import LiveDesk
from tests.support.browser.people import Centre
from tests.support.make import Make
from tests.support.sandbox.box import Box
from tests.support.sandbox.standing import box, running

__all__ = ['box', 'running']

PEOPLE = {'agent1': ('김', '서연'), 'agent2': ('이', '도윤')}
Phones = Callable[..., Awaitable[CallScreen]]


async def staff(db: Database) -> None:
    """The sandbox's first agents and its supervisor work at the desk as well, and one who has no softphone."""
    make = Make(db)
    for username in PEOPLE:
        await make.agent(username=username, department='주문·배송')
    await make.supervisor(username='supervisor1', department='주문·배송')
    await make.agent(username='admin1', role=AgentRole.ADMIN)


def with_connect(settings: Settings, box: Box) -> Settings:
    """Give the settings of a desk whose Connect is the sandbox."""
    return settings.model_copy(update=softphone_of(box))


@pytest.fixture(scope='session')
def standing_desk(
    backing: BackingUrls,
    template: str,
    running: Box,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[LiveDesk]:
    """The desk."""
    home = tmp_path_factory.mktemp('voice')
    with (
        live.database(backing, template, home, arrive=staff) as settings,
        live.served(with_connect(settings, running), home / 'errors.log') as desk,
    ):
        yield desk


@pytest.fixture
def own_desk(
    backing: BackingUrls, template: str, running: Box, tmp_path: Path
) -> Iterator[LiveDesk]:
    """A desk on data of its own, to be killed."""
    with (
        live.database(backing, template, tmp_path, arrive=staff) as settings,
        live.served(with_connect(settings, running), tmp_path / 'errors.log') as desk,
    ):
        yield desk


@one_loop.fixture()
async def services(settings: Settings) -> AsyncIterator[Services]:
    """The desk's use cases; everybody is offline at first."""
    async with assembled(settings) as services:
        yield services


@one_loop.fixture()
async def phone_of(box: Box, centre: Centre, person: Contexts) -> Phones:
    """Let an agent sit down, available unless said otherwise."""

    async def sit_down(username: str = 'agent1', *, status: str = '상담 가능') -> CallScreen:
        context = await person(permissions=['microphone'])
        phone = await at_the_phone(centre, context, username)
        if status:
            await phone.chooses(status)
        return phone

    return sit_down


@one_loop.fixture()
async def phone(phone_of: Phones) -> CallScreen:
    """The first agent, available."""
    return await phone_of()
