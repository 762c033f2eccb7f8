"""``/chat/sessions/{id}/wrap-up`` for programs: read, written, ended; its agent's alone to write."""

from typing import Any

import httpx
import pytest

from models import Agent, ChatSession
from services.registry import Services
from tests.pages.api.conftest import Site
from tests.support.make import Make


@pytest.fixture
async def chat(services: Services, make: Make, agent: Agent) -> ChatSession:
    """A chat of ``agent`` that is over."""
    chat = await make.chat(agent=agent)
    await services.chats.end(agent, chat.id)
    return chat


def of(chat: ChatSession) -> str:
    return f'/chat/sessions/{chat.id}/wrap-up'


async def test_wrap_up_is_written_ended_and_read(
    site: Site, api: httpx.AsyncClient, make: Make, chat: ChatSession
) -> None:
    leaf = await make.category('배송', '지연')
    [category] = (await api.get(f'{of(chat)}/categories')).json()['items']
    assert (category['id'], category['path']) == (str(leaf.id), '배송 > 지연')

    written = {'category_id': category['id'], 'summary': '내일 도착', 'needs_follow_up': True}
    saved = (await api.put(of(chat), json=written)).json()
    ended = (await api.post(f'{of(chat)}/finish')).json()

    assert {name: saved[name] for name in written} == written
    assert (saved['category'], saved['done_at'], saved['seconds']) == ('배송 > 지연', None, None)
    assert (ended['summary'], ended['ending']) == ('내일 도착', 'agent')
    assert 0 <= ended['seconds'] <= 30  # as long as this test took
    async with site.signed_in(await make.agent()) as colleagues:
        assert (await colleagues.get(of(chat))).json() == ended
        assert (await colleagues.get(f'/chat/sessions/{chat.id}')).json()['wrap_up'] == ended
        assert (await colleagues.get(f'/history/{chat.id}')).json()['wrap_up'] == ended


async def test_only_its_agent_writes_and_what_one_may_not_see_is_not_there(
    site: Site, make: Make, chat: ChatSession
) -> None:
    colleague, stranger = await make.agent(), await make.agent(department='기술지원')

    for who, status, code in (
        (colleague, 403, 'wrap_up.not_yours'),
        (stranger, 404, 'wrap_up.not_found'),
    ):
        async with site.signed_in(who) as program:
            for refused in (
                await program.put(of(chat), json={'summary': '몰래'}),
                await program.post(f'{of(chat)}/finish'),
            ):
                assert (refused.status_code, refused.json()['code']) == (status, code)
                assert refused.headers['content-type'] == 'application/problem+json'


async def test_chat_that_goes_on_has_none_yet(
    api: httpx.AsyncClient, make: Make, agent: Agent
) -> None:
    open_chat = await make.chat(agent=agent)

    written = await api.put(of(open_chat), json={'summary': '아직'})

    assert (await api.get(of(open_chat))).status_code == 404
    assert (written.status_code, written.json()['code']) == (409, 'wrap_up.not_begun')


async def test_older_version_is_refused(api: httpx.AsyncClient, chat: ChatSession) -> None:
    seen = (await api.get(of(chat))).json()['version']
    await api.put(of(chat), json={'summary': '하나', 'version': seen})

    refused = await api.put(of(chat), json={'summary': '둘', 'version': seen})

    assert (refused.status_code, refused.json()['code']) == (409, 'wrap_up.changed')
    assert (await api.get(of(chat))).json()['summary'] == '하나'


@pytest.mark.parametrize(
    'written',
    [{'summary': '가' * 2001}, {'category_id': 'x'}, {'category_id': f'{"0" * 32}'}, {'version': -1}],
)  # fmt: skip
async def test_what_cannot_be_kept_is_refused_with_a_sentence(
    api: httpx.AsyncClient, chat: ChatSession, written: dict[str, Any]
) -> None:
    refused = await api.put(of(chat), json=written)

    assert refused.status_code == 422
    assert refused.json()['detail']
