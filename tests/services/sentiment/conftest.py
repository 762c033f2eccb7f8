"""A desk whose customers' lines are judged by the sandbox's Comprehend."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from desk.settings import Settings
from models import Agent, ChatSession
from services.registry import Services
from services.sentiment.setup import SentimentSetup
from tests.conftest import assembled
from tests.support.make import Make
from tests.support.sandbox.box import Box
from tests.support.sandbox.standing import box, running

__all__ = ['box', 'running']

Judging = Callable[..., AbstractAsyncContextManager[Services]]


@pytest.fixture
def judging(settings: Settings, box: Box) -> Judging:
    """Run a process of the desk that judges; ``usd_a_day`` is what that may cost."""

    @asynccontextmanager
    async def run(*, usd_a_day: float = 1.0) -> AsyncIterator[Services]:
        changed = settings.model_copy(
            update={'aws_endpoint_url_comprehend': box.url, 'sentiment_usd_a_day': usd_a_day}
        )
        setup = SentimentSetup.of(changed)
        assert setup is not None
        async with assembled(settings, sentiment=setup) as services:
            yield services
        await setup.api.close()

    return run


@pytest.fixture
async def agent(make: Make) -> Agent:
    """Who holds the chat."""
    return await make.agent()


@pytest.fixture
async def chat(make: Make, agent: Agent) -> ChatSession:
    """A chat in which nobody has said anything."""
    return await make.chat(agent=agent)
