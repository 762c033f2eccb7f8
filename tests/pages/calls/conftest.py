"""A desk beside Connect in a box, as NiceGUI's ``User`` sees it: what the softphone says, the test says for it."""

import asyncio
import json
import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from nicegui.testing import User

from desk import clock
from desk.settings import Settings
from models import Agent
from pages.parts.calls.softphone import Softphone
from pages.parts.kit.clock import milliseconds
from tests.support.centre import connect_settings, skip_earlier_agent_events
from tests.support.make import Make
from tests.support.sandbox.box import NUMBER, ORDERS, Box
from tests.support.sandbox.standing import box, contact_queue, running

__all__ = ['box', 'contact_queue', 'running']

COMMAND = re.compile(r'.*runMethod\(\w+, "command", (?P<arguments>\[.*\])\)', re.DOTALL)
"""How a page asks its softphone for something."""
CUSTOMER_LEG, OWN_LEG = 'leg-customer', 'leg-agent'


@pytest.fixture
async def settings(settings: Settings, box: Box, contact_queue: str) -> Settings:
    """A desk whose Connect is the box."""
    await skip_earlier_agent_events(box, settings)
    return settings.model_copy(
        update={
            'desk_home': Settings().desk_home,  # Amazon's library is there
            'connect_ccp_url': f'{box.url}/ccp-v2/',
            **connect_settings(box),
        }
    )


@pytest.fixture
async def agent(make: Make) -> Agent:
    """``agent1`` at the desk and at Connect."""
    return await make.agent(username='agent1')


@dataclass
class Phone:
    """The softphone of the page that a user has open, and the customer at its other end."""

    user: User
    box: Box
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """What the desk asked of the softphone, in order; it always says that it heard."""

    def __post_init__(self) -> None:
        self.user.javascript_rules[COMMAND] = self._heard

    def _heard(self, asked: re.Match[str]) -> dict[str, Any]:
        name, arguments = json.loads(asked['arguments'])
        self.asked.append((name, arguments))
        return {'ok': True, 'data': None}

    def says(self, *calls: dict[str, Any], **more: Any) -> None:
        """Tell the page what the softphone is now."""
        state = {'link': 'ready', 'at': milliseconds(clock.now()), 'calls': list(calls), **more}
        self.user.find(Softphone).trigger('state', state)

    async def rings(self, number: str = NUMBER, **more: Any) -> str:
        """Let a customer call agent1 in the box, recorded; the page hears that it rings. The contact's id."""
        self.box.sign_in()
        wish = {'number': number, 'queue_id': ORDERS, 'recorded': True, **more}
        made = await asyncio.to_thread(self.box.hand, 'POST', 'calls', **wish)
        contact_id = str(made['id'])
        attributes = more.get('attributes', {})
        self.says(a_call(contact_id, 'incoming', number=number, rings=True, attributes=attributes))
        return contact_id

    async def answers(self, contact_id: str, number: str = NUMBER) -> None:
        """Let agent1 take the call."""
        await asyncio.to_thread(self.box.advance, 1)
        await asyncio.to_thread(self.box.act, 'accept', contact_id)
        self.says(a_call(contact_id, 'connected', number=number))


def a_call(contact_id: str, state: str, *, number: str = NUMBER, rings: bool = False, **more: Any) -> dict[str, Any]:  # fmt: skip
    """A call as the window's script draws it up."""
    legs = [
        {'id': OWN_LEG, 'kind': 'agent', 'state': 'connected'},
        {'id': CUSTOMER_LEG, 'kind': 'customer', 'state': 'connected', 'number': number},
    ]
    since = milliseconds(clock.now())
    return {
        'id': contact_id, 'kind': 'voice', 'state': state, 'rings': rings, 'number': number,
        'since': since, 'legs': legs, **more,
    }  # fmt: skip


@pytest.fixture
async def phone(web: FastAPI, user: User, box: Box) -> Phone:
    """agent1 at the desk, with a softphone that is ready."""
    del web
    phone = Phone(user, box)
    await user.open('/desk')
    phone.says()
    return phone
