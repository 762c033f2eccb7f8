"""The health guard: who cannot be rung is set to 점검, by the page that they have before them."""

import asyncio

import pytest
from fastapi import FastAPI
from nicegui.testing import User

from desk import clock
from models import Agent, AgentStatus
from pages.parts.calls import health
from pages.parts.kit.clock import milliseconds
from pages.parts.kit.sound import Sound
from services.registry import Services
from tests.pages.calls.conftest import Phone
from tests.support.until import until

GRACE_SECONDS = 0.3
SILENT = {'microphone': 'granted', 'answers': False, 'throttled': False}
WELL = SILENT | {'answers': True}


@pytest.fixture(autouse=True)
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, 'GRACE_SECONDS', GRACE_SECONDS)


@pytest.fixture
async def services(web: FastAPI, phone: Phone, user: User) -> Services:
    """A page whose sound is unlocked, and which has the sound of calls."""
    del phone
    user.find(Sound).trigger('state', {'unlocked': True, 'muted': False, 'volume': 1.0})
    services: Services = web.state.services
    return services


def proof(found: dict[str, object]) -> dict[str, object]:
    return found | {'at': milliseconds(clock.now())}


async def test_agent_whose_softphone_stays_silent_is_checked_until_it_answers(
    phone: Phone, services: Services, agent: Agent
) -> None:
    async def status() -> AgentStatus:
        return (await services.agents.agent(agent.id)).status

    async def is_checked() -> bool:
        return await status() is AgentStatus.CHECKING

    async def is_back() -> bool:
        return await status() is not AgentStatus.CHECKING

    phone.says(proof=proof(SILENT), owner=True)
    await until(is_checked)
    phone.says(proof=proof(WELL), owner=True)
    await until(is_back)


async def test_page_that_was_left_in_trouble_checks_nobody(
    phone: Phone, user: User, services: Services, agent: Agent
) -> None:
    assert user.client is not None
    phone.says(proof=proof(SILENT), owner=True)

    user.client.tab_id = None  # its browser is gone; the page is kept for a while
    await asyncio.sleep(GRACE_SECONDS * 3)

    assert (await services.agents.agent(agent.id)).status is not AgentStatus.CHECKING


STATES = [
    {'name': '상담 가능', 'type': 'routable'},
    {'name': '점심', 'type': 'not_routable'},
    {'name': '오프라인', 'type': 'offline'},
]


async def test_status_that_connect_was_told_late_is_no_choice_of_the_agent(
    phone: Phone, services: Services, agent: Agent
) -> None:
    """점검 is told to Connect, and over before Connect's state says so: the agent did not go to lunch."""
    await services.agent_states.choose(agent.id, AgentStatus.AVAILABLE)
    free, lunch = (one | {'chosen': one['name'], 'states': STATES} for one in STATES[:2])
    phone.says(agent=free, owner=True)
    await services.agent_states.check(agent.id, can_ring=False)
    await until(lambda: ('set_state', STATES[1]) in phone.asked)

    await services.agent_states.check(agent.id, can_ring=True)
    await asyncio.sleep(GRACE_SECONDS)
    phone.says(agent=lunch, owner=True)

    await until(lambda: phone.asked[-1] == ('set_state', STATES[0]))
    assert (await services.agents.agent(agent.id)).status is AgentStatus.AVAILABLE
