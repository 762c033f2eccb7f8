"""Transcripts to take along, for both sides: without private notes, with numbers as they were stored, a few a minute."""

from uuid import uuid4

import httpx
import pytest

from desk.errors import ConflictError
from models import Agent, AuditAction, Sender
from pages.parts.transcript.paper import Paper
from services.audit.filter import AuditFilter
from services.pdf import document
from services.registry import Services
from services.transcripts import copies
from tests.pages.api.conftest import Site
from tests.support.make import DEPARTMENT, Make

FORM = {'name': '최유진', 'phone': '010-9876-5432', 'department': DEPARTMENT}


async def test_both_sides_save_what_both_saw(
    site: Site, services: Services, make: Make, agent: Agent, api: httpx.AsyncClient
) -> None:
    copies.CUSTOMERS_COPIES.reset()
    async with site.client() as customer:
        started = (await customer.post('/chat/visits', json=FORM)).json()
        customer.headers['X-Chat-Token'] = started['token']
        chat_id = started['chat']['id']
        said = {'content': '카드는 4111-1111-1111-1111 #eval(1) 😀\n둘째 줄'}
        await customer.post(f'/chat/visits/{chat_id}/messages', json=said)
        await api.post(f'/chat/sessions/{chat_id}/take')
        await api.post(f'/chat/sessions/{chat_id}/notes', json={'body': '까다로운 고객'})  # fmt: skip
        theirs, ours = f'/chat/visits/{chat_id}/transcript', f'/chat/sessions/{chat_id}/transcript'

        plain = await customer.get(theirs, params={'format': 'txt'})
        printed = await customer.get(theirs)
        taken = await api.get(ours, params={'format': 'txt'})
        in_english = await customer.get(theirs, params={'format': 'txt', 'lang': 'en'})
        elsewhere = [
            await site.client().get(theirs),
            await customer.get(f'/chat/visits/{uuid4()}/transcript'),
            await api.get(f'/chat/sessions/{uuid4()}/transcript'),
        ]
        often = [await customer.get(theirs, params={'format': 'txt'}) for _ in range(6)]

    text = plain.content.decode('utf-8-sig')
    assert '최유진: 카드는 ' in text
    assert '#eval(1) 😀\r\n    둘째 줄' in text
    assert f'{agent.name} 상담원이 연결되었어요' in text
    assert f'{agent.name} 상담원이 연결되었습니다' in taken.text
    assert 'Customer: 최유진' in in_english.text
    for told in (text, taken.text):
        for secret in ('까다로운', '4111-1111-1111-1111', '9876'):
            assert secret not in told
    assert (printed.headers['Content-Type'], printed.content[:5]) == ('application/pdf', b'%PDF-')
    assert printed.headers['Content-Disposition'].startswith('attachment; filename="chat-')
    assert [one.status_code for one in elsewhere] == [404] * 3
    assert often[-1].status_code == 429
    wanted = AuditFilter(action=AuditAction.TRANSCRIPT_TAKEN)
    [entry] = (await services.audit_log.newest(await make.admin(), wanted)).entries
    assert (entry.agent_id, str(entry.subject_id)) == (agent.id, chat_id)


async def test_conversation_too_long_for_a_pdf_is_still_a_text(
    services: Services, make: Make, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, 'MOST_WEIGHT', 10)
    chat = await make.chat(agent=agent, lines=9)
    paper = Paper(await services.transcripts.for_customer(chat.id), Sender.CUSTOMER, 'ko')

    with pytest.raises(ConflictError):
        paper.document()
    assert '9번째 줄' in paper.plain().decode('utf-8-sig')
