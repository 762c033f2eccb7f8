"""``/chat/sessions/{id}/notes`` and ``/mentions`` for programs: written, read, rung for; nothing out of reach."""

from typing import Any
from uuid import uuid4

import httpx

from models import Agent
from pages.api.program import ConnectionLimits
from services.registry import Services
from tests.pages.api.conftest import Serve, Site
from tests.support.make import Make


async def test_note_is_written_read_and_its_mention_answered(
    site: Site, api: httpx.AsyncClient, make: Make, agent: Agent
) -> None:
    colleague = await make.agent(first_name='도윤', last_name='이')
    chat = await make.chat(agent=agent, lines=1)
    path = f'/chat/sessions/{chat.id}/notes'

    [found] = (await api.get(f'{path}/colleagues', params={'query': 'ㅇㄷㅇ'})).json()
    new = {'id': str(uuid4()), 'body': '@이도윤 봐 주세요', 'mentions': [found['id']]}
    note = (await api.post(path, json=new)).json()
    again = (await api.post(path, json=new)).json()

    assert note == again
    assert (note['after_number'], note['mentions']) == (1, ['이도윤'])
    assert (await api.get(path)).json() == [note]
    assert (await api.get('/mentions')).json() == []
    assert (await api.post(f'/mentions/{note["id"]}/read')).status_code == 404
    async with site.signed_in(colleague) as theirs:
        assert (await theirs.get('/mentions')).json() == [{'note': note, 'customer': '최유진'}]
        assert (await theirs.post(f'/mentions/{note["id"]}/read')).status_code == 204
        assert (await theirs.get('/mentions')).json() == []


async def test_chat_out_of_reach_has_no_notes(
    site: Site, make: Make, agent: Agent, services: Services
) -> None:
    stranger = await make.agent(department='기술지원')
    chat = await make.chat(agent=agent)
    await services.chat_notes.add(agent, make.note(chat))
    path = f'/chat/sessions/{chat.id}/notes'

    async with site.signed_in(stranger) as theirs:
        for answer in (
            await theirs.get(path),
            await theirs.post(path, json={'body': '몰래'}),
            await theirs.get(f'{path}/colleagues'),
        ):
            assert (answer.status_code, answer.json()['code']) == (404, 'chat.not_found')


async def test_program_hears_notes_of_its_chats_and_mentions(
    serve: Serve, services: Services, make: Make, agent: Agent
) -> None:
    live = await serve(services, pace=ConnectionLimits(grace_seconds=0.05))
    writer = await make.agent(first_name='도윤', last_name='이')
    own, foreign = await make.chat(agent=agent), await make.chat(agent=writer)

    async with live.program(agent) as program:
        await services.chat_notes.add(writer, make.note(foreign, '남의 상담'))
        note = await services.chat_notes.add(
            writer, make.note(own, '@김서연 봐 주세요', mentions=(agent.id,))
        )
        heard = await program.hear('note')
        mention = await program.hear('mention') if not heard_mention(program.seen) else None

    assert heard['data']['id'] == str(note.id)
    told = mention or heard_mention(program.seen)
    assert told is not None
    assert told['data']['note']['body'] == '@김서연 봐 주세요'
    assert [one['data']['body'] for one in program.seen if one['type'] == 'note'] == [note.body]


def heard_mention(seen: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((frame for frame in seen if frame['type'] == 'mention'), None)
