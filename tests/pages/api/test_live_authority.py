"""What an agent may see changes while their program is connected, and between their requests."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from desk.db import Database
from desk.events import Resync
from desk.settings import Settings
from models import Agent, AgentRole
from pages.api.program import NO_PULSE, REASONS, SIGNED_OUT, ConnectionLimits
from pages.locale import LANGUAGES
from pages.locale import text as sentence
from services.registry import Services
from tests.pages.api.conftest import Serve, Site
from tests.support.make import Make

pytestmark = pytest.mark.slow

ELSEWHERE = '환불'


@pytest.fixture
async def live(serve: Serve, services: Services) -> Site:
    """One desk's API on a real port, that does not wait long for a first word."""
    return await serve(services, pace=ConnectionLimits(grace_seconds=0.05))


@pytest.fixture
async def admin(make: Make) -> Agent:
    """Who decides."""
    return await make.agent(role=AgentRole.ADMIN, username='admin')


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    """The database past all services."""
    db = Database(settings.database_url, pool_size=1)
    yield db
    await db.close()


async def test_program_follows_to_the_other_department(
    live: Site, another_desk: Services, admin: Agent, agent: Agent, make: Make
) -> None:
    old, new = await make.chat(), await make.chat(department=ELSEWHERE)
    own = await make.chat(agent=agent)

    async with live.program(agent) as program:
        await another_desk.authority.move(admin, agent.id, ELSEWHERE)
        changed = await program.hear('agent_changed')
        await program.hear('resync')
        for chat in (old, new, own):
            await live.services.visits.write(make.outgoing(chat))
        heard = [(await program.hear('message'))['data'] for _ in range(2)]

    assert changed['data'] == {
        'agent_id': str(agent.id), 'username': agent.username, 'name': agent.name, 'role': 'agent',
        'department': ELSEWHERE,
    }  # fmt: skip
    assert [one['chat_session_id'] for one in heard] == [str(new.id), str(own.id)]


async def test_followed_chat_that_is_no_longer_theirs_is_said_to_be_gone(
    live: Site, another_desk: Services, admin: Agent, agent: Agent, make: Make
) -> None:
    chat, own = await make.chat(lines=1), await make.chat(agent=agent, lines=1)

    async with live.program(agent) as program:
        await program.subscribe({chat.id: 1, own.id: 1})
        await another_desk.authority.move(admin, agent.id, ELSEWHERE)
        gone = await program.hear('error')
        await program.hear('resync')
        await live.services.visits.typing(await live.services.chats.chat(admin, chat.id))
        await live.services.visits.write(make.outgoing(chat))
        await live.services.visits.write(make.outgoing(own))
        heard = await program.hear('message', 'typing')

    assert gone['data']['chat_session_id'] == str(chat.id)
    assert (gone['data']['status'], gone['data']['code']) == (404, 'chat.not_found')
    assert gone['data']['detail']
    assert heard['data']['chat_session_id'] == str(own.id)


async def test_new_supervisor_hears_everything_and_former_one_no_longer(
    live: Site, another_desk: Services, admin: Agent, agent: Agent, make: Make
) -> None:
    first, second = [await make.chat(department=ELSEWHERE) for _ in range(2)]
    own = await make.chat(agent=agent)

    async with live.program(agent) as program:
        await another_desk.authority.set_role(admin, agent.id, AgentRole.SUPERVISOR)
        await program.hear('resync')
        await live.services.visits.write(make.outgoing(first))
        raised = await program.hear('message')
        await another_desk.authority.set_role(admin, agent.id, AgentRole.AGENT)
        await program.hear('resync')
        await live.services.visits.write(make.outgoing(second))
        await live.services.visits.write(make.outgoing(own))
        lowered = await program.hear('message')

    assert raised['data']['chat_session_id'] == str(first.id)
    assert lowered['data']['chat_session_id'] == str(own.id)


async def test_event_that_waited_while_the_right_was_taken_is_not_told(
    serve: Serve, services: Services, admin: Agent, agent: Agent, make: Make
) -> None:
    site = await serve(
        services, pace=ConnectionLimits(grace_seconds=1.0)
    )  # so long events wait at first
    chat, own = await make.chat(), await make.chat(agent=agent)

    async with site.program(agent) as program:
        await services.visits.write(make.outgoing(chat))
        await services.authority.move(admin, agent.id, ELSEWHERE)
        await program.hear('resync')
        await services.visits.write(make.outgoing(own))
        heard = await program.hear('message')

    assert heard['data']['chat_session_id'] == str(own.id)
    assert program.numbers(chat.id) == []


async def test_program_of_who_is_let_go_is_closed_with_a_sentence(
    live: Site, another_desk: Services, admin: Agent, agent: Agent
) -> None:
    async with live.program(agent) as program:
        await another_desk.authority.deactivate(admin, agent.id)

        assert await program.closed() == SIGNED_OUT
        assert program.connection.close_reason == '로그인이 끝났습니다. 다시 로그인해 주세요.'


async def test_silent_program_is_told_why_it_is_dropped(
    serve: Serve, services: Services, agent: Agent
) -> None:
    site = await serve(services, pace=ConnectionLimits(heartbeat_seconds=0.1, grace_seconds=0.05))

    async with site.program(agent) as program:
        assert await program.closed() == NO_PULSE

    assert program.connection.close_reason == '응답이 없어 연결을 끊었습니다.'


def test_every_reason_fits_into_a_close_frame() -> None:
    said = [sentence(language, key) for language in LANGUAGES for key in REASONS.values()]

    assert [one for one in said if len(one.encode()) > 123] == []


@pytest.mark.parametrize(
    ('change', 'kind'),
    [
        ("UPDATE agents SET department = '환불' WHERE username <> 'admin'", 'agent_changed'),
        ('UPDATE agents SET is_active = false', 'closed'),
        ('UPDATE sessions SET revoked_at = now()', 'closed'),
    ],
    ids=['department', 'let go', 'signed out'],
)
async def test_change_past_all_services_counts_from_the_next_resync(
    live: Site, agent: Agent, db: Database, change: str, kind: str
) -> None:
    async with live.program(agent) as program:
        async with db.transaction() as session:
            await (await session.connection()).execute(text(change))
        live.services.topics.publish(Resync())

        if kind == 'closed':
            assert await program.closed() == SIGNED_OUT
        else:
            assert (await program.hear(kind))['data']['department'] == ELSEWHERE


async def test_next_request_is_decided_by_the_row_of_then(
    site: Site, another_desk: Services, admin: Agent, make: Make
) -> None:
    boss = await make.supervisor()
    chat = await make.chat(department=ELSEWHERE, lines=1)
    async with site.signed_in(boss) as api:
        path = f'/chat/sessions/{chat.id}'
        before = await api.get(path)
        await another_desk.authority.set_role(admin, boss.id, AgentRole.AGENT)
        lowered = [await api.get(one) for one in (path, f'{path}/messages')]
        mine = (await api.get('/chat/sessions?scope=department&status=waiting')).json()
        await another_desk.authority.deactivate(admin, boss.id)
        after = await api.get('/chat/sessions')

    assert before.status_code == 200
    assert [one.status_code for one in lowered] == [404, 404]
    assert mine['items'] == []
    assert after.status_code == 401
