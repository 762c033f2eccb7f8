"""``/protection`` for programs: the chain in an agent's hands, the records in a supervisor's, the document as PDF."""

from uuid import uuid4

import httpx

from models import Agent
from services.registry import Services
from tests.pages.api.conftest import Site
from tests.support.make import Make


async def test_chain_from_the_first_warning_to_the_document(
    site: Site, api: httpx.AsyncClient, services: Services, make: Make, agent: Agent
) -> None:
    chat = await make.chat(agent=agent, visitor_name='나폭언 "#eval(1)"')
    await services.visits.write(make.outgoing(chat, '이 멍청이들아 $x$ *'))

    case = (await api.post('/protection/cases', json={'contact_id': str(chat.id)})).json()
    path = f'/protection/cases/{case["id"]}'
    warning = {'id': str(uuid4())}
    warned = [(await api.post(f'{path}/warnings', json=warning)).json() for _ in range(2)]
    ended = (await api.post(f'{path}/end')).json()
    rests = (await api.post(f'{path}/rest')).json()
    back = (await api.post(f'{path}/return')).json()
    assert [one['warnings'] for one in warned] == [1, 1]
    assert (case['next_step'], ended['next_step'], rests['next_step'], back['next_step']) == (
        'warn', 'rest', 'return', 'none',
    )  # fmt: skip
    assert (await api.get(f'/protection/contacts/{chat.id}')).json()['id'] == case['id']
    assert (await api.get('/protection/cases')).status_code == 403
    assert (await api.get(f'{path}/record', params={'reason': 'safety'})).status_code == 403

    async with site.signed_in(await make.supervisor()) as chief:
        listed = (await chief.get('/protection/cases')).json()
        record = (await chief.get(path)).json()
        printed = await chief.get(f'{path}/record', params={'reason': 'safety'})
        unasked = await chief.get(f'{path}/record')
        restricted = await chief.post(f'{path}/restriction', json={'days': 3, 'why': '폭언'})
        released = await chief.post(f'{path}/release')
        reunited = await chief.post(f'{path}/reunite', json={'why': '사과함'})

    assert [one['id'] for one in listed['cases']] == [case['id']]
    assert record['lines'][0]['body'] == '이 멍청이들아 $x$ *'
    assert [one['kind'] for one in record['steps']] == [
        'opened', 'warned', 'ended', 'barred', 'rested', 'returned',
    ]  # fmt: skip
    assert (printed.headers['content-type'], printed.content[:5]) == ('application/pdf', b'%PDF-')
    assert printed.headers['cache-control'] == 'no-store'
    assert unasked.status_code == 422
    assert [one.status_code for one in (restricted, released, reunited)] == [204, 204, 204]


async def test_program_shows_the_announcement_and_says_which(
    site: Site, services: Services, make: Make, agent: Agent
) -> None:
    queue = await make.queue()
    async with site.client() as customer:
        english = {'Accept-Language': 'en'}
        shown = (await customer.get('/chat/visits/announcement', headers=english)).json()
        form = {'name': '최유진', 'phone': '010-9876-5432', 'department': queue.name}
        started = await customer.post(
            '/chat/visits', json={**form, 'announcement': shown['version']}
        )
        await customer.post('/chat/visits', json={**form, 'announcement': 999_999})

    assert shown['language'] == 'en'
    chat_id = started.json()['chat']['id']
    await services.chats.take(agent, chat_id)
    case = await services.protection.open(agent, chat_id)
    assert case.language == 'en'  # it is warned as it was begun
    warned = await services.protection.warn(agent, case.id)
    assert warned.warnings == 1
    [line] = [one for one in await services.visits.transcript(chat_id) if one.type == 'notice']
    assert line.content.startswith('We cannot go on')
