"""The live board equals a recount from the facts, a number opens as many contacts as it says, and the past equals its photographs."""

import random
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from desk import clock
from desk.db import Database
from desk.errors import InvalidInputError, NotAllowedError
from models import (
    AgentStatus,
    Channel,
    ChatSession,
    ChatStatus,
    ContactStep,
    QueueMode,
    StepKind,
    WrapUp,
)
from services.floor.board import Board, Number, Snapshot
from services.floor.definitions import beginning_of, day_of, definition_of
from services.floor.figures import figures_at
from services.registry import Services
from tests.support.floors import Floor
from tests.support.make import Make
from tests.support.statements import heard_statements
from tests.support.until import until


def check_lists(board: Board, snapshot: Snapshot) -> None:
    """Every number of the board, by queue and over all, is the length of the list that it opens."""
    for line in snapshot.queues:
        for number in Number:
            listed = board.contacts(number, [line.queue_id])
            assert len(listed) == line.numbers[number], (line.name, number)
            if (percent := line.percent(number) if number in line.shares else None) is not None:
                assert percent == 100 * sum(one.counts for one in listed) / len(listed)
                assert 0 <= percent <= 100
    for number in Number:
        queue_ids = [line.queue_id for line in snapshot.queues]
        assert len(board.contacts(number, queue_ids)) == snapshot.total(number)
    for status in AgentStatus:
        assert all(one.agent.status is status for one in snapshot.with_status(status))
    assert sum(len(snapshot.with_status(one)) for one in AgentStatus) == len(snapshot.agents)
    for agent in snapshot.agents:
        assert len(board.ledger.in_hand(agent.agent.id)) == agent.load
        assert len(board.ledger.handled(agent.agent.id).contacts) == agent.handled
        assert len(board.ledger.rated(agent.agent.id)) == agent.rated
        assert (agent.rating is None) is not bool(agent.rated)


async def check_rows(db: Database, snapshot: Snapshot) -> None:
    """The numbers are those of the rows as they stand, which no fact was asked for."""
    async with db.reading() as session:
        chats = (await session.exec(select(ChatSession))).all()
        wrap_ups = (await session.exec(select(WrapUp).where(col(WrapUp.done_at).is_(None)))).all()
    for line in snapshot.queues:
        of_queue = [one for one in chats if one.queue_id == line.queue_id]
        expected = {
            Number.WAITING: ChatStatus.WAITING,
            Number.IN_PROGRESS: ChatStatus.ACTIVE,
            Number.ON_HOLD: ChatStatus.ON_HOLD,
        }
        for number, status in expected.items():
            assert line.numbers[number] == sum(one.status is status for one in of_queue), number
        open_ones = [one for one in wrap_ups if one.queue_id == line.queue_id]
        assert line.numbers[Number.WRAP_UP] == len(open_ones)
    taken = [one for one in chats if one.taken_at is not None]
    assert snapshot.total(Number.ANSWERED) == len(taken)
    gone = snapshot.total(Number.ABANDONED) + snapshot.total(Number.SHORT)
    never = [one for one in chats if one.ending == 'abandoned' and one.taken_at is None]
    assert gone == len(never)


async def opened(floor: Floor, desk: Services) -> None:
    """Let the floor's agents begin as people do: by saying so, which is a fact."""
    await floor.open()
    for agent in floor.agents:
        await desk.agent_states.choose(agent.id, AgentStatus.AWAY)
        await desk.agent_states.choose(agent.id, AgentStatus.AVAILABLE)


@pytest.mark.slow
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 1_000_000), acts=st.integers(5, 40))
async def test_live_board_equals_a_recount(
    services: Services, another_desk: Services, make: Make, db: Database, seed: int, acts: int
) -> None:
    chance = random.Random(seed)
    floor = Floor([services, another_desk], make, chance)
    await opened(floor, services)
    board, _ = await services.board.now(floor.supervisor)

    for _ in range(acts):
        await floor.act()
        if chance.random() < 0.3:
            await services.board.refresh()
    await services.board.refresh()

    board, live = await services.board.now(floor.supervisor)
    fresh = await another_desk.board.at(floor.supervisor, clock.now())
    assert without_next(live) == without_next(fresh[1])
    check_lists(board, live)
    await check_rows(db, live)
    facts = await figures_at(db, clock.now())
    for line in live.queues:
        waiting = facts.waiting[line.queue_id] + facts.offered[line.queue_id]
        assert line.numbers[Number.WAITING] == waiting
        assert line.numbers[Number.IN_PROGRESS] == facts.in_progress[line.queue_id]


