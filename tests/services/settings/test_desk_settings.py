"""Settings are versioned: who changed what is listed, can be taken back, and nobody overwrites a colleague unseen."""

from datetime import UTC, datetime, timedelta

import pytest

from desk import clock
from desk.errors import ConflictError, FieldsRefusedError, NotAllowedError, NotFoundError
from models import EVERYWHERE, Agent, AuditAction, SettingKind
from services.audit.filter import AuditFilter
from services.chats.visits import ChatStart
from services.people.events import SETTINGS
from services.registry import Services
from services.settings.hours_text import WEEKDAYS
from services.settings.opening import QueueClosedError
from services.settings.stored import SettingChangedError
from tests.support.listening import listen
from tests.support.make import DEPARTMENT, Make
from tests.support.until import until

FORM = ChatStart(name='최유진', phone='010-9876-5432', department=DEPARTMENT)
NEVER = {'is_limited': 'yes', **dict.fromkeys(WEEKDAYS, '')}


@pytest.fixture
async def admin(make: Make) -> Agent:
    return await make.admin(department='관리')


async def test_closed_queue_says_when_it_opens_and_starts_no_chat(
    services: Services, admin: Agent, make: Make
) -> None:
    queue = await make.queue()
    hours = services.desk_settings
    opens = clock.now() + timedelta(days=2)
    local = opens.astimezone(clock.SEOUL)
    dates = f'{local:%Y-%m-%d} 09:00-10:00'
    await hours.edit(admin, SettingKind.HOURS, queue.id, NEVER | {'dates': dates}, version=0)

    with pytest.raises(QueueClosedError) as refused:
        await services.visits.start(FORM)

    at = datetime(local.year, local.month, local.day, 9, tzinfo=clock.SEOUL).astimezone(UTC)
    assert refused.value.closed.opens_at == at
    topics = {one.name: one.closed for one in await services.visits.topics()}
    assert topics == {DEPARTMENT: refused.value.closed, '관리': None}
    with clock.moved(at - clock.now() + timedelta(minutes=1)):
        assert (await services.visits.start(FORM)).chat.queue_id == queue.id


async def test_form_sent_twice_leads_into_its_chat_after_closing(
    services: Services, admin: Agent, make: Make
) -> None:
    queue = await make.queue()
    started = await services.visits.start(FORM)

    await services.desk_settings.edit(admin, SettingKind.HOURS, queue.id, NEVER, version=0)

    again = ChatStart(name=FORM.name, phone=FORM.phone, department=DEPARTMENT, token=started.token)
    assert (await services.visits.start(again)).chat.id == started.chat.id


async def test_closed_day_of_the_desk_closes_queues_with_hours_only(
    services: Services, admin: Agent, make: Make
) -> None:
    limited, always = await make.queue(), await make.queue(name='늘 여는 문의', department='야간')
    today = clock.now().astimezone(clock.SEOUL).date()
    whole = {'is_limited': 'yes', 'keeps_holidays': 'no', **dict.fromkeys(WEEKDAYS, '00:00-24:00')}
    settings = services.desk_settings
    await settings.edit(admin, SettingKind.HOURS, limited.id, whole, version=0)
    assert not any(one.closed for one in await services.visits.topics())

    days = {'days': f'{today} 임시공휴일'}
    await settings.edit(admin, SettingKind.CLOSED_DAYS, EVERYWHERE, days, version=0)

    closed = {one.name: one.closed is not None for one in await services.visits.topics()}
    assert closed == {limited.name: True, always.name: False, '관리': False}


async def test_two_who_edit_one_setting_hear_of_each_other(
    services: Services, another_desk: Services, admin: Agent, make: Make
) -> None:
    queue, heard = await make.queue(), listen(another_desk, SETTINGS)
    settings = services.desk_settings
    await settings.edit(admin, SettingKind.HOURS, queue.id, {'mon': '10-12'}, version=0)

    with pytest.raises(SettingChangedError) as refused:
        await another_desk.desk_settings.edit(
            admin, SettingKind.HOURS, queue.id, {'tue': '10-12'}, version=0
        )

    assert refused.value.stored.values['mon'] == '10:00-12:00'
    assert (await settings.stored(admin, SettingKind.HOURS, queue.id)).by_name == admin.name
    await until(lambda: bool(heard.events))


