"""Alerts at SNS: one message for a rise and one for its end, with any number of desks, and whatever is killed or away."""

import asyncio
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlmodel import col

from desk import clock
from desk.db import Database
from desk.errors import ConflictError, NotAllowedError
from desk.settings import Settings
from models import AlertKind, AuditAction, ChatArchive, FloorAlert, OutboxEntry
from services.alerting import alerts, deliveries
from services.alerting.setup import AlertSetup
from services.audit.filter import AuditFilter
from services.chats.visits import ChatStart
from services.registry import Services
from tests.conftest import assembled
from tests.services.alerting.conftest import StartTelling
from tests.support.make import DEPARTMENT, Make
from tests.support.ports import free_port
from tests.support.readers import Reader, subscribed

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[3]
RAISED, RESOLVED = ('relay', 'raised'), ('relay', 'resolved')
STEP = timedelta(seconds=alerts.CALM_SECONDS / 2)


class Stuck:
    """An event that no process can take to the stream: claimed, far into the time to come."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def begin(self) -> None:
        old = clock.now() - timedelta(minutes=5)
        later = clock.now() + timedelta(days=30)
        async with self._db.transaction() as session:
            session.add(OutboxEntry(kind='of_a_test', body='{}', created_at=old, claimed_at=later))

    async def end(self) -> None:
        async with self._db.transaction() as session:
            await session.exec(delete(OutboxEntry))


@pytest.fixture
def stuck(db: Database) -> Stuck:
    return Stuck(db)


async def look_for(*desks: Services, steps: int) -> timedelta:
    """Let desks look at the same time, and again and again; return by how much the clock was ahead at the end."""
    for number in range(steps):
        with clock.moved(STEP * number):
            await asyncio.gather(*(desk.operator_alerts.look() for desk in desks))
            await asyncio.gather(*(desk.alert_deliveries.send_due() for desk in desks))
    return STEP * steps


async def come(desk: Services, *, times: int) -> None:
    """Customers come, and nobody takes them."""
    for _ in range(times):
        form = ChatStart(name='박몰래', phone='010-7777-8888', department=DEPARTMENT)
        await desk.visits.start(form)


async def see(desk: Services) -> None:
    """Let a desk compare the floor with the supervisors' limits."""
    await desk.board.refresh()
    await desk.alerts.look()


async def test_two_desks_tell_a_rise_once_and_its_end_once(
    telling: StartTelling, reader: Reader, stuck: Stuck
) -> None:
    desks = [await telling(), await telling()]
    await stuck.begin()

    passed = await look_for(*desks, steps=5)
    risen = reader.read()
    await stuck.end()
    with clock.moved(passed):
        await look_for(*desks, steps=5)
    over = reader.read()

    assert [one.what for one in risen] == [RAISED]
    assert [one.what for one in over] == [RESOLVED]
    assert risen[0].body['alert_id'] == over[0].body['alert_id']
    assert risen[0].body['since'] == over[0].body['since']
    assert over[0].body['ended_at'] is not None


async def test_message_says_what_is_wrong_in_both_languages_and_where_to_look(
    desk: Services, reader: Reader, stuck: Stuck
) -> None:
    await stuck.begin()

    await look_for(desk, steps=1)

    [told] = reader.read()
    assert told.headline == '[desk] CRITICAL raised: events do not reach the screens'
    assert told.body['ko'] == '저장된 사건이 30초 넘게 화면으로 전달되지 않고 있습니다.'
    assert 'Committed events have not reached the screens' in told.body['en']
    assert told.body['link'] == 'https://desk.example.com/desk/settings/connections'
    assert told.attributes == {
        'dedupe_id': told.body['id'],
        'kind': 'relay',
        'phase': 'raised',
    }


async def test_restart_neither_repeats_nor_forgets(
    telling: StartTelling, reader: Reader, stuck: Stuck
) -> None:
    await stuck.begin()
    await look_for(await telling(), steps=2)
    assert [one.what for one in reader.read()] == [RAISED]

    restarted = await telling()
    passed = await look_for(restarted, steps=4)
    assert reader.read() == []

    await stuck.end()
    with clock.moved(passed):
        await look_for(await telling(), steps=5)
    assert [one.what for one in reader.read()] == [RESOLVED]


async def test_desk_that_has_just_started_ends_nothing_that_others_may_see(
    telling: StartTelling, reader: Reader, stuck: Stuck
) -> None:
    await stuck.begin()
    await look_for(await telling(), steps=1)
    await stuck.end()

    with clock.moved(timedelta(hours=1)):
        restarted = await telling()
        await look_for(restarted, steps=2)
        assert [one.what for one in reader.read()] == [RAISED]
        await look_for(restarted, steps=4)

    assert [one.what for one in reader.read()] == [RESOLVED]


