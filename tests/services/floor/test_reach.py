"""A supervisor who is limited to departments sees and does nothing beyond them: every way to data and deeds, one by one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from desk import clock
from desk.db import Database
from desk.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from models import (
    Agent,
    AgentRole,
    AgentStatus,
    AuditEntry,
    Call,
    Channel,
    ChatSession,
    Priority,
    Promise,
    Queue,
)
from services.chats.events import ChatCard, department_topic, queue_topic
from services.chats.inbox_order import Scope, Tab
from services.chats.inbox_view import belongs, topics_of
from services.chats.visits import ChatStart
from services.contacts.promise_view import topics_for
from services.floor.board import Number
from services.floor.today import Measure
from services.forecast.answers import Answer
from services.forecast.what_if import Wish
from services.history.filter import HistoryFilter
from services.registry import Services
from services.reports.figures import Figure
from services.reports.report_query import Grouping, ReportQuery
from services.reports.reports import Choice
from tests.support.make import Make

OWN, OTHER = '주문·배송', '환불'
WHY = '고객이 책임자를 찾음'


@dataclass
class Side:
    """What one department has."""

    agent: Agent
    queue: Queue
    waiting: ChatSession
    open: ChatSession
    call: Call
    promise: Promise
    link_id: UUID = field(default_factory=uuid4)
    notice_id: UUID = field(default_factory=uuid4)

    @property
    def contacts(self) -> set[UUID]:
        """Its contacts."""
        return {self.waiting.id, self.open.id, self.call.id}


@dataclass
class World:
    """A limited supervisor between two departments, and a colleague who sees both."""

    services: Services
    boss: Agent
    everyone: Agent
    admin: Agent
    own: Side
    other: Side


async def side(services: Services, make: Make, boss: Agent, department: str) -> Side:
    """Return a department with an agent, contacts of each kind, a promise, a wall and a notice."""
    agent = await make.agent(department=department, chat_capacity=5)
    queue = await make.queue(name=department, department=department)
    waiting = await make.chat(department=department, lines=1)
    talk = await make.chat(department=department)
    await services.chats.take(agent, talk.id)
    promise = Promise(
        contact_id=talk.id, channel=Channel.CHAT, queue_id=queue.id, made_by_id=agent.id, owner_id=None,
        body='전화', due_at=clock.now() + timedelta(hours=1),
    )  # fmt: skip
    found = Side(
        agent=agent,
        queue=queue,
        waiting=waiting,
        open=talk,
        call=await make.call(agent=agent),
        promise=await make.changed(promise),
    )
    found.link_id = (await services.walls.add(boss, '벽', department=department))[0].id
    found.notice_id = (await services.queue_notices.send(boss, queue.id, '공지')).id
    return found


@pytest.fixture
async def world(services: Services, make: Make) -> World:
    """Two departments, and a supervisor who is limited to the first."""
    everyone = await make.supervisor(department='관리', status=AgentStatus.OFFLINE)
    boss = await make.supervisor(
        department='관리', departments=[OWN], status=AgentStatus.OFFLINE, last_name='한'
    )
    own = await side(services, make, everyone, OWN)
    other = await side(services, make, everyone, OTHER)
    admin = await make.agent(role=AgentRole.ADMIN, department='관리')
    return World(services, boss, everyone, admin, own, other)


# ---- what they see


async def _board(world: World, by: Agent) -> set[UUID]:
    board, snapshot = await world.services.board.now(by)
    queue_ids = [one.queue_id for one in snapshot.queues]
    listed = board.contacts(Number.WAITING, queue_ids) + board.contacts(Number.IN_PROGRESS, queue_ids)  # fmt: skip
    found = {one.contact.id for one in listed} | {one.agent.id for one in snapshot.agents}
    return found | set(queue_ids)


async def _past(world: World, by: Agent) -> set[UUID]:
    _board, snapshot = await world.services.board.at(by, clock.now())
    return {one.queue_id for one in snapshot.queues} | {one.agent.id for one in snapshot.agents}


async def _cards(world: World, by: Agent) -> set[UUID]:
    wanted = [world.own.waiting.id, world.other.waiting.id]
    return {*(await world.services.board.cards(by, wanted))}


async def _inbox(world: World, by: Agent) -> set[UUID]:
    pages = [await world.services.inbox.page(by, tab, Scope.DEPARTMENT) for tab in Tab]
    return {chat.id for page in pages for chat in page.chats}


async def _history(world: World, by: Agent) -> set[UUID]:
    page = await world.services.history.page(by, HistoryFilter())
    words = await world.services.history.page(by, HistoryFilter(text='번째'))
    choices = await world.services.history.choices(by)
    return {one.id for one in (*page.contacts, *words.contacts)} | {*choices.agents}


async def _messages(world: World, by: Agent) -> set[UUID]:
    await world.services.message_search.index_new()
    found = await world.services.message_search.search(by, '번째')
    return {one.chat.id for one in found}


async def _targets(world: World, by: Agent) -> set[UUID]:
    found = await world.services.steering.targets(by)
    return {one.id for one in (*found.agents, *found.queues)}


async def _promises(world: World, by: Agent) -> set[UUID]:
    return {one.id for one in (await world.services.promises.mine(by)).unowned}


async def _walls(world: World, by: Agent) -> set[UUID]:
    return {one.id for one in await world.services.walls.links(by)}


async def _notices(world: World, by: Agent) -> set[UUID]:
    return {one.notice.id for one in await world.services.queue_notices.sent(by)}


async def _report(world: World, by: Agent) -> set[UUID]:
    found: set[UUID] = set()
    for group in (Grouping.QUEUE, Grouping.AGENT):
        report = await world.services.reports.report(by, ReportQuery(group=group))
        found |= {one.key for one in report.rows if isinstance(one.key, UUID)}
        whole = Choice(figure=Figure.ANSWERED, is_total=True)
        behind = await world.services.reports.contacts(by, report.query, whole)
        found |= {one.id for one in behind.contacts}
        of_other = ReportQuery(group=group, department=OTHER)
        report = await world.services.reports.report(by, of_other)
        found |= {one.key for one in report.rows if isinstance(one.key, UUID)}
    return found


async def _days(world: World, by: Agent) -> set[UUID]:
    today = clock.now().astimezone(clock.SEOUL).date()
    query = ReportQuery(since=today, until=today)
    return {one.agent_id for one in await world.services.day_reports.agent_days(by, query)}


async def _calls(world: World, by: Agent) -> set[UUID]:
    return {one.id for one in await world.services.calls.page(by)}


SEES: dict[str, Callable[[World, Agent], Awaitable[set[UUID]]]] = {
    'board': _board,
    'past': _past,
    'cards': _cards,
    'inbox': _inbox,
    'history': _history,
    'messages': _messages,
    'targets': _targets,
    'promises': _promises,
    'walls': _walls,
    'notices': _notices,
    'report': _report,
    'days': _days,
    'calls': _calls,
}


def known(one: Side) -> set[UUID]:
    """Everything that belongs to a department."""
    return one.contacts | {
        one.agent.id, one.queue.id, one.promise.id, one.link_id, one.notice_id,
    }  # fmt: skip


@pytest.mark.parametrize('way', SEES)
async def test_limited_supervisor_sees_their_departments_only(world: World, way: str) -> None:
    limited = await SEES[way](world, world.boss)
    whole = await SEES[way](world, world.everyone)

    assert limited & known(world.own)
    assert not limited & known(world.other)
    assert whole & known(world.own)
    assert whole & known(world.other)


# ---- what they do

ANSWER = Answer(runs=1, as_it_is=(), changed=())


def deeds(world: World, at: Side) -> dict[str, Callable[[], Awaitable[Any]]]:
    """Everything that a supervisor can do to a department."""
    desk, boss = world.services, world.boss
    wish = Wish(minutes=10, agent_ids=(at.agent.id,), department=at.queue.department)
    return {
        'assign': lambda: desk.steering.assign(boss, [at.waiting.id], at.agent.id, WHY),
        'assign to': lambda: desk.steering.assign(boss, [world.own.waiting.id], at.agent.id, WHY),
        'move': lambda: desk.steering.move(boss, [at.open.id], at.queue.id, WHY),
        'move to': lambda: desk.steering.move(boss, [world.own.open.id], at.queue.id, WHY),
        'priority': lambda: desk.steering.set_priority(
            boss, [at.waiting.id], Priority.URGENT, WHY
        ),
        'whisper': lambda: desk.joining.whisper(boss, at.open.id, '네'),
        'take over': lambda: desk.joining.take_over(boss, at.open.id, WHY),
        'read': lambda: desk.chats.transcript(boss, at.waiting.id),
        'take': lambda: desk.chats.take(boss, at.waiting.id),
        'end': lambda: desk.chats.end(boss, at.open.id),
        'explain': lambda: desk.explanations.assignments(boss, at.waiting.id),
        'listen': lambda: desk.calls.monitor(boss, at.call.id),
        'state': lambda: desk.agent_states.set_by_supervisor(
            boss, at.agent.id, AgentStatus.AWAY, reason='other', note=WHY
        ),
        'sign out': lambda: desk.accounts.sign_out_agent(boss, at.agent.id, WHY),
        'notice': lambda: desk.queue_notices.send(boss, at.queue.id, '공지'),
        'withdraw': lambda: desk.queue_notices.withdraw(boss, at.notice_id),
        'wall': lambda: desk.walls.add(boss, '벽', department=at.queue.department),
        'revoke': lambda: desk.walls.revoke(boss, at.link_id),
        'limit': lambda: desk.thresholds.add(
            boss, {'kind': 'waiting', 'most': '1', 'queue_id': str(at.queue.id)}
        ),
        'lend': lambda: desk.what_if.do(boss, wish, ANSWER),
        'promise': lambda: desk.promises.hand_over(boss, at.promise.id, boss.id),
    }  # fmt: skip


DEEDS = [
    'assign', 'assign to', 'move', 'move to', 'priority', 'whisper', 'take over', 'read', 'take', 'end', 'explain',
    'listen', 'state', 'sign out', 'notice', 'withdraw', 'wall', 'revoke', 'limit', 'lend', 'promise',
]  # fmt: skip


@pytest.mark.parametrize('deed', DEEDS)
async def test_limited_supervisor_acts_on_their_departments_only(world: World, deed: str) -> None:
    before = await seen(world)

    with pytest.raises((NotFoundError, NotAllowedError)):
        await deeds(world, world.other)[deed]()

    assert await seen(world) == before
    try:
        await deeds(world, world.own)[deed]()
    except (
        ConflictError
    ):  # there nothing of it can be done now, which is another answer than "not yours"
        assert deed in {'listen', 'move to', 'take', 'promise', 'lend'}


async def seen(world: World) -> object:
    """Return what a colleague sees of the other department."""
    desk, all_seeing, other = world.services, world.everyone, world.other
    chats = [await desk.chats.chat(all_seeing, one.id) for one in (other.waiting, other.open)]
    notices = [one.notice.withdrawn_at for one in await desk.queue_notices.sent(all_seeing)]
    links = {one.id for one in await desk.walls.links(all_seeing)}
    status = (await desk.agents.agent(other.agent.id)).status
    return chats, notices, links, status, [*await desk.thresholds.all(world.admin)]


async def test_write_in_a_colleagues_chat_is_bound_to_reach(world: World, make: Make) -> None:
    desk, boss = world.services, world.boss

    await desk.chats.reply(boss, make.outgoing(world.own.open.id))

    with pytest.raises((NotFoundError, NotAllowedError)):
        await desk.chats.reply(boss, make.outgoing(world.other.open.id))


async def test_alerts_of_other_departments_stay_there(world: World) -> None:
    desk, admin = world.services, world.admin
    for side in (world.own, world.other):
        await desk.thresholds.add(
            admin, {'kind': 'waiting', 'most': '0', 'queue_id': str(side.queue.id)}
        )
    of_all = await desk.thresholds.add(admin, {'kind': 'longest', 'most': '86400'})
    for one in (world.own, world.other):
        form = ChatStart(name='정하윤', phone='010-9876-5432', department=one.queue.name)
        await desk.visits.start(form)
    await desk.board.refresh()
    await desk.alerts.look()

    seen = await desk.alerts.recent(world.boss)
    limits = await desk.thresholds.all(world.boss)
    theirs = [one for one in await desk.alerts.recent(world.everyone) if one not in seen]

    assert [one.subject_id for one in seen] == [world.own.queue.id]
    assert {one.queue_id for one in limits} == {world.own.queue.id}
    [other] = [one for one in theirs if one.subject_id == world.other.queue.id]
    with pytest.raises(NotFoundError):
        await desk.alerts.take(world.boss, other.id)
    with pytest.raises(NotAllowedError):  # it is for everybody
        await desk.thresholds.edit(world.boss, of_all.id, {'is_active': 'no'}, version=1)


async def test_curves_and_totals_are_those_of_the_department(world: World) -> None:
    desk, today = world.services, clock.now().astimezone(clock.SEOUL).date()

    limited = await desk.today.curves(world.boss)
    whole = await desk.today.curves(world.everyone)
    _, board = await desk.board.now(world.boss)
    _, all_of_it = await desk.board.now(world.everyone)
    report = await desk.reports.report(world.boss, ReportQuery(since=today, until=today))

    waits = [sum(one or 0 for one in it.today[Measure.WAIT]) for it in (limited, whole)]
    assert min(waits) >= 0
    assert board == all_of_it.of_department(OWN)
    assert report.total.count(Figure.ANSWERED) == board.total(Number.ANSWERED) == 1


async def test_programs_and_lists_hear_their_departments_only(world: World) -> None:
    chat = ChatCard.model_validate(world.other.waiting)

    assert not belongs(chat, world.boss, Tab.WAITING, Scope.DEPARTMENT)
    topics = {
        *topics_of(world.boss, Tab.WAITING, Scope.DEPARTMENT),
        *topics_of(world.boss, Tab.OPEN, Scope.DEPARTMENT),
        *topics_for(world.boss),
    }
    assert {queue_topic(OWN), department_topic(OWN)} <= topics
    assert not any(OTHER in one for one in topics)
    assert not any(one.startswith('every') for one in topics)


# ---- who decides


async def test_administrators_decide_and_it_is_recorded(
    services: Services, make: Make, world: World, db: Database
) -> None:
    admin = await make.admin(department='관리', departments=[OWN])

    changed = await services.authority.limit(admin, world.boss.id, [OTHER, f' {OWN} ', OTHER, ''])

    assert changed.departments == sorted({OWN, OTHER})
    async with db.reading() as session:
        [row] = (
            await session.exec(
                select(AuditEntry).where(col(AuditEntry.subject_id) == world.boss.id)
            )
        ).all()
    assert row.details['departments'] == sorted({OWN, OTHER})
    with pytest.raises(NotAllowedError):
        await services.authority.limit(world.boss, world.boss.id, [])
    with pytest.raises(InvalidInputError):
        await services.authority.limit(admin, world.boss.id, [f'부서 {one}' for one in range(51)])
    assert admin.sees_everything  # an administrator's are ignored
    lifted = await services.authority.limit(admin, world.boss.id, [])
    assert lifted.reach is None


async def test_agents_departments_mean_nothing(make: Make) -> None:
    agent = await make.agent(departments=[OTHER], role=AgentRole.AGENT)

    assert agent.reach == (agent.department,)
