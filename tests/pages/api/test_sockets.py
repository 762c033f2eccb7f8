"""``/ws/{agent_id}``: who may connect, what is heard, and that nothing is lost or doubled whatever happens."""

import asyncio
import random
import socket
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from desk import clock
from desk.events import Resync
from models import Agent, AgentRole, AgentStatus, Sentiment
from models.chat import MAX_MESSAGE_CHARS
from pages.api.program import MALFORMED, NO_PULSE, SIGNED_OUT, TOO_SLOW, ConnectionLimits
from pages.api.sockets import MAX_PER_SESSION
from services.chats import visits
from services.chats.events import MessageAdded
from services.people.events import AgentStatusChanged
from services.registry import Services
from services.sentiment.events import LinesJudged
from tests.pages.api.conftest import DEADLINE_SECONDS, Program, Serve, Site
from tests.support.make import PASSWORD, Make
from tests.support.until import until

pytestmark = pytest.mark.slow

SEED = 20261122
LINES = 80
LONG_LINES = 250


@pytest.fixture
async def live(serve: Serve, services: Services) -> Site:
    """One desk's API on a real port, that does not wait long for a first word."""
    return await serve(services, pace=ConnectionLimits(grace_seconds=0.05))


async def test_program_is_greeted_with_the_heartbeat(live: Site, agent: Agent) -> None:
    async with live.program(agent) as program:
        [hello] = program.seen

    assert set(hello) == {'type', 'data', 'timestamp'}
    assert hello['data']['heartbeat_seconds'] == 20
    assert hello['data']['agent_id'] == str(agent.id)


async def test_token_may_come_as_a_subprotocol(live: Site, agent: Agent) -> None:
    bearer = await live.bearer_of(agent)

    address = f'ws://127.0.0.1:{live.port}/ws/{agent.username}'
    async with connect(address, subprotocols=['bearer', bearer], proxy=None) as connection:
        await Program(connection).hear('hello')

    assert connection.subprotocol == 'bearer'


async def test_cookie_of_the_desk_opens_the_socket_for_its_own_pages_only(
    live: Site, agent: Agent
) -> None:
    _, token = await live.services.sign_ins.sign_in(agent.username, PASSWORD, address='127.0.0.1')
    address = f'ws://127.0.0.1:{live.port}/ws/{agent.id}'
    cookie = {'Cookie': f'desk_session={token}'}

    own = {**cookie, 'Origin': f'http://127.0.0.1:{live.port}'}
    async with connect(address, additional_headers=own, proxy=None) as connection:
        await Program(connection).hear('hello')
    foreign = {**cookie, 'Origin': 'https://elsewhere.example.com'}
    with pytest.raises(InvalidStatus):
        await connect(address, additional_headers=foreign, proxy=None)


async def test_nobody_and_colleagues_are_kept_out(live: Site, agent: Agent, make: Make) -> None:
    colleague = await make.agent()
    supervisor = await make.supervisor()
    address = f'ws://127.0.0.1:{live.port}/ws/{colleague.id}'
    keys = [
        '',
        'Bearer nonsense',
        *[f'Bearer {await live.bearer_of(one)}' for one in (agent, supervisor)],
    ]

    statuses = []
    for key in keys:
        with pytest.raises(InvalidStatus) as refused:
            await connect(address, additional_headers={'Authorization': key}, proxy=None)
        statuses.append(refused.value.response.status_code)

    assert all(400 <= status < 500 for status in statuses)
    assert statuses[2:] == [404, 404]


async def test_one_session_has_ten_sockets_and_no_more(live: Site, agent: Agent) -> None:
    address = f'ws://127.0.0.1:{live.port}/ws/{agent.id}'
    key = {'Authorization': f'Bearer {await live.bearer_of(agent)}'}
    another = {'Authorization': f'Bearer {await live.bearer_of(agent)}'}
    opened = [
        await connect(address, additional_headers=key, proxy=None) for _ in range(MAX_PER_SESSION)
    ]

    with pytest.raises(InvalidStatus) as refused:
        await connect(address, additional_headers=key, proxy=None)
    opened.append(await connect(address, additional_headers=another, proxy=None))
    await opened[0].close()

    async def is_let_in() -> bool:
        try:
            opened.append(await connect(address, additional_headers=key, proxy=None))
        except InvalidStatus:
            return False
        return True

    await until(is_let_in)
    assert refused.value.response.status_code == 429
    for connection in opened:
        await connection.close()