async def test_change_is_listed_and_taken_back(
    services: Services, admin: Agent, make: Make
) -> None:
    queue, settings = await make.queue(), services.desk_settings
    kind = SettingKind.HOURS
    await settings.edit(admin, kind, queue.id, {'mon': '10-12', 'sat': '10-12'}, version=0)
    await settings.edit(admin, kind, queue.id, {'mon': '10-13'}, version=1)
    last, first = await settings.changes(admin, kind, queue.id)

    assert (last.before, last.after) == ({'mon': '10:00-12:00'}, {'mon': '10:00-13:00'})
    assert (last.by_name, last.can_be_taken_back, first.can_be_taken_back) == (
        admin.name, True, False,
    )  # fmt: skip
    with pytest.raises(ConflictError):  # monday was changed again since
        await settings.take_back(admin, first.id)
    await settings.take_back(admin, last.id)
    now = await settings.take_back(admin, first.id)

    assert (now.values['mon'], now.values['sat'], now.version) == ('09:00-18:00', '', 4)
    assert len(await settings.changes(admin, kind, queue.id)) == 4
    page = await services.audit_log.newest(admin, AuditFilter())
    assert [one.action for one in page.entries] == [AuditAction.SETTING_CHANGED] * 4


async def test_queues_fields_are_taken_back_alike(services: Services, admin: Agent) -> None:
    queue = await services.queues.add(admin, {'name': '환불', 'department': '결제'})
    await services.queues.edit(admin, queue.id, {'offer_seconds': '40'}, version=1)
    kind, settings = SettingKind.QUEUE, services.desk_settings
    change, added = await settings.changes(admin, kind, queue.id)

    assert (change.before, change.after) == ({'offer_seconds': '20'}, {'offer_seconds': '40'})
    assert (added.before, added.after['name']) == ({}, '환불')
    now = await settings.take_back(admin, change.id)
    assert (now.values['offer_seconds'], now.version) == ('20', 3)
    closed = await settings.take_back(admin, added.id)  # a queue is never deleted
    assert closed.values['is_active'] == 'no'


async def test_values_that_cannot_be_change_nothing(
    services: Services, admin: Agent, make: Make
) -> None:
    queue, settings = await make.queue(), services.desk_settings

    with pytest.raises(FieldsRefusedError):
        await settings.edit(admin, SettingKind.HOURS, queue.id, {'mon': '25-26'}, version=0)
    same = await settings.edit(admin, SettingKind.HOURS, queue.id, {'mon': '9-18'}, version=0)

    assert same.version == 0


async def test_setting_that_is_not_there(services: Services, admin: Agent, make: Make) -> None:
    queue, settings = await make.queue(), services.desk_settings

    for kind, subject_id in (
        (SettingKind.HOURS, EVERYWHERE),
        (SettingKind.CLOSED_DAYS, queue.id),
        (SettingKind.HOURS, admin.id),
    ):
        with pytest.raises(NotFoundError):
            await settings.stored(admin, kind, subject_id)
    with pytest.raises(NotFoundError):
        await settings.take_back(admin, queue.id)


async def test_supervisors_set_what_belongs_to_their_departments_queues(
    services: Services, make: Make
) -> None:
    own, other = await make.queue(), await make.queue(name='결제', department='결제')
    supervisor, agent = await make.supervisor(), await make.agent()
    settings, kind = services.desk_settings, SettingKind.HOURS

    assert [one.id for one in await settings.queues(supervisor)] == [own.id]
    await settings.edit(supervisor, kind, own.id, {'mon': ''}, version=0)
    [change] = await settings.changes(supervisor, kind, own.id)
    for by, subject_id in ((supervisor, other.id), (supervisor, EVERYWHERE), (agent, own.id)):
        with pytest.raises(NotAllowedError):
            await settings.edit(by, kind, subject_id, {'mon': ''}, version=0)
        with pytest.raises(NotAllowedError):
            await settings.stored(by, kind, subject_id)
    with pytest.raises(NotAllowedError):
        await settings.take_back(agent, change.id)
