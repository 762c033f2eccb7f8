"""Drafts: what an agent typed survives, is theirs alone, follows their tabs and goes with the message."""

from uuid import uuid4

import pytest

from desk.errors import InvalidInputError, NotFoundError
from models import ChatStatus
from services.chats.drafts import MAX_DRAFT_CHARS
from services.chats.events import DraftSaved, chat_topic, draft_topic
from services.chats.note_events import NoteDraftSaved, note_draft_topic
from services.registry import Services
from tests.support.listening import listen
from tests.support.make import Make
from tests.support.until import until


async def test_draft_is_there_again_at_another_desk(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)

    await services.drafts.save(agent, chat.id, '확인해 보')
    await services.drafts.save(agent, chat.id, '확인해 보겠습')

    assert await another_desk.drafts.draft(agent, chat.id) == '확인해 보겠습'


async def test_each_agent_and_each_chat_has_a_draft_of_its_own(
    services: Services, make: Make
) -> None:
    agent, colleague = await make.agent(), await make.agent()
    one, other = await make.chat(agent=agent), await make.chat(agent=agent)

    await services.drafts.save(agent, one.id, '하나')
    await services.drafts.save(colleague, one.id, '동료의 글')

    assert await services.drafts.draft(agent, one.id) == '하나'
    assert await services.drafts.draft(colleague, one.id) == '동료의 글'
    assert await services.drafts.draft(agent, other.id) == ''


async def test_blank_draft_is_no_draft(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    await services.drafts.save(agent, chat.id, '지울 글')

    await services.drafts.save(agent, chat.id, ' \n')

    assert await services.drafts.draft(agent, chat.id) == ''


async def test_sent_reply_takes_its_draft_along_and_leaves_the_colleagues(
    services: Services, make: Make
) -> None:
    agent, colleague = await make.agent(), await make.agent()
    chat = await make.chat(agent=agent)
    await services.drafts.save(agent, chat.id, '네, 확인했어요')
    await services.drafts.save(colleague, chat.id, '동료의 글')

    await services.chats.reply(agent, make.outgoing(chat, '네, 확인했어요'))

    assert await services.drafts.draft(agent, chat.id) == ''
    assert await services.drafts.draft(colleague, chat.id) == '동료의 글'


async def test_refused_reply_leaves_its_draft(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent, status=ChatStatus.CLOSED)
    await services.drafts.save(agent, chat.id, '너무 늦은 글')

    with pytest.raises(Exception, match=r'chat\.ended'):
        await services.chats.reply(agent, make.outgoing(chat, '너무 늦은 글'))

    assert await services.drafts.draft(agent, chat.id) == '너무 늦은 글'


async def test_other_tabs_of_the_agent_hear_a_draft_and_nobody_else(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent, colleague = await make.agent(), await make.agent()
    chat = await make.chat(agent=agent)
    own = listen(another_desk, draft_topic(agent.id, chat.id))
    foreign = listen(another_desk, draft_topic(colleague.id, chat.id))

    await services.drafts.save(agent, chat.id, '잠시만요', tab='tab-1')

    await until(lambda: bool(own.events))
    saved = DraftSaved(agent_id=agent.id, chat_id=chat.id, text='잠시만요', tab='tab-1')
    assert own.events == [saved]
    assert foreign.events == []


async def test_draft_in_a_chat_that_is_not_the_agents_to_see_is_refused(
    services: Services, make: Make
) -> None:
    stranger = await make.agent(department='기술지원')
    chat = await make.chat()

    for chat_id in (chat.id, uuid4()):
        with pytest.raises(NotFoundError):
            await services.drafts.save(stranger, chat_id, '몰래')
    assert await services.drafts.draft(stranger, chat.id) == ''


@pytest.mark.parametrize('text', ['가' * (MAX_DRAFT_CHARS + 1), 'null\x00'])
async def test_what_cannot_be_kept_is_refused_and_changes_nothing(
    services: Services, make: Make, text: str
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    await services.drafts.save(agent, chat.id, '먼저 쓴 글')

    with pytest.raises(InvalidInputError):
        await services.drafts.save(agent, chat.id, text)

    assert await services.drafts.draft(agent, chat.id) == '먼저 쓴 글'


async def test_unsent_note_is_its_writers_alone_and_goes_when_it_is_stored(
    services: Services, make: Make
) -> None:
    agent, colleague = await make.agent(), await make.agent()
    chat = await make.chat(agent=agent)
    heard: list[object] = []
    services.topics.subscribe(chat_topic(chat.id), heard.append)
    told: list[object] = []
    services.topics.subscribe(note_draft_topic(agent.id, chat.id), told.append)

    await services.note_drafts.save(agent, chat.id, '카드 4111-1111-1111-1111로', tab='one')
    await services.drafts.save(agent, chat.id, '메시지')

    kept = await services.note_drafts.draft(agent, chat.id)
    assert (kept.startswith('카드'), '4111-1111-1111-1111' in kept) == (True, False)
    assert await services.note_drafts.draft(colleague, chat.id) == ''
    await until(lambda: [type(one) for one in told] == [NoteDraftSaved])
    await services.chat_notes.add(agent, make.note(chat, '카드로'))
    assert await services.note_drafts.draft(agent, chat.id) == ''
    assert await services.drafts.draft(agent, chat.id) == '메시지'
    assert heard == []  # nobody is told that a note is being typed
    with pytest.raises(NotFoundError):
        await services.note_drafts.save(await make.agent(department='기술지원'), chat.id, '남')
    with pytest.raises(InvalidInputError):
        await services.note_drafts.save(agent, chat.id, '가' * 4_001)


async def test_unsent_note_does_not_travel(services: Services, make: Make) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    chat = await make.chat(agent=agent)
    await services.note_drafts.save(agent, chat.id, '혼잣말')

    await services.joining.take_over(supervisor, chat.id, '도움')

    assert await services.note_drafts.draft(supervisor, chat.id) == ''
    assert await services.note_drafts.draft(agent, chat.id) == '혼잣말'