async def test_own_and_department_chats_are_heard_and_others_are_not(
    live: Site, agent: Agent, make: Make
) -> None:
    strangers = await make.chat(department='다른 부서')
    departments = await make.chat()
    own = await make.chat(agent=agent, department='옮긴 부서')

    async with live.program(agent) as program:
        for chat in (strangers, departments, own):
            await live.services.visits.write(make.outgoing(chat))
        first, second = await program.hear('message'), await program.hear('message')

    heard = [frame['data']['chat_session_id'] for frame in (first, second)]
    assert heard == [str(departments.id), str(own.id)]


async def test_take_and_end_are_session_updates(live: Site, agent: Agent, make: Make) -> None:
    chat = await make.chat()

    async with live.program(agent) as program:
        await live.services.chats.take(agent, chat.id)
        taken = await program.hear('session_update')
        await live.services.chats.end(agent, chat.id)
        ended = await program.hear('session_update')

    assert (taken['data']['status'], ended['data']['status']) == ('active', 'closed')
    assert program.numbers(chat.id) == [1, 2]


async def test_own_status_and_for_supervisors_everybodys_is_heard(
    live: Site, agent: Agent, make: Make
) -> None:
    supervisor = await make.supervisor()
    colleague = await make.agent(status=AgentStatus.AVAILABLE)

    async with live.program(agent) as own, live.program(supervisor) as every:
        await live.services.agent_states.choose(colleague.id, AgentStatus.AWAY)
        await live.services.agent_states.choose(agent.id, AgentStatus.AWAY)
        first = await own.hear('agent_status')
        while first['data']['status'] != 'away':  # signing in made the agent available
            first = await own.hear('agent_status')
        heard = await every.hear('agent_status')
        while heard['data']['agent_id'] != str(colleague.id):
            heard = await every.hear('agent_status')

    assert first['data']['agent_id'] == str(agent.id)
    assert heard['data']['status'] == 'away'


async def test_limited_supervisor_hears_the_statuses_within_their_reach(
    live: Site, make: Make, agent: Agent
) -> None:
    boss = await make.supervisor(departments=[agent.department])
    stranger = await make.agent(department='환불', status=AgentStatus.AVAILABLE)

    async with live.program(boss) as program, live.program(agent):
        await live.services.agent_states.choose(stranger.id, AgentStatus.AWAY)
        await live.services.agent_states.choose(agent.id, AgentStatus.AWAY)
        heard = await program.hear('agent_status')
        while (heard['data']['agent_id'], heard['data']['status']) != (str(agent.id), 'away'):
            heard = await program.hear('agent_status')

    told = {one['data']['agent_id'] for one in program.seen if one['type'] == 'agent_status'}
    assert told <= {str(agent.id), str(boss.id)}


async def test_limited_supervisors_reach_follows_a_change_of_their_rights(
    live: Site, make: Make, agent: Agent
) -> None:
    admin = await make.agent(role=AgentRole.ADMIN)
    boss = await make.supervisor(departments=['환불'])

    async with live.program(boss) as program:
        await live.services.authority.limit(admin, boss.id, [agent.department])
        await program.hear('agent_changed')
        await live.services.agent_states.choose(agent.id, AgentStatus.AWAY)
        heard = await program.hear('agent_status')
        while heard['data']['agent_id'] != str(agent.id):
            heard = await program.hear('agent_status')

    assert heard['data']['department'] == agent.department


async def test_typing_goes_both_ways(live: Site, agent: Agent, make: Make) -> None:
    chat = await make.chat(agent=agent)
    customers_chat = await live.services.chats.chat(agent, chat.id)

    async with live.program(agent) as program:
        await live.services.visits.typing(customers_chat)
        customers = await program.hear('typing')
        await program.say('typing', chat_session_id=chat.id)
        agents = await program.hear('typing')

    assert (customers['data']['sender'], agents['data']['sender']) == ('customer', 'agent')


async def test_message_is_acknowledged_and_repeated_only_once(
    live: Site, agent: Agent, make: Make
) -> None:
    chat = await make.chat(agent=agent)
    message = {'chat_session_id': chat.id, 'content': '안녕하세요', 'id': uuid4()}

    async with live.program(agent) as program:
        await program.say('message', **message)
        first = await program.hear('ack')
        await program.say('message', **message)
        second = await program.hear('ack')
        await program.subscribe({chat.id: 0})

    assert first['data'] == second['data']
    assert program.numbers(chat.id) == [1]