@pytest.mark.slow
@pytest.mark.parametrize('seed', range(3))
async def test_past_equals_the_photographs_of_it(
    services: Services, another_desk: Services, make: Make, seed: int
) -> None:
    chance = random.Random(seed)
    floor = Floor([services, another_desk], make, chance)
    await opened(floor, services)
    photographs: list[Snapshot] = []
    for _ in range(80):
        with clock.moved(timedelta(seconds=len(photographs) * 3)):
            await floor.act()
            if chance.random() < 0.3:
                await services.board.refresh()
                photographs.append((await services.board.now(floor.supervisor))[1])

    with clock.moved(timedelta(hours=1)):
        for live in photographs:
            board, past = await another_desk.board.at(floor.supervisor, live.at)
            assert without_next(past) == without_next(live)
            check_lists(board, past)
    assert len(photographs) > 10


def without_next(snapshot: Snapshot) -> object:
    """Return all of a photograph but what is no fact: when it was made, and what somebody was going to be."""
    agents = {
        one.agent.id: (
            one.agent.status, one.agent.since, one.agent.reason_id, one.load, one.handled,
            round(one.average_seconds or 0, 3), one.rated, one.rating,
        )
        for one in snapshot.agents
    }  # fmt: skip
    return snapshot.version, snapshot.queues, agents


async def test_definition_counts_who_is_answered_in_time_and_who_gives_up(
    services: Services, make: Make
) -> None:
    boss = await make.supervisor(status=AgentStatus.OFFLINE)
    agent = await make.agent(chat_capacity=5)
    await make.queue(mode=QueueMode.PULL, service_level_seconds=20)
    start = clock.now() - timedelta(seconds=30)
    late, in_time = await make.chat(start_time=start), await make.chat()
    short, long = await make.chat(), await make.chat(start_time=start)
    await services.chats.take(agent, late.id)
    await services.chats.take(agent, in_time.id)
    await services.visits.leave(short.id)
    await services.visits.leave(long.id)

    _board, snapshot = await services.board.now(boss)

    [line] = snapshot.queues
    assert (line.numbers[Number.ANSWERED], line.numbers[Number.ABANDONED]) == (2, 1)
    assert line.numbers[Number.SHORT] == 1
    assert line.percent(Number.SERVICE_LEVEL) == pytest.approx(100 / 3)
    assert line.percent(Number.ANSWER_RATE) == pytest.approx(50)
    assert snapshot.version == definition_of(day_of(snapshot.at)).version


async def test_target_changes_from_the_next_day_on_and_never_backwards(
    services: Services, make: Make
) -> None:
    admin = await make.admin(status=AgentStatus.OFFLINE)
    agent = await make.agent(chat_capacity=5)
    queue = await make.queue(mode=QueueMode.PULL, service_level_seconds=20)
    chat = await make.chat(start_time=clock.now() - timedelta(seconds=30))
    await services.chats.take(agent, chat.id)
    _, before = await services.board.now(admin)

    await services.queues.edit(
        admin, queue.id, {'service_level_seconds': '60'}, version=queue.version
    )

    await services.board.refresh()
    _, after = await services.board.now(admin)
    assert after.queues == before.queues
    assert (after.queues[0].target_seconds, after.queues[0].shares[Number.SERVICE_LEVEL]) == (20, 0)
    with clock.moved(timedelta(days=1)):
        tomorrow = await make.chat(start_time=clock.now() - timedelta(seconds=30))
        await services.chats.take(agent, tomorrow.id)
        await services.board.refresh()
        _, then = await services.board.now(admin)
        yesterday = await services.board.at(admin, clock.now() - timedelta(days=1))
    assert (then.queues[0].target_seconds, then.queues[0].shares[Number.SERVICE_LEVEL]) == (60, 1)
    assert yesterday[1].queues[0].target_seconds == 20


async def test_nothing_to_divide_by_is_no_figure(services: Services, make: Make) -> None:
    boss = await make.supervisor(status=AgentStatus.OFFLINE)

    _board, snapshot = await services.board.now(boss)

    assert snapshot.queues[0].percent(Number.SERVICE_LEVEL) is None
    assert snapshot.percent(Number.ANSWER_RATE) is None


