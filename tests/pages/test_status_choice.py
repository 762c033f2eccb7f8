"""상담 상태 in the top bar: what was refused does not stay on the screen as if it were so."""

import pytest
from fastapi import FastAPI
from nicegui import ui
from nicegui.testing import User

from models import Agent, AgentStatus
from services.registry import Services
from tests.support.make import Make
from tests.support.until import until


async def test_refused_state_goes_back_to_what_is(
    user: User, make: Make, agent: Agent, services: Services
) -> None:
    meal = next(one for one in await services.agent_states.reasons() if one.code == 'meal')
    await user.open('/desk')
    [choice] = [
        one for one in user.find(ui.select).elements if one.props['aria-label'] == '상담 상태'
    ]
    await until(lambda: 'away:meal' in choice.options)

    await make.changed(meal, is_active=False)
    choice.set_value('away:meal')

    await until(lambda: choice.value == AgentStatus.AVAILABLE.value)
    assert user.notify.messages
    await make.changed(meal, is_active=True)


async def test_state_goes_back_whatever_went_wrong(
    user: User, web: FastAPI, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await user.open('/desk')
    [choice] = [
        one for one in user.find(ui.select).elements if one.props['aria-label'] == '상담 상태'
    ]

    async def breaks(*_given: object, **_named: object) -> None:
        raise RuntimeError('nobody thought of it')

    monkeypatch.setattr(web.state.services.agent_states, 'choose', breaks)
    choice.set_value(AgentStatus.OFFLINE.value)

    await until(lambda: choice.value == AgentStatus.AVAILABLE.value)
    await until(lambda: '예상하지 못한 문제가' in ''.join(user.notify.messages))
    caplog.clear()  # it is logged once, as a fault