async def test_bad_frames_are_answered_and_the_socket_stays(
    live: Site, agent: Agent, make: Make
) -> None:
    strangers = await make.chat(department='다른 부서')
    bad = [
        '',
        '{',
        'null',
        '[]',
        '{"type": "nonsense"}',
        '{"type": "subscribe", "data": {"cursors": {"x": 1}}}',
        f'{{"type": "subscribe", "data": {{"cursors": {{"{uuid4()}": -1}}}}}}',
        _message(uuid4(), '\\ud800'),
        _message(strangers.id, 'a'),
        f'{{"type": "typing", "data": {{"chat_session_id": "{strangers.id}"}}}}',
        _message(uuid4(), 'x' * 70_000),
        '[' * 50_000,
    ]

    async with live.program(agent) as program:
        errors = []
        for text in bad:
            await program.connection.send(text)
            errors.append((await program.hear('error'))['data'])
        await program.connection.send(b'\x00\xff')
        errors.append((await program.hear('error'))['data'])
        await program.say('ping')
        await program.hear('pong')

    assert {error['status'] for error in errors} == {404, 422}
    assert all(error['detail'] for error in errors)


def _message(chat_id: UUID, content: str) -> str:
    return (
        f'{{"type": "message", "data": {{"chat_session_id": "{chat_id}", "content": "{content}"}}}}'
    )


async def test_flood_of_bad_frames_is_ended(live: Site, agent: Agent) -> None:
    async with live.program(agent) as program:
        for _ in range(100):
            await program.connection.send('{"type": "\x00')

        assert await program.closed() == MALFORMED


async def test_unseen_chat_cannot_be_subscribed_to(live: Site, agent: Agent, make: Make) -> None:
    strangers = await make.chat(department='다른 부서', lines=3)
    own = await make.chat(agent=agent, lines=1)

    async with live.program(agent) as program:
        reached = await program.subscribe({strangers.id: 0, uuid4(): 0, own.id: 0})

    assert reached == {str(own.id): 1}
    errors = [frame['data'] for frame in program.seen if frame['type'] == 'error']
    assert [error['status'] for error in errors] == [404, 404]
    assert program.numbers(strangers.id) == []


async def test_subscription_catches_up_past_several_pages(
    live: Site, agent: Agent, make: Make
) -> None:
    chat = await make.chat(agent=agent, lines=230)

    async with live.program(agent) as program:
        reached = await program.subscribe({chat.id: 10})

    assert program.numbers(chat.id) == list(range(11, 231))
    assert reached == {str(chat.id): 230}


async def test_what_came_live_before_subscribing_is_not_told_again(
    live: Site, agent: Agent, make: Make
) -> None:
    chat = await make.chat(agent=agent, lines=3)

    async with live.program(agent) as program:
        await live.services.visits.write(make.outgoing(chat))
        await program.hear('message')
        await program.subscribe({chat.id: 1})

    assert sorted(program.numbers(chat.id)) == [2, 3, 4]


async def test_retold_and_overtaken_events_change_nothing(
    live: Site, agent: Agent, make: Make
) -> None:
    chat = await make.chat(agent=agent)
    told: list[MessageAdded] = []
    live.services.topics.subscribe(f'chat:{chat.id}', told.append)

    async with live.program(agent) as program:
        await program.subscribe({chat.id: 0})
        for n in range(3):
            await live.services.visits.write(make.outgoing(chat, f'{n}'))
            await program.hear('message')
        for event in reversed(told):
            live.services.topics.publish(event)
        await program.say('ping')
        await program.hear('pong')

    assert program.numbers(chat.id) == [1, 2, 3]


async def test_what_the_program_has_is_not_told_again_by_the_sweep_after_a_restart(
    live: Site, agent: Agent, make: Make
) -> None:
    chat = await make.chat(agent=agent, lines=6)
    card = await live.services.chats.chat(agent, chat.id)
    lines = await live.services.visits.messages_after(chat.id, 0)

    async with live.program(agent) as program:
        await program.subscribe({chat.id: 4})
        for line in (lines[1], lines[3]):
            live.services.topics.publish(MessageAdded(chat=card, message=line))
        await program.say('ping')
        await program.hear('pong')

    assert program.numbers(chat.id) == [5, 6]


async def test_message_told_after_a_higher_number_is_marked_as_late(
    live: Site, agent: Agent, make: Make
) -> None:
    chat = await make.chat(agent=agent, lines=6)
    card = await live.services.chats.chat(agent, chat.id)
    lines = await live.services.visits.messages_after(chat.id, 0)

    async with live.program(agent) as program:  # names no number to go on from
        for line in (lines[4], lines[1], lines[5], lines[1]):
            live.services.topics.publish(MessageAdded(chat=card, message=line))
        for _ in range(3):
            await program.hear('message')
        await program.subscribe({chat.id: 0})
        told = [frame for frame in program.seen if frame['type'] == 'message']

    assert program.numbers(chat.id) == [5, 2, 6, 1, 3, 4]
    assert [frame.get('late') for frame in told] == [None, True, None, True, True, True]


