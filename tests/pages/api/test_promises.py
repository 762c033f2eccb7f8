"""``/promises`` for programs: a line of one's own becomes a promise, is kept or handed over; a colleague's is not one's own."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from desk import clock
from models import Agent, ChatSession
from services.registry import Services
from tests.pages.api.conftest import Serve, Site
from tests.support.make import Make


@pytest.fixture
async def chat(make: Make, agent: Agent) -> ChatSession:
    return await make.chat(agent=agent)


def body(chat: ChatSession, **changes: Any) -> dict[str, Any]:
    due = (clock.now() + timedelta(hours=1)).isoformat()
    return {'contact_id': str(chat.id), 'body': '다시 전화드리겠습니다', 'due_at': due} | changes


async def test_line_becomes_a_promise_that_is_kept(
    services: Services, api: httpx.AsyncClient, make: Make, agent: Agent, chat: ChatSession
) -> None:
    said = make.outgoing(chat, '30분 뒤에 전화드리겠습니다')
    await services.chats.reply(agent, said)
    [line] = (await api.get(f'/promises/contacts/{chat.id}/lines')).json()['items']

    made = await api.post('/promises', json={'contact_id': str(chat.id), **line})
    again = await api.post('/promises', json={'contact_id': str(chat.id), **line})
    mine = (await api.get('/promises')).json()
    kept = await api.post(f'/promises/{made.json()["id"]}/close', json={'status': 'kept'})

    assert (made.status_code, made.json()) == (201, again.json())
    assert mine['own'] == [made.json()]
    assert (kept.status_code, kept.json()['status']) == (200, 'kept')
    assert (await api.get('/promises')).json() == {'own': [], 'unowned': [], 'kept': 1, 'broken': 0}
    assert (await api.get(f'/promises/contacts/{chat.id}')).json()['items'] == [kept.json()]
    assert (await api.get(f'/promises/contacts/{chat.id}/lines')).json()['items'] == []


async def test_line_is_dismissed(
    services: Services, api: httpx.AsyncClient, make: Make, agent: Agent, chat: ChatSession
) -> None:
    said = make.outgoing(chat, '30분 뒤에 전화드리겠습니다')
    await services.chats.reply(agent, said)

    dismissed = await api.post(f'/promises/lines/{said.id}/dismiss')

    assert dismissed.status_code == 204
    assert (await api.get(f'/promises/contacts/{chat.id}/lines')).json()['items'] == []


async def test_promise_goes_to_a_colleague_and_back_to_the_queue(
    site: Site, api: httpx.AsyncClient, make: Make, chat: ChatSession
) -> None:
    colleague = await make.agent()
    made = (await api.post('/promises', json=body(chat))).json()
    place = f'/promises/{made["id"]}/hand-over'

    handed = await api.post(place, json={'agent_id': str(colleague.id), 'version': made['version']})
    refused = await api.post(place, json={'agent_id': None})
    async with site.signed_in(colleague) as program:
        stale = await program.post(place, json={'agent_id': None, 'version': made['version']})
        back = await program.post(place, json={'agent_id': None})

    assert handed.json()['owner'] == colleague.name
    assert (refused.status_code, refused.json()['code']) == (403, 'promise.not_yours')
    assert (stale.status_code, stale.json()['code']) == (409, 'promise.changed')
    assert back.json()['owner_id'] is None
    assert (await api.get('/promises')).json()['unowned'] == [back.json()]


async def test_what_one_may_not_see_is_not_there(
    site: Site, api: httpx.AsyncClient, make: Make, chat: ChatSession
) -> None:
    made = (await api.post('/promises', json=body(chat))).json()

    async with site.signed_in(await make.agent(department='기술지원')) as stranger:
        for answer in (
            await stranger.get(f'/promises/{made["id"]}'),
            await stranger.get(f'/promises/contacts/{chat.id}'),
            await stranger.post('/promises', json=body(chat)),
            await stranger.post(f'/promises/{made["id"]}/close', json={'status': 'kept'}),
        ):
            assert answer.status_code == 404
            assert answer.headers['content-type'] == 'application/problem+json'


@pytest.mark.parametrize(
    'changes',
    [{'body': ' '}, {'body': '가' * 501}, {'due_at': '2020-01-01T00:00:00Z'}, {'due_at': '2026-11-02T15:00:00'}],
)  # fmt: skip
async def test_what_cannot_be_promised_is_refused_with_a_sentence(
    api: httpx.AsyncClient, chat: ChatSession, changes: dict[str, str]
) -> None:
    refused = await api.post('/promises', json=body(chat, **changes))

    assert refused.status_code == 422
    assert refused.json()['detail']


async def test_owners_program_hears_of_a_promise_and_of_its_time(
    site: Site, serve: Serve, services: Services, make: Make, agent: Agent, chat: ChatSession
) -> None:
    live, other = await serve(services), await make.agent(department='환불')
    due = clock.now() + timedelta(minutes=5)

    async with live.program(agent) as own, live.program(other) as stranger:
        made = await services.promises.make(agent, chat.id, '다시 전화드리겠습니다', due)
        changed = await own.hear('promise_changed')
        with clock.moved(timedelta(minutes=5)):
            await services.promises.remind()
        told = await own.hear('promise_due')
        await stranger.say('ping')
        await stranger.hear('pong')

    assert changed['data']['promise_id'] == told['data']['promise_id'] == str(made.id)
    assert told['data']['body'] == '다시 전화드리겠습니다'
    assert not [frame for frame in stranger.seen if frame['type'].startswith('promise')]