async def test_ten_boards_cost_no_more_than_one(services: Services, make: Make) -> None:
    boss = await make.supervisor(status=AgentStatus.OFFLINE)
    await services.board.now(boss)
    costs = []
    for boards in (1, 10):
        await make.chat()
        with heard_statements() as heard:
            await services.board.refresh()
            for _ in range(boards):
                await services.board.now(boss)
        costs.append(len(heard))

    assert costs[0] == costs[1] > 0


async def test_boards_that_follow_read_nothing_of_their_own(services: Services, make: Make) -> None:
    boss = await make.supervisor(status=AgentStatus.OFFLINE)
    agent = await make.agent(chat_capacity=5)
    chat = await make.chat()
    await services.board.now(boss)

    await services.chats.take(agent, chat.id)
    with heard_statements() as heard:
        before = [(await services.board.moved(boss))[1] for _ in range(10)]
    await services.board.refresh()
    _board, after = await services.board.moved(boss)

    assert not heard
    assert {one.total(Number.IN_PROGRESS) for one in before} == {0}
    assert after.total(Number.IN_PROGRESS) == 1


async def test_step_that_is_seen_late_is_not_lost(
    services: Services, another_desk: Services, make: Make
) -> None:
    """Two transactions get their numbers in one order and commit in the other."""
    boss = await make.supervisor(status=AgentStatus.OFFLINE)
    agent = await make.agent(chat_capacity=5)
    first, second = await make.chat(), await make.chat()
    await services.chats.take(agent, first.id)
    await services.board.now(boss)

    async with services.chats._units.begin() as work:
        from services.contacts.steps import record_step  # noqa: PLC0415

        row = await work.session.get(ChatSession, first.id)
        assert row
        row.status = ChatStatus.ON_HOLD
        record_step(work, row, StepKind.HELD, agent_id=agent.id)
        await work.session.flush()
        await another_desk.chats.take(agent, second.id)
        await services.board.refresh()
        _, before = await services.board.now(boss)
    await services.board.refresh()

    _, after = await services.board.now(boss)
    assert (before.total(Number.IN_PROGRESS), before.total(Number.ON_HOLD)) == (2, 0)
    assert (after.total(Number.IN_PROGRESS), after.total(Number.ON_HOLD)) == (1, 1)


async def test_board_is_for_supervisors_and_never_of_tomorrow(
    services: Services, make: Make
) -> None:
    agent, boss = await make.agent(), await make.supervisor()
    then: datetime = clock.now() + timedelta(minutes=1)

    with pytest.raises(NotAllowedError):
        await services.board.now(agent)
    with pytest.raises(NotAllowedError):
        await services.board.at(agent, clock.now())
    with pytest.raises(InvalidInputError):
        await services.board.at(boss, then)


async def test_board_moves_by_itself_while_somebody_looks(services: Services, make: Make) -> None:
    import asyncio  # noqa: PLC0415

    boss = await make.supervisor(status=AgentStatus.OFFLINE)
    agent = await make.agent(chat_capacity=5)
    chat = await make.chat()
    following = asyncio.ensure_future(services.board.follow())
    moved: list[object] = []
    services.topics.subscribe('board', moved.append)
    try:
        with services.board.watched(boss):
            await until(lambda: moved)
            await services.chats.take(agent, chat.id)
            await until(lambda: len(moved) > 1)
            _, snapshot = await services.board.now(boss)
    finally:
        following.cancel()
    assert snapshot.total(Number.IN_PROGRESS) == 1


@pytest.mark.parametrize('is_over', [False, True])
async def test_call_over_midnight_is_on_the_board_of_the_next_day(
    services: Services, make: Make, db: Database, is_over: bool
) -> None:
    boss = await make.supervisor(status=AgentStatus.OFFLINE)
    agent, queue = await make.agent(), await make.queue()
    midnight = beginning_of(day_of(clock.now()))
    came = midnight - timedelta(minutes=10)
    over = midnight + timedelta(microseconds=1) if is_over else None
    call = await make.call(agent=agent, queue_id=queue.id, start_time=came, end_time=over)
    async with db.transaction() as session:
        for kind in (StepKind.CREATED, StepKind.TAKEN):
            session.add(
                ContactStep(
                    contact_id=call.id, channel=Channel.CALL, kind=kind, at=came, queue_id=queue.id,
                    agent_id=agent.id, came_at=came,
                )
            )  # fmt: skip

    board, snapshot = await services.board.at(boss, max(midnight, clock.now()))

    assert [*board.ledger.in_hand(agent.id)] == [call.id]
    [line] = [one for one in snapshot.agents if one.agent.id == agent.id]
    assert line.channels == (Channel.CALL,)
