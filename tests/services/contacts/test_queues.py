"""Queues as administrators set them up."""

import asyncio

import pytest

from desk.db import Database
from desk.errors import FieldsRefusedError, InvalidInputError, NotAllowedError
from models import Agent, QueueMode
from services.chats.visits import ChatStart
from services.contacts import queue_queries
from services.contacts.queues import QueueChangedError, as_typed, parsed
from services.people.events import ROUTING, SETTINGS
from services.registry import Services
from tests.support.listening import listen
from tests.support.make import DEPARTMENT, Make
from tests.support.until import until, until_waiting

REFUNDS = {'name': ' 환불  문의 ', 'name_en': 'Refunds', 'department': '결제'}
FORM = ChatStart(name='최유진', phone='010-9876-5432', department='환불 문의')


@pytest.fixture
async def admin(make: Make) -> Agent:
    return await make.admin(department='관리')


async def test_added_queue_can_be_asked_about_at_once(
    services: Services, another_desk: Services, admin: Agent
) -> None:
    settings, routing = listen(another_desk, SETTINGS), listen(another_desk, ROUTING)

    queue = await services.queues.add(admin, REFUNDS | {'mode': 'push', 'offer_seconds': '30'})

    assert (queue.name, queue.mode, queue.offer_seconds) == ('환불 문의', QueueMode.PUSH, 30)
    started = await another_desk.visits.start(FORM)
    assert (started.chat.queue_id, started.chat.department) == (queue.id, '결제')
    assert (await another_desk.visits.topic_of(started.chat)).name_en == 'Refunds'
    await until(lambda: bool(settings.events and routing.events))


async def test_two_who_edit_one_queue_do_not_overwrite_each_other(
    services: Services, another_desk: Services, admin: Agent
) -> None:
    queue = await services.queues.add(admin, REFUNDS)

    theirs = await services.queues.edit(admin, queue.id, {'offer_seconds': '40'}, version=1)
    with pytest.raises(QueueChangedError) as refused:
        await another_desk.queues.edit(admin, queue.id, {'offer_seconds': '50'}, version=1)

    assert (theirs.version, refused.value.queue.offer_seconds) == (2, 40)


async def test_what_was_read_can_be_written_and_changes_nothing(
    services: Services, admin: Agent
) -> None:
    queue = await services.queues.add(admin, REFUNDS)

    again = await services.queues.edit(admin, queue.id, as_typed(queue), version=1)

    assert again.version == 1


@pytest.mark.parametrize(
    ('field', 'wrong'),
    [
        ('name', ' '),
        ('department', ''),
        ('name_en', 'x' * 101),
        ('mode', 'shout'),
        ('is_active', ''),
        ('offer_seconds', '4'),
        ('misses_until_away', '0'),
        ('service_level_percent', '101'),
        ('returning_seconds', ''),
        ('widen_after_seconds', '½'),
        ('wrap_up_seconds', '5'),
        ('min_level', '6'),
        ('skill_id', 'nonsense'),
    ],
)
def test_limits_are_checked_at_their_field(field: str, wrong: str) -> None:
    with pytest.raises(FieldsRefusedError) as refused:
        parsed({field: wrong})

    assert list(refused.value.faults) == [field]


async def test_names_are_unique(services: Services, admin: Agent) -> None:
    queue = await services.queues.add(admin, REFUNDS)
    other = await services.queues.add(admin, REFUNDS | {'name': 'VIP'})

    for asked in (
        services.queues.add(admin, REFUNDS | {'name': 'vip'}),
        services.queues.edit(admin, queue.id, {'name': 'VIP'}, version=1),
    ):
        with pytest.raises(FieldsRefusedError) as refused:
            await asked
        assert list(refused.value.faults) == ['name']
    assert (await services.queues.edit(admin, other.id, {'name': 'Vip'}, version=1)).name == 'Vip'


async def test_renamed_queue_keeps_its_contacts_and_their_department(
    services: Services, admin: Agent
) -> None:
    queue = await services.queues.add(admin, REFUNDS)
    chat = (await services.visits.start(FORM)).chat

    await services.queues.edit(admin, queue.id, {'name': '취소·환불'}, version=1)

    assert (await services.visits.topic_of(chat)).name == '취소·환불'
    assert (await services.visits.chat(chat.id)).department == '결제'
    with pytest.raises(InvalidInputError):  # a form drawn before: its answer has the new names
        await services.visits.start(FORM)


async def test_department_changes_only_when_nobody_waits_or_talks(
    services: Services, admin: Agent
) -> None:
    queue = await services.queues.add(admin, REFUNDS)
    started = await services.visits.start(FORM)

    with pytest.raises(FieldsRefusedError) as refused:
        await services.queues.edit(admin, queue.id, {'department': '환불'}, version=1)
    await services.visits.leave(started.chat.id)
    await services.queues.edit(admin, queue.id, {'department': '환불'}, version=1)

    assert list(refused.value.faults) == ['department']
    assert (await services.visits.start(FORM)).chat.department == '환불'


async def test_chat_that_starts_while_its_queue_moves_goes_along(
    services: Services, admin: Agent, db: Database
) -> None:
    queue = await services.queues.add(admin, REFUNDS)

    async with db.transaction() as session:
        row = await queue_queries.by_id(session, queue.id, lock=True)
        assert row
        row.department = '환불'
        await session.flush()
        starting = asyncio.create_task(services.visits.start(FORM))
        await until_waiting(db, 1)

    assert (await starting).chat.department == '환불'


async def test_closed_queue_takes_nobody_new_and_serves_who_waits(
    services: Services, admin: Agent, make: Make
) -> None:
    queue = await services.queues.add(admin, REFUNDS | {'mode': 'push'})
    waiting = (await services.visits.start(FORM)).chat
    agent = await make.agent(department='결제')

    await services.queues.edit(admin, queue.id, {'is_active': 'no'}, version=1)
    await services.router.run()

    with pytest.raises(InvalidInputError):
        await services.visits.start(FORM)
    assert [one.id for one in (await services.offers.ringing(agent)).offers] == [waiting.id]


async def test_required_skill_must_be_there(services: Services, admin: Agent) -> None:
    skill = await services.skills.add(admin, '영어')

    queue = await services.queues.add(admin, REFUNDS | {'skill_id': str(skill.id)})
    with pytest.raises(FieldsRefusedError) as refused:
        await services.queues.edit(admin, queue.id, {'skill_id': str(queue.id)}, version=1)

    assert (queue.skill_id, list(refused.value.faults)) == (skill.id, ['skill_id'])


async def test_others_are_refused(services: Services, admin: Agent, make: Make) -> None:
    queue = await services.queues.add(admin, REFUNDS)
    supervisor = await make.supervisor(department=DEPARTMENT)

    for asked in (
        services.queues.all(supervisor),
        services.queues.add(supervisor, REFUNDS | {'name': '다른 문의'}),
        services.queues.edit(supervisor, queue.id, {'is_active': 'no'}, version=1),
    ):
        with pytest.raises(NotAllowedError):
            await asked