async def test_status_that_is_told_again_after_a_later_one_is_passed_over(
    live: Site, agent: Agent, make: Make
) -> None:
    told: list[AgentStatusChanged] = []
    live.services.topics.subscribe(f'agent:{agent.id}', told.append)
    async with live.program(agent) as program:
        for status in (AgentStatus.AWAY, AgentStatus.AVAILABLE):
            await live.services.agent_states.choose(agent.id, status)
            while (await program.hear('agent_status'))['data']['status'] != status:
                pass
        for event in tuple(told):  # telling them again adds to the list
            live.services.topics.publish(event)
        await program.say('ping')
        await program.hear('pong')

    said = [one['data']['status'] for one in program.seen if one['type'] == 'agent_status']
    assert said[-2:] == ['away', 'available']
    assert len(said) <= 3  # and that signing in made the agent available


async def test_overtaken_message_comes_before_the_one_that_overtook_it(
    live: Site, agent: Agent, make: Make
) -> None:
    chat = await make.chat(agent=agent)
    card = await live.services.chats.chat(agent, chat.id)
    async with live.program(agent) as program:
        await program.subscribe({chat.id: 0})
        for _ in range(2):  # another process has stored both and published neither
            await make.line(chat.id)
        _, second = await live.services.visits.messages_after(chat.id, 0)
        live.services.topics.publish(MessageAdded(chat=card, message=second))

        await program.hear('message')
        await program.hear('message')

    assert program.numbers(chat.id) == [1, 2]


async def test_events_of_another_desk_arrive(
    live: Site, another_desk: Services, agent: Agent, make: Make
) -> None:
    chat = await make.chat(agent=agent)

    async with live.program(agent) as program:
        await another_desk.visits.write(make.outgoing(chat, '다른 곳에서'))
        heard = await program.hear('message')

    assert heard['data']['content'] == '다른 곳에서'


async def test_resync_reads_on_from_each_cursor(live: Site, agent: Agent, make: Make) -> None:
    chat = await make.chat(agent=agent, lines=1)

    async with live.program(agent) as program:
        await program.subscribe({chat.id: 0})
        await make.line(chat.id)  # written past all services: nobody was told
        live.services.topics.publish(Resync())
        await program.hear('resync')

    assert program.numbers(chat.id) == [1, 2]


async def test_random_disconnects_lose_nothing_and_double_nothing(
    serve: Serve, services: Services, another_desk: Services, agent: Agent, make: Make
) -> None:
    sites = [await serve(services), await serve(another_desk)]
    chats = [await make.chat(agent=agent) for _ in range(3)]
    chance = random.Random(SEED)
    have: dict[UUID, list[int]] = {chat.id: [] for chat in chats}
    bearer = await sites[0].bearer_of(agent)

    async def customers() -> None:
        for n in range(LINES):
            desk = chance.choice((services, another_desk))
            await desk.visits.write(make.outgoing(chance.choice(chats), f'{n}'))
            visits.LINES.reset()

    async def program() -> None:
        while _count(have) < LINES:
            async with chance.choice(sites).program(agent, bearer=bearer) as connected:
                await connected.say(
                    'subscribe',
                    cursors={
                        str(one): numbers[-1] if numbers else 0 for one, numbers in have.items()
                    },
                )
                await _listen(connected, have, chance.randrange(1, 25))

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(customers())
        group.create_task(program())

    for chat in chats:
        stored = await services.visits.messages_after(chat.id, 0)
        assert have[chat.id] == [line.number for line in stored]


async def _listen(program: Program, have: dict[UUID, list[int]], most: int) -> None:
    """Keep what comes until ``most`` messages were heard or all are there; then hang up at once."""
    for _ in range(most):
        if _count(have) == LINES:
            return
        data = (await program.hear('message'))['data']
        have[UUID(data['chat_session_id'])].append(data['number'])


def _count(have: dict[UUID, list[int]]) -> int:
    return sum(len(numbers) for numbers in have.values())


