"""Labels: kept by department, several for each chat, seen live by all viewers, kept when out of use; and priority."""

from typing import Any

import pytest
from sqlmodel import col, select

from desk.db import Database
from desk.errors import ConflictError, FieldsRefusedError, InvalidInputError, NotAllowedError
from models import AuditEntry, ChatLabel, ChatStatus, LabelColor, Priority, SettingKind
from pages.parts.history.sheet import HEADINGS, row
from services.chats.events import ChatEvent, chat_topic
from services.chats.labels import LabelView, matching
from services.history.filter import HistoryFilter, parse
from services.registry import Services
from tests.support.make import DEPARTMENT, Make
from tests.support.until import until

NEW = {'name': '환불 문의', 'name_en': 'Refund', 'color': 'amber'}


async def test_chat_gets_several_labels_live_and_recorded(
    services: Services, make: Make, db: Database
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    one, two = [await make.kept(ChatLabel(name=name)) for name in ('환불', '재문의')]
    heard: list[Any] = []
    services.topics.subscribe(chat_topic(chat.id), heard.append)

    card = await services.chat_labels.set(agent, chat.id, [two.id, one.id, two.id])
    await services.chat_labels.set(agent, chat.id, [two.id, one.id])

    assert card.label_ids == (two.id, one.id)
    await until(lambda: bool(heard))
    assert [one.chat.label_ids for one in heard if isinstance(one, ChatEvent)] == [card.label_ids]
    async with db.reading() as session:
        logged = select(AuditEntry).where(col(AuditEntry.action) == 'contact_labelled')
        [entry] = (await session.exec(logged)).all()
    assert entry.details == {'added': sorted([str(one.id), str(two.id)]), 'removed': []}
    assert (await services.chat_labels.set(agent, chat.id, [])).label_ids == ()


async def test_only_usable_labels_by_who_may_write(services: Services, make: Make) -> None:
    agent, colleague, supervisor = await make.agent(), await make.agent(), await make.supervisor()
    chat = await make.chat(agent=agent)
    old = await make.kept(ChatLabel(name='옛 라벨', is_active=False))
    foreign = await make.kept(ChatLabel(name='남의 것', department='기술지원'))
    own = await make.kept(ChatLabel(name='우리 것', department=DEPARTMENT))

    for refused in (old, foreign):
        with pytest.raises(InvalidInputError):
            await services.chat_labels.set(agent, chat.id, [refused.id])
    with pytest.raises(ConflictError):
        await services.chat_labels.set(colleague, chat.id, [own.id])
    await services.chat_labels.set(supervisor, chat.id, [own.id])
    await make.changed(own, is_active=False)
    kept = await services.chat_labels.set(agent, chat.id, [own.id])
    assert kept.label_ids == (own.id,)  # what it has, it keeps
    many = [await make.kept(ChatLabel(name=f'{number}')) for number in range(11)]
    with pytest.raises(InvalidInputError):
        await services.chat_labels.set(agent, chat.id, [one.id for one in many])
    await services.chats.end(agent, chat.id)
    assert (await services.chat_labels.set(agent, chat.id, [])).label_ids == ()


async def test_supervisors_keep_labels_of_their_departments(services: Services, make: Make) -> None:
    agent, admin = await make.agent(), await make.admin()
    supervisor = await make.supervisor(departments=[DEPARTMENT])
    settings = services.label_settings

    with pytest.raises(NotAllowedError):
        await settings.add(agent, NEW)
    with pytest.raises(NotAllowedError):
        await settings.add(supervisor, NEW)  # for all departments
    with pytest.raises(FieldsRefusedError):
        await settings.add(admin, NEW | {'color': 'pink', 'name': ' '})
    own = await settings.add(supervisor, NEW | {'department': DEPARTMENT})
    for_all = await settings.add(admin, NEW | {'name': '칭찬'})

    assert [one.id for one in await settings.editable(supervisor)] == [own.id]
    assert [one.id for one in await settings.editable(admin)] == [own.id, for_all.id]
    assert await settings.departments(supervisor) == [DEPARTMENT]
    await services.desk_settings.edit(
        supervisor, SettingKind.LABEL, own.id, {'is_active': 'no'}, version=1
    )
    with pytest.raises(NotAllowedError):
        await services.desk_settings.edit(
            supervisor, SettingKind.LABEL, for_all.id, {'name': '내 것'}, version=1
        )
    assert [(one.name, one.is_active) for one in await services.chat_labels.all()] == [
        ('환불 문의', False), ('칭찬', True),
    ]  # fmt: skip


def test_label_is_found_by_letters_and_initials() -> None:
    rows = [ChatLabel(name='재환불'), ChatLabel(name='환불 문의', name_en='Refund')]
    labels = [LabelView.of(row) for row in rows]

    assert [one.name for one in matching(labels, 'ㅎㅂ', 'ko')] == ['환불 문의', '재환불']
    assert [one.name for one in matching(labels, 'ref', 'en')] == ['환불 문의']
    assert matching(labels, '', 'ko') == labels
    assert labels[0].color is LabelColor.GREY


async def test_who_writes_in_a_chat_sets_its_priority(services: Services, make: Make) -> None:
    agent, colleague, supervisor = await make.agent(), await make.agent(), await make.supervisor()
    chat = await make.chat(agent=agent)

    card = await services.priorities.set(agent, chat.id, Priority.URGENT)

    assert card.priority is Priority.URGENT
    again = await services.priorities.set(agent, chat.id, Priority.URGENT)
    assert again.version == card.version
    await services.priorities.set(supervisor, chat.id, Priority.LOW)
    with pytest.raises(ConflictError):
        await services.priorities.set(colleague, chat.id, Priority.HIGH)
    for refused in (await make.chat(), await make.chat(agent=agent, status=ChatStatus.CLOSED)):
        with pytest.raises(ConflictError):
            await services.priorities.set(agent, refused.id, Priority.HIGH)


async def test_history_finds_and_shows_labels(services: Services, make: Make) -> None:
    agent = await make.agent()
    one, two = [await make.kept(ChatLabel(name=name)) for name in ('환불', '재문의')]
    labelled = await make.chat(agent=agent, label_ids=[two.id, one.id])
    await make.chat(agent=agent)
    await make.call(agent=agent)
    await make.changed(one, is_active=False)

    found = await services.history.page(agent, HistoryFilter(label_id=one.id))

    [contact] = found.contacts
    assert (contact.id, [label.name for label in contact.labels]) == (
        labelled.id,
        ['재문의', '환불'],
    )
    choices = await services.history.choices(agent)
    assert [label.name for label in choices.labels] == ['환불', '재문의']
    assert parse(HistoryFilter(label_id=one.id).query).filter.label_id == one.id
    column = HEADINGS.index('라벨')
    assert row('ko', contact)[column] == '재문의, 환불'
