"""Crowded queues: who follows one is told when it becomes crowded, and who waits in it may go without losing the place."""

from datetime import timedelta

import pytest

from desk import clock
from desk.errors import ConflictError
from models import ChatEnding, ChatStatus
from services.floor.crowding import CrowdingChanged, crowding_topic
from services.registry import Services
from tests.support.hearing import hearing
from tests.support.listening import listen
from tests.support.make import Make

PATIENCE = timedelta(minutes=2)


async def test_followers_of_a_queue_are_told_once_that_it_is_crowded_and_that_it_is_not(
    services: Services, make: Make
) -> None:
    queue = await make.queue(most_waiting=2)
    first = await make.chat(queue_id=queue.id)
    heard = listen(services, crowding_topic(queue.id))
    await services.crowding.look()
    assert heard.events == []

    await make.chat(queue_id=queue.id)
    for _ in range(2):
        assert await services.crowding.look() == {queue.id}
    since = services.crowding.since(queue.id)
    await services.visits.leave(first.id)
    for _ in range(2):
        assert await services.crowding.look() == frozenset()

    assert since is not None
    assert [one.since for one in heard.of(CrowdingChanged)] == [since, None]
    assert services.crowding.since(queue.id) is None


async def test_customer_who_leaves_a_message_while_waiting_keeps_the_place_without_a_screen(
    services: Services, another_desk: Services, make: Make
) -> None:
    now, long_ago = clock.now(), clock.now() - timedelta(minutes=10)
    gone, stays = [
        await make.chat(start_time=now - timedelta(minutes=minutes), customer_seen_at=long_ago)
        for minutes in (3, 2)
    ]
    await hearing(services, timedelta(minutes=5))

    left = [await one.left_messages.leave_waiting(stays.id) for one in (services, another_desk)]
    assert await services.visits.place(stays.id) == 2
    assert await services.visits.give_up_silent(PATIENCE) == 1

    assert left[0] == left[1]  # again it changes nothing
    assert (await services.visits.chat(gone.id)).ending is ChatEnding.ABANDONED
    still = await services.visits.chat(stays.id)
    assert (still.status, still.is_left, still.source) == (ChatStatus.WAITING, True, 'web')
    with pytest.raises(ConflictError, match=r'chat\.ended'):
        await services.left_messages.leave_waiting(gone.id)


async def test_taken_chat_and_one_that_goes_on_are_no_left_messages(
    services: Services, make: Make
) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    chat = await make.chat()
    await services.left_messages.leave_waiting(chat.id)
    taken = await services.chats.take(agent, chat.id)
    assert await services.left_messages.leave_waiting(chat.id) == taken

    await services.chats.end(agent, chat.id)
    again = await services.reopenings.reopen(chat.id, by=supervisor)

    assert not again.is_left
