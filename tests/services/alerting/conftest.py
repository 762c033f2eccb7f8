"""SNS with somebody who reads, and desks that tell their alerts there."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack

import pytest

from desk.settings import Settings
from services.alerting import deliveries
from services.alerting.setup import AlertSetup
from services.registry import Services
from tests.conftest import assembled
from tests.support.ports import free_port
from tests.support.readers import Reader, subscribed

StartTelling = Callable[[], Awaitable[Services]]


@pytest.fixture(scope='session')
def sns() -> Iterator[Reader]:
    """SNS, and a reader, for all tests."""
    with subscribed(free_port()) as reader:
        yield reader


@pytest.fixture
def reader(sns: Reader) -> Reader:
    """A reader who has read all that came before, at a desk whose administrators have tried nothing yet."""
    deliveries.TRIALS.reset()
    sns.read()
    return sns


@pytest.fixture
async def telling(settings: Settings, reader: Reader) -> AsyncIterator[StartTelling]:
    """Start as many desks as a test wants; each has its own way to the topic."""
    async with AsyncExitStack() as stack:

        async def start() -> Services:
            setup = AlertSetup(topic=reader.topic(), base_url='https://desk.example.com')
            services = await stack.enter_async_context(assembled(settings, alerts=setup))
            stack.push_async_callback(services.alert_deliveries.close)
            return services

        yield start


@pytest.fixture
async def desk(telling: StartTelling) -> Services:
    """A desk that tells its alerts."""
    return await telling()
