"""By key to the next of one's chats: unread ones first, then round 내 상담; and joined chats are among them."""

from uuid import UUID

from models import Agent
from services.chats.events import ChatCard
from services.chats.inbox_order import Scope, Tab
from services.chats.switching import next_chat, previous_chat
from services.registry import Services
from tests.support.make import Make
from tests.support.until import until


async def own(services: Services, agent: Agent) -> list[ChatCard]:
    return (await services.inbox.page(agent, Tab.OPEN, Scope.MINE)).chats


async def test_unread_chats_come_first_then_all_in_turn(services: Services, make: Make) -> None:
    agent = await make.agent()
    chats = [await make.chat(agent=agent, visitor_name=name) for name in '가나다라']
    await services.visits.write(make.outgoing(chats[2]))
    await services.visits.write(make.outgoing(chats[1]))
    unread = await own(services, agent)

    first = next_chat(unread, chats[0].id)
    second = next_chat(unread, first)
    for chat in chats:
        await services.chats.mark(agent, chat.id, read=9)
    read = await own(services, agent)
    round_trip: list[UUID | None] = [read[0].id]
    for _ in read:
        round_trip.append(next_chat(read, round_trip[-1]))

    assert [first, second] == [chats[2].id, chats[1].id]  # who has waited longer before
    assert round_trip == [*(chat.id for chat in read), read[0].id]


async def test_back_leads_to_where_one_came_from_else_the_other_way_round(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    for name in '가나다':
        await make.chat(agent=agent, visitor_name=name)
    a, b, c = [chat.id for chat in await own(services, agent)]
    chats = await own(services, agent)

    assert previous_chat(chats, b, came_from=c) == c
    assert previous_chat(chats, a, came_from=None) == c
    assert previous_chat(chats, None, came_from=None) == c
    assert next_chat([], None) is None
    await services.snoozes.snooze(agent, b)
    assert next_chat(await own(services, agent), a) == c  # what is put away is passed over


async def test_joined_chat_stands_among_ones_own_and_is_read_there(
    services: Services, make: Make
) -> None:
    owner, colleague = await make.agent(), await make.agent()
    chat = await make.chat(agent=owner)
    heard: list[object] = []
    await services.company.join(colleague, chat.id)
    services.topics.subscribe(f'holder:{colleague.id}', heard.append)
    await services.visits.write(make.outgoing(chat))

    [listed] = await own(services, colleague)
    assert (listed.id, listed.unread_count) == (chat.id, 1)
    assert (await services.inbox.counts(colleague, Scope.MINE))[Tab.OPEN] == 1
    await until(lambda: bool(heard))
    await services.chats.mark(colleague, chat.id, read=listed.last_number)
    assert (await own(services, colleague))[0].unread_count == 0
    await services.company.leave(colleague, chat.id)
    assert await own(services, colleague) == []


async def test_joined_chat_that_left_ones_reach_is_no_longer_listed(
    services: Services, make: Make
) -> None:
    owner, colleague, supervisor = await make.agent(), await make.agent(), await make.supervisor()
    chat = await make.chat(agent=owner)
    await services.company.join(colleague, chat.id)

    await make.changed(chat, department='기술지원')
    listed = await own(services, colleague)

    assert listed == []
    assert (await services.inbox.counts(colleague, Scope.MINE))[Tab.OPEN] == 0
    await services.company.join(supervisor, chat.id)
    assert [one.id for one in await own(services, supervisor)] == [chat.id]
    assert (await services.inbox.counts(supervisor, Scope.MINE))[Tab.OPEN] == 1
