"""``/canned-replies`` for programs: one's own are listed, changed by version and counted; unchanged lists are not sent again."""

import httpx

from models import Agent
from services.registry import Services
from tests.support.make import Make

REPLY = {'title': '첫인사', 'body': '안녕하세요, {고객명}님.', 'code': '/ㅎㅇ', 'title_en': 'Hello'}


async def test_own_reply_is_added_changed_counted_and_taken_out_of_use(
    api: httpx.AsyncClient,
) -> None:
    made = (await api.post('/canned-replies', json=REPLY)).json()
    path = f'/canned-replies/{made["id"]}'
    changed = await api.patch(path, json={'version': 1, 'folder': '인사', 'code': ''})
    late = await api.patch(path, json={'version': 1, 'folder': '다른 곳'})
    counted = await api.post(f'{path}/uses')
    [listed] = (await api.get('/canned-replies')).json()['items']

    assert (made['code'], made['version'], made['is_active']) == ('ㅎㅇ', 1, True)
    assert (changed.json()['version'], changed.json()['folder']) == (2, '인사')
    assert (late.status_code, counted.status_code) == (409, 204)
    assert listed == {
        'id': made['id'],
        'title': '첫인사',
        'title_en': 'Hello',
        'body': '안녕하세요, {고객명}님.',
        'body_en': '',
        'code': '',
        'folder': '인사',
        'department': '',
        'is_own': True,
        'uses': 1,
        'own_uses': 1,
        'files': [],
    }
    assert (await api.get(path)).json() == changed.json()
    await api.patch(path, json={'version': 2, 'is_active': False})
    assert (await api.get('/canned-replies')).json() == {'items': []}


async def test_unchanged_list_is_not_sent_again(
    services: Services, api: httpx.AsyncClient, agent: Agent
) -> None:
    row = await services.canned_replies.add(agent, REPLY)
    first = await api.get('/canned-replies')
    tag = {'If-None-Match': first.headers['ETag']}

    again = await api.get('/canned-replies', headers=tag)
    await services.canned_replies.used(agent, row.id)
    later = await api.get('/canned-replies', headers=tag)

    assert (again.status_code, again.content) == (304, b'')
    assert (later.status_code, later.json()['items'][0]['uses']) == (200, 1)


async def test_what_cannot_be_done_says_why(
    services: Services, api: httpx.AsyncClient, make: Make
) -> None:
    others = await services.canned_replies.add(await make.agent(), REPLY)

    answers = [
        await api.post('/canned-replies', json=REPLY | {'is_shared': True}),
        await api.post('/canned-replies', json=REPLY | {'code': '두 말'}),
        await api.post('/canned-replies', json=REPLY | {'title': '가' * 101}),
        await api.get(f'/canned-replies/{others.id}'),
        await api.post(f'/canned-replies/{others.id}/uses'),
    ]

    assert [(one.status_code, one.json()['code']) for one in answers] == [
        (403, 'canned.not_your_department'),
        (422, 'canned.code'),
        (422, 'api.invalid'),
        (404, 'canned.not_found'),
        (404, 'canned.not_found'),
    ]


async def test_list_is_exported_in_both_formats(
    services: Services, api: httpx.AsyncClient, agent: Agent
) -> None:
    await services.canned_replies.add(agent, REPLY)

    csv = await api.get('/canned-replies/export', headers={'Accept-Language': 'ko'})
    xlsx = await api.get('/canned-replies/export', params={'format': 'xlsx'})

    heading, row = csv.content.decode('utf-8-sig').splitlines()
    assert heading == '공유,폴더,제목,단축어,답변,영어 제목,영어 답변,상태,파일'
    assert row == '내 답변,,첫인사,ㅎㅇ,"안녕하세요, {고객명}님.",Hello,,사용 중,'
    assert xlsx.content.startswith(b'PK')
    assert xlsx.headers['Content-Disposition'].endswith('.xlsx"')
