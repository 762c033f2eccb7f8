"""Random histories: whatever agents and customers do at Connect, told in any order and twice, the desk's rows agree with it."""

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text

from desk.db import Database
from desk.settings import Settings
from services.aws.connection import ConnectConnection
from services.aws.facts import agent_event, contact_event
from services.calls.call_log import CallLog
from services.calls.directory import ConnectDirectory
from services.calls.listening import ConnectListener
from services.registry import Services
from services.work.unit_of_work import UnitsOfWork
from tests.conftest import assembled
from tests.support.agreeing_calls import agrees
from tests.support.centre import connected_to
from tests.support.make import Make
from tests.support.sandbox.box import PAYMENTS, Box, RefusedError
from tests.support.sandbox.standing import box, contact_queue, running

__all__ = ['box', 'contact_queue', 'running']
pytestmark = pytest.mark.slow

HISTORIES = 5
ACTS = 20
AGENTS = ('agent1', 'agent2', 'agent3')


class Day:
    """What happens at Connect, by chance."""

    def __init__(self, box: Box, chance: random.Random) -> None:
        self._box = box
        self._chance = chance
        self._contacts: list[str] = []

    def begin(self) -> None:
        self._box.start_over()
        for name in AGENTS:
            self._box.sign_in(name)

    def act(self) -> None:
        """Somebody does something; what Connect refuses is refused. A second passes."""
        acts = [
            self._ring, self._dial, self._take, self._take, self._take, self._refuse, self._hold, self._resume,
            self._ask, self._ask, self._confer, self._swap, self._end, self._hang_up, self._clear, self._wait,
        ]  # fmt: skip
        with contextlib.suppress(RefusedError):
            self._chance.choice(acts)()
        self._box.advance(1)

    @property
    def _who(self) -> str:
        return self._chance.choice(AGENTS)

    def _do(self, verb: str, **more: Any) -> None:
        """Somebody does it with one of the contacts in their hands."""
        who = self._who
        held = [*self._box.stage_with(who)]
        if held:
            self._box.act(verb, self._chance.choice(held), who, **more)

    def _ring(self) -> None:
        self._box.ring(number=f'+8210{self._chance.randint(10_000_000, 99_999_999)}')

    def _dial(self) -> None:
        self._box.hand(
            'POST', f'agents/{self._who}/call', type='phone_number', phone_number='+821055556666'
        )

    def _take(self) -> None:
        self._do('accept')

    def _refuse(self) -> None:
        self._do('reject')

    def _hold(self) -> None:
        self._do('hold')

    def _resume(self) -> None:
        self._do('resume')

    def _ask(self) -> None:
        agents = {one['username']: one['id'] for one in self._box.hand('GET', 'agents')}
        to = self._chance.choice(
            [
                {'type': 'agent', 'user_id': agents[self._who]},
                {'type': 'queue', 'queue_id': PAYMENTS},
                {'type': 'phone_number', 'phone_number': '+8215881234'},
            ]
        )
        self._do('add', **to)

    def _confer(self) -> None:
        self._do('conference')

    def _swap(self) -> None:
        self._do('swap')

    def _end(self) -> None:
        self._do('end')

    def _clear(self) -> None:
        self._do('clear')

    def _hang_up(self) -> None:
        live = [one['id'] for one in self._box.hand('GET', 'contacts?limit=200')]
        if live:
            self._box.hand('POST', f'contacts/{self._chance.choice(live)}/hang-up')

    def _wait(self) -> None:
        self._box.advance(self._chance.choice([3, 21]))


@pytest.fixture
async def desk(
    settings: Settings, box: Box, contact_queue: str
) -> AsyncIterator[tuple[Services, ConnectConnection]]:
    """A desk that hears only what the test tells it."""
    async with connected_to(box) as connect, assembled(settings) as services:
        yield services, connect


async def test_rows_agree_with_connect_in_whatever_order_it_tells(
    desk: tuple[Services, ConnectConnection], box: Box, make: Make, db: Database
) -> None:
    services, connect = desk
    people = {name: await make.agent(username=name) for name in AGENTS}
    await make.queue(name='결제·환불', department='결제팀')
    for seed in range(HISTORIES):
        chance = random.Random(seed)
        await forget_calls(db)
        day = Day(box, chance)
        await asyncio.to_thread(day.begin)
        for _ in range(ACTS):
            await asyncio.to_thread(day.act)

        told = await asyncio.to_thread(box.hand, 'GET', 'events')
        chance.shuffle(told)
        again = chance.sample(told, len(told) // 5)
        await hear(services, connect, [*told, *again])

        await agrees(box, db, people, f'seed {seed}')


async def hear(services: Services, connect: ConnectConnection, events: list[Any]) -> None:
    listener = listener_of(services, connect)
    for event in events:
        body = json.dumps(event)
        if 'detail' in event:
            await listener.call_log.take_contact(contact_event(body))
        elif (facts := agent_event(body)) is not None:
            await listener.call_log.take_agent(facts)


def listener_of(services: Services, connect: ConnectConnection) -> ConnectListener:
    """The ear of a desk, which hears nothing by itself."""
    db = services.calls._db
    units = UnitsOfWork(db, services.relay)
    log = CallLog(units, ConnectDirectory(db, connect.api), services.phone_lookup)
    return ConnectListener(units, connect, log, services.softphones._redis, prefix='random')


async def forget_calls(db: Database) -> None:
    async with db.statement() as connection:
        for table in ('call_moments', 'call_legs', 'wrap_ups', 'contact_steps', 'calls', 'outbox'):
            await connection.execute(text(f'DELETE FROM {table}'))
