"""열람: a customer's whole file, as JSON and as PDF; for supervisors with a reason, and audited."""

import io
import json
import zipfile
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest

from desk import clock
from desk.db import Database
from desk.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from models import (
    Agent,
    AuditAction,
    Call,
    Callback,
    CallEnding,
    CallLeg,
    CallLegKind,
    CallMoment,
    CallMomentKind,
    ChatRating,
    Customer,
)
from pages.parts.customers import file_words
from services.audit.filter import AuditFilter
from services.chats.visits import ChatStart
from services.contacts.wrap_ups import WrapUpText
from services.customers.erasure import ErasureReason
from services.customers.fields import CustomerEdit
from services.customers.personal_data import RevealReason
from services.disclosure.as_json import json_parts
from services.disclosure.as_pdf import PdfFile
from services.disclosure.files import FileFormat, FileReason
from services.registry import Services
from tests.support.make import DEPARTMENT, Make


async def lived(services: Services, make: Make, agent: Agent) -> Customer:
    """A customer with a merged record, a chat, a call with a leg, a call-back, a note, and a reveal."""
    customer = await make.customer(name='나열람', phone='01077776666', memo='장미길 3')
    twin = await make.customer(name='열람나', phone='01033332222')
    form = ChatStart(name='나열람', phone='010-7777-6666', department=DEPARTMENT)
    chat = (await services.visits.start(form)).chat
    await services.chats.take(agent, chat.id)
    await services.customers.link(agent, chat.id, twin.id)
    await services.visits.write(make.outgoing(chat.id, '#eval("1") ] $ \\ 코끼리 \u202e😀'))
    await services.chats.reply(agent, make.outgoing(chat.id, '네, 고객님'))
    await services.visits.leave(chat.id)
    await services.wrap_ups.save(agent, chat.id, WrapUpText(summary='교환'))
    await services.chat_notes.add(agent, make.note(chat, '어제도 물어보심'))
    await services.promises.make(agent, chat.id, '도착 알림', clock.now() + timedelta(hours=1))
    await make.kept(ChatRating(chat_session_id=chat.id, score=5, comment='친절'))
    over = {'end_time': clock.now(), 'ending': CallEnding.AGENT}
    call = await make.call(agent=agent, customer_id=customer.id, phone='01077776666', **over)
    await _leg(make, call, agent)
    now = clock.now()
    await make.kept(
        Callback(
            customer_id=customer.id, phone='01077776666', body='배송', department=DEPARTMENT,
            slot_from=now, slot_to=now + timedelta(hours=1),
        )
    )  # fmt: skip
    await services.customer_notes.add(agent, customer.id, '장미길로 이사')
    await services.customer_records.edit(agent, customer.id, CustomerEdit(version=0, memo='장미길 5'))  # fmt: skip
    await services.customer_merging.merge(agent, customer.id, twin.id, versions=(1, 0))
    await services.personal_data.reveal(agent, customer.id, RevealReason.IDENTITY)
    return customer


async def _leg(make: Make, call: Call, agent: Agent) -> None:
    leg = CallLeg(call_id=call.id, contact_id='leg-1', kind=CallLegKind.INBOUND, agent_id=agent.id, phone=call.phone)  # fmt: skip
    await make.kept(leg)
    await make.kept(
        CallMoment(leg_id=leg.id, connect_user='u', agent_id=agent.id, kind=CallMomentKind.TALKING, at=clock.now())
    )  # fmt: skip


async def as_json(services: Services, by: Agent, customer: Customer) -> dict[str, Any]:
    running = services.customer_files.running(by, customer.id, FileFormat.JSON, FileReason.CUSTOMER)
    async with running as file:
        parts = [part async for part in json_parts(file, '2026-11-30')]
    found: dict[str, Any] = json.loads(b''.join(parts))
    return found


async def as_pdf(services: Services, by: Agent, customer: Customer, **options: int) -> tuple[bytes, bool]:  # fmt: skip
    running = services.customer_files.running(by, customer.id, FileFormat.PDF, FileReason.CUSTOMER)
    async with running as file:
        pdf = PdfFile(file, file_words.words('ko', file.scope, by), **options)
        content = b''.join([part async for part in pdf.parts()])
    return content, pdf.is_many