async def test_value_that_goes_up_and_down_stays_one_alert(
    desk: Services, reader: Reader, stuck: Stuck
) -> None:
    for number in range(6):
        with clock.moved(STEP * number):
            await (stuck.begin() if number % 2 else stuck.end())
            await desk.operator_alerts.look()
            await desk.alert_deliveries.send_due()

    assert [one.what for one in reader.read()] == [RAISED]


async def test_topic_that_was_away_gets_everything_in_order_once(
    settings: Settings, stuck: Stuck, make: Make
) -> None:
    port = free_port()
    setup = AlertSetup(topic=Reader(port, '').topic())
    async with (
        assembled(settings, alerts=setup) as desk,
        assembled(settings, alerts=setup) as other,
    ):
        await stuck.begin()
        passed = await look_for(desk, other, steps=3)
        await stuck.end()
        with clock.moved(passed):
            passed += await look_for(desk, other, steps=4)
        state = await desk.alert_deliveries.state(await make.admin())
        assert (state.waiting, state.last_sent_at, state.last_fault) == (2, None, 'connect.away')

        with subscribed(port) as reader, clock.moved(passed + timedelta(minutes=11)):
            for services in (desk, other):
                setup.topic._client._breaker.succeeded()  # the pause after failures counts real seconds
                await services.alert_deliveries.send_due()
            told = reader.read()
        await desk.alert_deliveries.close()

    assert [one.what for one in told] == [RAISED, RESOLVED]


@pytest.mark.parametrize(('when', 'copies'), [('before', 1), ('after', 2)])
async def test_process_killed_while_sending_loses_nothing(
    telling: StartTelling, settings: Settings, reader: Reader, stuck: Stuck, when: str, copies: int
) -> None:
    """Killed before SNS took it, it comes once; killed before that was noted, its copy has the same ``dedupe_id``."""
    desk = await telling()
    await stuck.begin()
    await desk.operator_alerts.look()

    died = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, str(PROJECT / 'tests/support/dying_teller.py'), when, str(reader.port)],
        env={**os.environ, 'DATABASE_URL': settings.database_url, 'PYTHONPATH': str(PROJECT)},
        check=False,
    )
    assert died.returncode == -9
    assert await desk.alert_deliveries.send_due() == 0  # the killed process may still be sending
    with clock.moved(2 * deliveries.CLAIMED_FOR):
        await asyncio.gather(*(one.alert_deliveries.send_due() for one in (desk, await telling())))

    told = reader.read()
    assert [one.what for one in told] == [RAISED] * copies
    assert len({one.attributes['dedupe_id'] for one in told}) == 1


async def test_message_is_given_up_after_days_and_that_is_told(
    settings: Settings, reader: Reader, stuck: Stuck, telling: StartTelling
) -> None:
    away = AlertSetup(topic=Reader(free_port(), '').topic())
    async with assembled(settings, alerts=away) as desk:
        await stuck.begin()
        await look_for(desk, steps=1)
        with clock.moved(deliveries.GIVE_UP_AFTER + timedelta(hours=1)):
            await desk.alert_deliveries.send_due()
        await desk.alert_deliveries.close()

    with clock.moved(deliveries.GIVE_UP_AFTER + timedelta(hours=2)):
        back = await telling()
        await back.operator_alerts.look()
        await back.alert_deliveries.send_due()

    assert [one.what for one in reader.read()] == [('deliveries', 'raised')]


async def test_limit_of_a_supervisor_is_told_and_its_end_too(
    desk: Services, telling: StartTelling, reader: Reader, make: Make, db: Database
) -> None:
    other, admin, queue = await telling(), await make.admin(), await make.queue()
    await desk.thresholds.add(admin, {'kind': 'waiting', 'most': '1'})
    await come(desk, times=3)
    await asyncio.gather(*(see(one) for one in (desk, other)))

    passed = await look_for(desk, other, steps=3)
    [risen] = reader.read()
    async with db.transaction() as session:
        await session.exec(update(FloorAlert).values(ended_at=clock.now()))
    with clock.moved(passed):
        await look_for(desk, other, steps=4)
    [over] = reader.read()

    assert risen.what == ('threshold', 'raised')
    assert risen.body['ko'] == f'대기열 {queue.name}: 3건이 기다립니다(기준 1건).'
    assert risen.body['link'].endswith('/desk/dashboard')
    assert over.what == ('threshold', 'resolved')


