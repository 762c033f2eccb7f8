"""A real browser and a real desk for each worker; every person has a context of their own, closed with the test.

To launch a browser costs more than most tests in it: a quarter of their time when each had its own.

The desk is one server process a worker; tests keep apart by departments of their own. Who kills a server has one
alone (``own_desk``). What a server logs as an error, or a page throws, fails the test that caused it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Browser, BrowserContext, Page, WebError, expect

from desk.sandbox import BackingUrls
from desk.settings import Settings
from models import Agent, AgentStatus
from services.registry import Services
from tests.conftest import assembled, making
from tests.support.browser import live, one_loop
from tests.support.browser.live import LiveDesk
from tests.support.browser.people import Centre, CustomerScreen, DeskScreen
from tests.support.browser.standing import StandingChromium, standing
from tests.support.make import Make

expect.set_options(timeout=15_000)  # what is awaited comes at once, unless the machine is busy

Contexts = Callable[..., Awaitable[BrowserContext]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    one_loop.in_one_loop(items, Path(__file__).parent)


@asynccontextmanager
async def people_in(chromium: StandingChromium) -> AsyncIterator[Contexts]:
    """Give people's browsers; fail at the end when a page of theirs has thrown."""
    thrown: list[str] = []
    opened: list[BrowserContext] = []

    def note(error: WebError) -> None:
        thrown.append(str(error.error))

    async def another(**options: object) -> BrowserContext:
        usual = {
            'viewport': {'width': 1440, 'height': 900},
            'locale': 'ko-KR',
            'timezone_id': 'Asia/Seoul',
            'reduced_motion': 'reduce',
        }
        browser = await chromium.running()
        context = await browser.new_context(**(usual | options))  # type: ignore[arg-type]  # options of Playwright
        opened.append(context)
        context.set_default_timeout(15_000)
        context.on('weberror', note)
        return context

    yield another
    for context in opened:
        await chromium.close(context)
    assert not thrown, thrown


@one_loop.fixture(scope='session')
async def chromium() -> AsyncIterator[StandingChromium]:
    """Chromium for all tests of this worker."""
    async with standing() as chromium:
        yield chromium


@one_loop.fixture()
async def browser(chromium: StandingChromium) -> Browser:
    """Chromium as it runs now."""
    return await chromium.running()


@one_loop.fixture()
async def person(chromium: StandingChromium) -> AsyncIterator[Contexts]:
    """Give as many people's browsers as a test wants: the tabs of each share storage and cookies."""
    async with people_in(chromium) as another:
        yield another


@one_loop.fixture()
async def context(person: Contexts) -> BrowserContext:
    """One Korean person's browser."""
    return await person()


@one_loop.fixture()
async def page(context: BrowserContext) -> Page:
    """One tab."""
    return await context.new_page()


@pytest.fixture(scope='session')
def standing_desk(
    backing: BackingUrls, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveDesk]:
    """Serve one desk for all tests of this worker that leave it alive."""
    home = tmp_path_factory.mktemp('desk')
    with (
        live.database(backing, template, home) as settings,
        live.served(settings, home / 'errors.log') as desk,
    ):
        yield desk


@pytest.fixture
def settings(standing_desk: LiveDesk) -> Settings:
    """What the desk of this worker runs with: ``make`` and ``services`` work on its data."""
    return standing_desk.settings


@one_loop.fixture()
async def make(settings: Settings) -> AsyncIterator[Make]:
    """As everywhere, in these tests' loop."""
    async with making(settings) as make:
        yield make


@one_loop.fixture()
async def services(settings: Settings) -> AsyncIterator[Services]:
    """As everywhere, in these tests' loop."""
    async with assembled(settings) as services:
        yield services


@pytest.fixture
def centre(standing_desk: LiveDesk) -> Iterator[Centre]:
    """Open the desk of this worker to people."""
    standing_desk.complaints()
    yield Centre(standing_desk.address)
    assert not (said := standing_desk.complaints()), said


@pytest.fixture
def own_desk(backing: BackingUrls, template: str, tmp_path: Path) -> Iterator[LiveDesk]:
    """Serve a desk on data of its own, to be killed."""
    with (
        live.database(backing, template, tmp_path) as settings,
        live.served(settings, tmp_path / 'errors.log') as desk,
    ):
        yield desk


@pytest.fixture
def department() -> str:
    """Name a department that no other test knows."""
    return f'배송 {uuid4().hex[:6]}'


@one_loop.fixture()
async def agent(make: Make, department: str) -> Agent:
    """An agent, alone in the department."""
    return await make.agent(username=f'agent-{uuid4().hex[:8]}', department=department)


@one_loop.fixture()
async def desk(centre: Centre, context: BrowserContext, agent: Agent) -> DeskScreen:
    """The agent's tab, signed in."""
    await centre.sign_in(context, agent.username)
    return await centre.desk(context)


@one_loop.fixture()
async def talk(centre: Centre, person: Contexts, agent: Agent) -> CustomerScreen:
    """A customer's tab."""
    del agent  # somebody must be there, or there is nothing to ask about
    return await centre.talk(await person())


@one_loop.fixture()
async def boss(make: Make, department: str) -> Agent:
    """A supervisor who takes no contacts."""
    username = f'boss-{uuid4().hex[:8]}'
    return await make.supervisor(
        username=username, department=department, status=AgentStatus.OFFLINE
    )


@one_loop.fixture()
async def floor(centre: Centre, person: Contexts, boss: Agent) -> DeskScreen:
    """The supervisor's tab, signed in."""
    context = await person()
    await centre.sign_in(context, boss.username)
    return await centre.desk(context)
