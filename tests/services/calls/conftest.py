"""A desk whose agents talk by the sandbox's contact centre."""

from collections.abc import AsyncIterator

import pytest

from desk.settings import Settings
from models import Agent
from services.registry import Services
from tests.conftest import assembled
from tests.support.centre import Centre, connected_to, skip_earlier_agent_events
from tests.support.make import Make
from tests.support.sandbox.box import Box
from tests.support.sandbox.standing import box, contact_queue, running

__all__ = ['box', 'contact_queue', 'running']


@pytest.fixture
async def services(settings: Settings, box: Box, contact_queue: str) -> AsyncIterator[Services]:
    """A desk that hears of calls."""
    await skip_earlier_agent_events(box, settings)
    async with connected_to(box) as connect, assembled(settings, connect=connect) as services:
        yield services


@pytest.fixture
async def agent(make: Make) -> Agent:
    """``agent1`` at the desk and at Connect."""
    return await make.agent(username='agent1')


@pytest.fixture
async def centre(services: Services, make: Make, agent: Agent, box: Box) -> Centre:
    """The contact centre, with ``agent1`` 상담 가능."""
    centre = Centre(box=box, services=services, boss=await make.supervisor(username='supervisor1'))
    await centre.do(box.sign_in)
    return centre