async def test_transcripts_that_do_not_reach_the_bucket_are_told(
    settings: Settings, reader: Reader, make: Make, db: Database, telling: StartTelling
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    desk = await telling()
    await desk.chats.end(agent, chat.id)
    desk.operator_alerts._has_bucket = True

    await look_for(desk, steps=1)
    assert reader.read() == []
    with clock.moved(timedelta(minutes=61)):
        await look_for(desk, steps=1)
        async with db.transaction() as session:
            await session.exec(
                update(ChatArchive)
                .where(col(ChatArchive.chat_session_id) == chat.id)
                .values(stored_at=clock.now())
            )
        await look_for(desk, steps=4)

    told = reader.read()
    assert [one.what for one in told] == [('deliveries', 'raised'), ('deliveries', 'resolved')]
    assert '1건' in told[0].body['ko']


async def test_no_message_names_a_person(desk: Services, reader: Reader, make: Make) -> None:
    """Every kind of limit at once, on a floor of people with names, numbers and messages."""
    admin, customer = await make.admin(), await make.customer(name='김비밀', phone='01055556666')
    agent = await make.agent(first_name='숨김', last_name='이', username='hidden-agent')
    chat = await make.chat(
        agent=agent, customer_id=customer.id, visitor_name='박몰래', visitor_phone='01077778888', lines=3
    )  # fmt: skip
    await desk.chats.reply(agent, make.outgoing(chat, '아무도 모를 말'))
    for kind in ('waiting', 'longest', 'state', 'negative', 'promise'):
        values = {'kind': kind, 'most': '1'} | ({'status': 'available'} if kind == 'state' else {})
        await desk.thresholds.add(admin, values)
    await come(desk, times=3)
    with clock.moved(timedelta(minutes=5)):
        await see(desk)
        await look_for(desk, steps=1)
        await desk.alert_deliveries.try_out(admin)

    told = reader.read()
    limits = {one.body['subject'].split('/')[0] for one in told if one.what[0] == 'threshold'}
    said = '\n'.join(one.text for one in told)
    secrets = (
        '김비밀', '01055556666', '숨김', 'hidden-agent', '박몰래', '01077778888', '아무도 모를 말', '번째 줄',
        admin.username, admin.email, admin.first_name, str(customer.id), str(chat.id),
    )  # fmt: skip
    assert limits == {'waiting', 'longest'}  # one person's state is the board's alone
    assert [
        one for one in secrets if one in said or one.encode('unicode_escape').decode() in said
    ] == []


async def test_administrator_sends_a_test_that_is_on_record(
    desk: Services, reader: Reader, make: Make
) -> None:
    admin = await make.admin()

    sent = await desk.alert_deliveries.try_out(admin)

    [told] = reader.read()
    wanted = AuditFilter(action=AuditAction.ALERT_TRIED)
    [entry] = (await desk.audit_log.newest(admin, wanted)).entries
    assert sent.sent_at is not None
    assert told.body['ko'] == '시험 알림입니다. 아무 이상도 없습니다.'
    assert entry.agent_id == admin.id
    with pytest.raises(NotAllowedError):
        await desk.alert_deliveries.try_out(await make.supervisor())


async def test_desk_without_a_topic_keeps_alerts_and_tells_them_once_it_has_one(
    services: Services, telling: StartTelling, reader: Reader, stuck: Stuck, make: Make
) -> None:
    admin = await make.admin()
    await stuck.begin()
    await services.operator_alerts.look()
    state = await services.alert_deliveries.state(admin)
    assert [one.kind for one in state.open] == [AlertKind.RELAY]
    assert (state.has_topic, state.waiting) == (False, 0)
    with pytest.raises(ConflictError):
        await services.alert_deliveries.try_out(admin)

    await look_for(await telling(), steps=2)

    assert [one.what for one in reader.read()] == [RAISED]


async def test_what_is_long_over_is_deleted(desk: Services, stuck: Stuck, make: Make) -> None:
    admin = await make.admin()
    await stuck.begin()
    await look_for(desk, steps=1)
    await desk.alert_deliveries.try_out(admin)
    await stuck.end()
    with clock.moved(STEP):
        await look_for(desk, steps=4)

    with clock.moved(alerts.KEPT_FOR + timedelta(days=1)):
        await desk.operator_alerts.forget()

    state = await desk.alert_deliveries.state(admin)
    assert (state.last_sent_at, state.open) == (None, [])
