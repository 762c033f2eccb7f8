"""Random histories at the call bar: whatever is pressed and goes wrong, in the end calls, steps and Connect's own history agree.

Each history is a seed's: ``SOAK_CALL_SEED`` plays it again, ``SOAK_CALL_HISTORIES`` is how many are played (``make soak``: many).
"""

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from playwright.async_api import Error, expect
from sqlmodel import select

from desk.db import Database
from models import Agent
from services.registry import Services
from tests.browser.calls.test_calls import COURIER, connects
from tests.browser.conftest import Contexts
from tests.conftest import assembled
from tests.support.agreeing_calls import agrees
from tests.support.browser import one_loop
from tests.support.browser.calling import CallScreen, at_the_phone
from tests.support.browser.live import LiveDesk
from tests.support.browser.people import Centre
from tests.support.centre import connected_to, skip_earlier_agent_events
from tests.support.sandbox.box import Box, RefusedError
from tests.support.sandbox.standing import contact_queue

__all__ = ['contact_queue']

HISTORIES = int(os.environ.get('SOAK_CALL_HISTORIES', '1'))
FIRST_SEED = int(os.environ.get('SOAK_CALL_SEED', '1'))
ACTS = 14
AGREED_SECONDS = 20.0
LOOK_SECONDS = 0.5
PRESS_MILLIS = 1_500
SEEN_MILLIS = 2_000
BUTTONS = (
    '수락', '거절', '보류', '보류 해제', '음소거', '통화 바꾸기', '회의', '회의 나가기', '통화 종료', '통화 정리',
)  # fmt: skip
TROUBLES = ('no_socket', 'dead_poll', 'short_token', 'no_audio')
COLLEAGUE = 'agent2'


@one_loop.fixture()
async def listening(
    own_desk: LiveDesk, box: Box, contact_queue: str
) -> AsyncIterator[tuple[Services, Database]]:
    """Another process of the desk, which hears of calls."""
    del contact_queue
    settings = own_desk.settings
    await skip_earlier_agent_events(box, settings)
    db = Database(settings.database_url, pool_size=2)
    async with connected_to(box) as connect, assembled(settings, connect=connect) as services:
        yield services, db
    await db.close()


class Shift:
    """What happens by chance at agent1's screen, at Connect and on the way."""

    def __init__(self, phone: CallScreen, box: Box, chance: random.Random) -> None:
        self._phone, self._box, self._chance = phone, box, chance
        self.done: list[str] = []

    async def begin(self) -> None:
        """Let a customer's call be taken: every history has one."""
        await asyncio.to_thread(self._box.ring)
        await self._phone.presses('수락')
        await self._phone.is_in('talking')
        await self._do('POST', 'clock', advance=1)

    async def act(self) -> None:
        """Let something happen; what is refused or not there does not. A second passes."""
        often, seldom = (self._press, self._ring), (
            self._consult, self._colleague, self._hang_up, self._wait, self._trouble, self._events, self._reload,
        )  # fmt: skip
        acts: list[Callable[[], Awaitable[None]]] = [*often * 2, *[self._press] * 6, *seldom]
        act = self._chance.choice(acts)
        self.done.append(act.__name__)
        with contextlib.suppress(RefusedError, Error, AssertionError, TimeoutError):
            await act()
        await self._do('POST', 'clock', advance=1)

    async def _do(self, method: str, path: str, **body: object) -> object:
        return await asyncio.to_thread(self._box.hand, method, path, **body)

    async def _press(self) -> None:
        shown = [name for name in BUTTONS if await self._phone.button(name).is_visible()]
        if shown:
            name = self._chance.choice(shown)
            self.done[-1] = name
            await self._phone.button(name).click(timeout=PRESS_MILLIS)

    async def _ring(self) -> None:
        number = f'+8210{self._chance.randint(10_000_000, 99_999_999)}'
        await asyncio.to_thread(self._box.ring, number=number)
        await expect(self._phone.bar).not_to_have_attribute(
            'data-call', 'none', timeout=SEEN_MILLIS
        )

    async def _consult(self) -> None:
        if await self._phone.button('호전환').is_visible():
            how = self._chance.choice(['먼저 통화', '바로 넘기기'])
            await asyncio.wait_for(connects(self._phone, COURIER, how), 3)

    async def _colleague(self) -> None:
        held = await asyncio.to_thread(self._box.stage_with, COLLEAGUE)
        verb = self._chance.choice(['accept', 'end', 'clear', 'hold'])
        for contact_id in held:
            await asyncio.to_thread(self._box.act, verb, contact_id, COLLEAGUE)

    async def _hang_up(self) -> None:
        contacts = await asyncio.to_thread(self._box.hand, 'GET', 'contacts?limit=200')
        if contacts:
            gone = self._chance.choice(contacts)['id']
            await self._do('POST', f'contacts/{gone}/hang-up')

    async def _wait(self) -> None:
        await self._do('POST', 'clock', advance=self._chance.choice([3, 21]))

    async def _trouble(self) -> None:
        trouble = {'trouble': self._chance.choice(TROUBLES), 'username': 'agent1'}
        await self._do('PATCH', 'faults', softphones=[trouble])

    async def _events(self) -> None:
        events = {'late': 0.3, 'late_seconds': 2, 'repeated': 0.3, 'lost': 0.1}
        await self._do('PATCH', 'faults', events=events)

    async def _reload(self) -> None:
        await self._phone.desk.evaluate('location.reload()')

    async def end(self) -> None:
        """Mend everything, and let what is late be told."""
        await self._do('DELETE', 'faults')
        await self._do('POST', 'clock', advance=5)
        with contextlib.suppress(Error):
            await self._phone.page.evaluate("softphone.command('restart')")
        await self._phone.is_ready()


async def agreed(
    services: Services, box: Box, db: Database, people: dict[str, Agent], where: str
) -> None:
    """Wait until the desk's rows agree with Connect; what was lost on the way is asked for."""
    assert services.connect_listener
    deadline = asyncio.get_running_loop().time() + AGREED_SECONDS
    while True:
        await services.connect_listener.ask_once(after=timedelta(minutes=-10))
        try:
            await agrees(box, db, people, where)
        except AssertionError:
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(LOOK_SECONDS)
        else:
            return


@pytest.mark.parametrize('seed', range(FIRST_SEED, FIRST_SEED + HISTORIES))
async def test_whatever_is_pressed_rows_and_screen_agree_with_connect(
    own_desk: LiveDesk,
    listening: tuple[Services, Database],
    person: Contexts,
    box: Box,
    seed: int,
) -> None:
    services, db = listening
    async with db.reading() as session:
        people = {one.username: one for one in await session.exec(select(Agent))}
    people = {name: people[name] for name in ('agent1', COLLEAGUE)}
    await asyncio.to_thread(box.sign_in, COLLEAGUE)
    context = await person(permissions=['microphone'])
    phone = await at_the_phone(Centre(own_desk.address), context, 'agent1')
    await phone.chooses('상담 가능')
    shift = Shift(phone, box, random.Random(seed))

    await shift.begin()
    for _ in range(ACTS):
        await shift.act()
    await shift.end()

    where = f'seed {seed}: {" · ".join(shift.done)}'
    await agreed(services, box, db, people, where)
    held = await asyncio.to_thread(box.stage_with, 'agent1')
    if not held:
        await expect(phone.bar, where).to_have_attribute('data-call', 'none')
    else:
        await expect(phone.bar, where).not_to_have_attribute('data-call', 'none')