async def test_slow_reader_is_dropped_and_resumes_with_nothing_lost(
    serve: Serve, services: Services, agent: Agent, make: Make
) -> None:
    site = await serve(services, pace=ConnectionLimits(heartbeat_seconds=30, queue_frames=20))
    chat = await make.chat(agent=agent)
    bearer = await site.bearer_of(agent)

    async with site.program(
        agent, bearer=bearer, max_queue=1, sock=_narrow_socket(site.port)
    ) as slow:
        await slow.subscribe({chat.id: 0})
        for _ in range(LONG_LINES):
            await services.visits.write(make.outgoing(chat, '가' * MAX_MESSAGE_CHARS))
            visits.LINES.reset()
        with pytest.raises(ConnectionClosed):
            await slow.hear('never')
    async with site.program(agent, bearer=bearer) as again:
        await again.subscribe({chat.id: slow.numbers(chat.id)[-1]})

    assert slow.connection.close_code == TOO_SLOW
    assert slow.numbers(chat.id) + again.numbers(chat.id) == list(range(1, LONG_LINES + 1))
    assert len(slow.numbers(chat.id)) < LONG_LINES


def _narrow_socket(port: int) -> socket.socket:
    """A connection whose system buffers next to nothing for its reader."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.connect(('127.0.0.1', port))
    narrow.setblocking(False)
    return narrow


async def test_sign_out_anywhere_closes_the_socket_at_once(
    live: Site, another_desk: Services, agent: Agent
) -> None:
    bearer = await live.bearer_of(agent)
    staff = await another_desk.sign_ins.staff_by_bearer(bearer)

    async with live.program(agent, bearer=bearer) as program:
        await another_desk.sign_ins.sign_out(staff)

        assert await program.closed() == SIGNED_OUT


async def test_sign_out_of_another_session_leaves_the_socket_open(live: Site, agent: Agent) -> None:
    other = await live.services.sign_ins.staff_by_bearer(await live.bearer_of(agent))

    async with live.program(agent) as program:
        await live.services.sign_ins.sign_out(other)
        await program.say('ping')

        assert await program.hear('pong')


async def test_expired_session_closes_the_socket(
    serve: Serve, services: Services, agent: Agent
) -> None:
    site = await serve(services, pace=ConnectionLimits(heartbeat_seconds=0.1))

    async with site.program(agent) as program:
        with clock.moved(timedelta(days=8)):
            assert await program.closed() == SIGNED_OUT


async def test_peer_without_a_pulse_is_closed_and_one_with_stays(
    serve: Serve, services: Services, agent: Agent
) -> None:
    site = await serve(services, pace=ConnectionLimits(heartbeat_seconds=0.5))

    async with site.program(agent) as silent, site.program(agent) as alive:
        closing = asyncio.create_task(silent.closed())
        while not closing.done():
            await alive.hear('ping')  # which answers it

        assert closing.result() == NO_PULSE
        assert alive.connection.close_code is None


async def test_closed_socket_leaves_no_subscription_behind(
    live: Site, agent: Agent, make: Make
) -> None:
    chat = await make.chat(agent=agent)
    before = live.services.topics.counts()

    async with live.program(agent) as program:
        await program.subscribe({chat.id: 0})
        during = live.services.topics.counts()

    assert during != before
    async with asyncio.timeout(DEADLINE_SECONDS):
        while live.services.topics.counts() != before:  # noqa: ASYNC110 - the server notices by itself
            await asyncio.sleep(0.01)


async def test_program_hears_how_a_customer_sounds_in_chats_that_it_may_see(
    live: Site, agent: Agent, services: Services, make: Make
) -> None:
    chat = await make.chat(agent=agent, lines=1)
    await make.judged(chat, Sentiment.NEGATIVE)
    found = await services.sentiments.of_chat(agent, chat.id)
    assert found.mood
    judged = LinesJudged(chat_id=chat.id, marks=tuple(found.marks), mood=found.mood)
    stranger = await make.agent(department='결제·환불')

    async with live.program(agent) as own, live.program(stranger) as other:
        for program in (own, other):
            await program.say('subscribe', cursors={str(chat.id): 1})
        await own.hear('caught_up')
        await other.hear('error')
        await services.relay.whisper(judged)
        told = (await own.hear('sentiment'))['data']
        await make.changed(chat, agent_id=stranger.id, department='결제·환불')  # nobody is told
        await services.relay.whisper(judged)
        for program in (own, other):
            await program.say('ping')
            await program.hear('pong')

    assert (told['chat_session_id'], told['sentiment']) == (str(chat.id), 'NEGATIVE')
    assert [(line['number'], line['sentiment']) for line in told['lines']] == [(1, 'NEGATIVE')]
    assert [one['type'] for one in own.seen].count('sentiment') == 1
    assert [one['type'] for one in other.seen].count('sentiment') == 0