async def test_file_tells_all_that_the_desk_holds(services: Services, make: Make) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    customer = await lived(services, make, agent)
    await make.customer(name='남의것', phone='01000000000')

    told = await as_json(services, supervisor, customer)

    assert [one['name'] for one in told['records']] == ['나열람', '열람나']
    assert told['records'][0]['phone'] == '01077776666'
    assert {'field': 'memo', 'before': '장미길 3', 'after': '장미길 5'} in told['versions'][0]['changes']  # fmt: skip
    [chat] = told['chats']
    assert [one['text'] for one in chat['lines']][1:3] == ['#eval("1") ] $ \\ 코끼리 \u202e😀', '네, 고객님']  # fmt: skip
    assert (chat['rating'], chat['summary']) == ({'score': 5, 'comment': '친절'}, '교환')
    assert [one['text'] for one in chat['promises']] == ['도착 알림']
    assert [(one['by'], one['text']) for one in chat['internal_notes']] == [
        (agent.name, '어제도 물어보심')
    ]
    assert (chat['labels'], chat['past_wrap_ups']) == ([], [])
    [call] = told['calls']
    assert [one['state'] for one in call['legs'][0]['states']] == ['talking']
    assert [one['about'] for one in told['callbacks']] == ['배송']
    assert [one['text'] for one in told['notes']] == ['장미길로 이사']
    shown = [one for one in told['accesses'] if one['action'] == AuditAction.PERSONAL_DATA_SHOWN]
    assert [one['by'] for one in shown] == [agent.name]
    assert '남의것' not in json.dumps(told, ensure_ascii=False)


async def test_pdf_is_one_document_and_a_long_one_is_volumes(
    services: Services, make: Make
) -> None:
    customer = await lived(services, make, await make.agent())
    supervisor = await make.supervisor()

    one, is_many = await as_pdf(services, supervisor, customer)
    archive, are_many = await as_pdf(services, supervisor, customer, volume=40)

    assert (one[:5], is_many, are_many) == (b'%PDF-', False, True)
    with zipfile.ZipFile(io.BytesIO(archive)) as volumes:
        assert volumes.testzip() is None
        assert len(volumes.namelist()) > 1
        assert {volumes.read(name)[:5] for name in volumes.namelist()} == {b'%PDF-'}


async def test_file_is_for_supervisors_with_a_reason_and_is_audited(
    services: Services, make: Make
) -> None:
    agent, supervisor, admin = await make.agent(), await make.supervisor(), await make.admin()
    customer = await make.customer(name='나열람')

    async def asked(by: Agent, reason: FileReason, why: str = '') -> None:
        async with services.customer_files.running(by, customer.id, FileFormat.JSON, reason, why):
            pass

    with pytest.raises(NotAllowedError):
        await asked(agent, FileReason.CUSTOMER)
    with pytest.raises(InvalidInputError):
        await asked(supervisor, FileReason.OTHER, '  ')
    await asked(supervisor, FileReason.OTHER, '나열람 님 전화 010-1234-5678')

    entries = (await services.audit_log.newest(admin, AuditFilter())).entries
    ended, begun = [one for one in entries if one.action == AuditAction.CUSTOMER_FILE_MADE]
    assert (begun.agent_id, begun.subject_id) == (supervisor.id, customer.id)
    assert begun.details['reason'] == 'other'
    assert '나열람' not in begun.reason
    assert '5678' not in begun.reason
    assert ended.details['end'] == 'broken'  # nobody took its last byte


async def test_supervisor_of_other_departments_is_refused(services: Services, make: Make) -> None:
    customer = await lived(services, make, await make.agent())
    limited = await make.supervisor(departments=['반품'])
    theirs = await make.supervisor(departments=[DEPARTMENT])

    with pytest.raises(NotAllowedError):
        await services.customer_files.scope(limited, customer.id)

    assert (await services.customer_files.scope(theirs, customer.id)).records == 2


async def test_file_stops_when_its_customer_is_erased_meanwhile(
    services: Services, make: Make
) -> None:
    customer = await lived(services, make, await make.agent())
    supervisor = await make.supervisor()
    running = services.customer_files.running(supervisor, customer.id, FileFormat.JSON, FileReason.LAW)  # fmt: skip

    async with running as file:
        chapters = file.chapters.all()
        await anext(chapters)
        await services.customer_erasure.erase(supervisor, customer.id, ErasureReason.REQUEST)
        with pytest.raises(ConflictError, match=r'customer\.file_stopped'):
            _ = [item async for chapter in chapters for item in await _all(chapter.items)]

    with pytest.raises(NotFoundError):
        await services.customer_files.scope(supervisor, customer.id)


async def test_what_was_changed_while_another_was_merged_in_is_not_told(
    services: Services, make: Make, db: Database
) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    kept, other = await make.customer(), await make.customer(name='남의것', phone='01077776666')
    done = await services.customer_merging.merge(agent, kept.id, other.id, versions=(0, 0))
    await services.customer_merging.undo(agent, done.merge.id)

    told = await as_json(services, supervisor, kept)

    assert '01077776666' not in json.dumps(told)


async def _all(items: AsyncGenerator[Any]) -> list[Any]:
    return [item async for item in items]
