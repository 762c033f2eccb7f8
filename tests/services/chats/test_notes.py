"""Private notes in a chat: for colleagues who may see it, once, with mentions that ring and grant nothing."""

import asyncio
from uuid import uuid4

import pytest

from desk.errors import ConflictError, InvalidInputError, NotFoundError
from models import ChatStatus
from models.chat_note import MAX_CHAT_NOTE_CHARS
from pages.parts.history import sheet
from services.chats.note_events import Mentioned, MentionRead, NoteAdded, mention_topic, notes_topic
from services.history.filter import EVERYTHING, HistoryFilter
from services.registry import Services
from tests.support.make import Make
from tests.support.until import until


async def test_note_stands_after_the_line_it_was_written_at_and_numbers_nothing(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent, lines=2)

    note = await services.chat_notes.add(agent, make.note(chat, '  단골 고객입니다\n'))
    reply = await services.chats.reply(agent, make.outgoing(chat))

    assert (note.body, note.after_number, note.author) == ('단골 고객입니다', 2, agent.name)
    assert reply.number == 3
    assert await services.chat_notes.notes(agent, chat.id) == [note]
    assert [line.number for line in await services.chats.transcript(agent, chat.id)] == [1, 2, 3]


async def test_customers_side_reads_no_note(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent, lines=1)
    before = await services.chats.chat(agent, chat.id)

    await services.chat_notes.add(agent, make.note(chat, '목소리가 화가 나 있음'))

    assert [line.number for line in await services.visits.transcript(chat.id)] == [1]
    assert await services.visits.messages_after(chat.id, 1) == []
    assert await services.chats.chat(agent, chat.id) == before  # not even a last line or a version


async def test_same_note_fifty_times_is_one_that_rings_once(services: Services, make: Make) -> None:
    agent, colleague = await make.agent(), await make.agent()
    chat = await make.chat(agent=agent)
    heard: list[object] = []
    services.topics.subscribe(mention_topic(colleague.id), heard.append)
    new = make.note(chat, '@김서연 봐 주세요', mentions=(colleague.id,))

    notes = await asyncio.gather(*(services.chat_notes.add(agent, new) for _ in range(50)))

    assert len({note.id for note in notes}) == 1
    assert len(await services.chat_notes.notes(agent, chat.id)) == 1
    await until(lambda: len(heard) == 1)
    assert isinstance(heard[0], Mentioned)


async def test_anothers_id_is_refused(services: Services, make: Make) -> None:
    agent, colleague = await make.agent(), await make.agent()
    chat = await make.chat(agent=agent)
    new = make.note(chat)
    await services.chat_notes.add(agent, new)

    with pytest.raises(ConflictError):
        await services.chat_notes.add(colleague, new)


async def test_mention_leads_to_the_note_and_is_read_once(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent, colleague = await make.agent(), await make.agent(first_name='도윤', last_name='이')
    chat = await make.chat(agent=agent, lines=1)
    heard: list[object] = []
    another_desk.topics.subscribe(mention_topic(colleague.id), heard.append)

    note = await services.chat_notes.add(
        agent, make.note(chat, '@이도윤 이 주문 아시나요', mentions=(colleague.id,))
    )

    [mention] = await another_desk.chat_notes.unread(colleague)
    assert (mention.note, mention.customer) == (note, '최유진')
    assert note.mentions == ('이도윤',)
    await another_desk.chat_notes.read(colleague, note.id)
    await another_desk.chat_notes.read(colleague, note.id)
    assert await services.chat_notes.unread(colleague) == []
    await until(lambda: [type(one) for one in heard] == [Mentioned, MentionRead])


async def test_mention_of_who_may_not_see_the_chat_is_refused_and_stores_nothing(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    stranger = await make.agent(department='기술지원')
    gone = await make.agent(is_active=False)
    chat = await make.chat(agent=agent)

    for one in (stranger.id, gone.id, uuid4()):
        with pytest.raises(InvalidInputError) as refused:
            await services.chat_notes.add(agent, make.note(chat, mentions=(one,)))
        assert refused.value.key == 'note.mention'

    assert await services.chat_notes.notes(agent, chat.id) == []
    assert await services.chat_notes.unread(stranger) == []
    with pytest.raises(NotFoundError):
        await services.chats.chat(stranger, chat.id)


async def test_who_no_longer_sees_the_chat_is_told_nothing(services: Services, make: Make) -> None:
    agent, colleague = await make.agent(), await make.agent()
    chat = await make.chat(agent=agent)
    note = await services.chat_notes.add(agent, make.note(chat, mentions=(colleague.id,)))

    moved = await make.changed(colleague, department='기술지원')

    assert await services.chat_notes.unread(moved) == []
    with pytest.raises(NotFoundError):
        await services.chat_notes.notes(moved, chat.id)
    await services.chat_notes.read(moved, note.id)  # clears what a page still shows


async def test_notes_of_chats_out_of_reach_are_not_there(services: Services, make: Make) -> None:
    agent, stranger = await make.agent(), await make.agent(department='기술지원')
    chat = await make.chat(agent=agent)
    await services.chat_notes.add(agent, make.note(chat))

    assert len(await services.chat_notes.beside(agent, chat.id)) == 1
    assert await services.chat_notes.beside(stranger, chat.id) == []
    with pytest.raises(NotFoundError):
        await services.chat_notes.notes(stranger, chat.id)
    with pytest.raises(NotFoundError):
        await services.chat_notes.add(stranger, make.note(chat))
    with pytest.raises(NotFoundError):
        await services.chat_notes.colleagues(stranger, chat.id, '')


async def test_notes_are_written_before_and_after_the_chat_too(
    services: Services, make: Make
) -> None:
    agent = await make.agent()

    for chat in (await make.chat(), await make.chat(agent=agent, status=ChatStatus.CLOSED)):
        note = await services.chat_notes.add(agent, make.note(chat))
        assert note.after_number == 0


@pytest.mark.parametrize('body', ['', ' \n', '\u200b', 'a\x00b', '가' * (MAX_CHAT_NOTE_CHARS + 1)])
async def test_note_that_cannot_be_kept_is_refused(
    services: Services, make: Make, body: str
) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)

    with pytest.raises(InvalidInputError):
        await services.chat_notes.add(agent, make.note(chat, body))


async def test_numbers_in_notes_are_masked_like_in_messages(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)

    note = await services.chat_notes.add(
        agent, make.note(chat, '주민번호 900101-1234567 이라고 함')
    )

    assert '1234567' not in note.body


async def test_colleagues_are_found_by_initials_among_those_who_may_see_the_chat(
    services: Services, make: Make
) -> None:
    agent = await make.agent(first_name='서연', last_name='김')
    await make.agent(first_name='도윤', last_name='이')
    await make.agent(first_name='도현', last_name='이', department='기술지원')
    await make.supervisor(first_name='도경', last_name='유', departments=['기술지원'])
    await make.supervisor(first_name='이도', last_name='박')
    chat = await make.chat(agent=agent)

    async def named(text: str) -> list[str]:
        return [one.name for one in await services.chat_notes.colleagues(agent, chat.id, text)]

    assert await named('') == ['박이도', '이도윤']
    assert await named('ㅇㄷ') == ['이도윤', '박이도']
    assert await named('도윤') == ['이도윤']
    assert await named('도경') == []
    assert await named('김') == []  # oneself


async def test_notes_events_have_topics_of_their_own(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    of_notes: list[object] = []
    of_all: list[object] = []
    services.topics.subscribe(notes_topic(chat.id), of_notes.append)
    services.topics.subscribe(
        (f'chat:{chat.id}', 'every-chat', f'department:{chat.department}'), of_all.append
    )

    await services.chat_notes.add(agent, make.note(chat))

    await until(lambda: bool(of_notes))
    assert isinstance(of_notes[0], NoteAdded)
    assert of_all == []


async def test_note_is_found_in_the_history_by_who_may_see_the_chat(
    services: Services, make: Make
) -> None:
    agent, stranger = await make.agent(), await make.agent(department='기술지원')
    supervisor = await make.supervisor()
    chat = await make.chat(agent=agent, lines=3)
    await services.chat_notes.add(agent, make.note(chat, '두루미 무늬로 교환을 원함'))
    await make.chat(agent=agent, lines=3)
    wanted = HistoryFilter(text='두루미')

    for reader in (agent, supervisor):
        [found] = (await services.history.page(reader, wanted)).contacts
        assert found.found is not None
        assert (found.id, found.found.is_note, found.found.number) == (chat.id, True, 3)
        assert found.found.excerpt == '두루미 무늬로 교환을 원함'
        assert await services.history.found_numbers(reader, chat.id, '두루미') == [3]
        assert (await services.history.exact(reader, wanted)).number == 1
    assert (await services.history.page(stranger, wanted)).contacts == []
    assert await services.history.found_numbers(stranger, chat.id, '두루미') == []


async def test_note_with_a_common_word_is_found_beside_the_messages_with_it(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    noted = await make.chat(agent=agent, lines=1)
    await services.chat_notes.add(agent, make.note(noted, '번째 배송'))
    said = await make.chat(agent=agent, lines=1)

    page = await services.history.page(agent, HistoryFilter(text='번째'), limit=1)
    rest = await services.history.page(agent, HistoryFilter(text='번째'), before=page.next)

    assert [one.id for one in (*page.contacts, *rest.contacts)] == [said.id, noted.id]


async def test_export_holds_notes_for_supervisors_alone(services: Services, make: Make) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()
    chat = await make.chat(agent=agent)
    await services.chat_notes.add(agent, make.note(chat, '첫째'))
    await services.chat_notes.add(agent, make.note(chat, '둘째'))

    [to_supervisor] = [one async for one in services.history.rows(supervisor, EVERYTHING)]
    [to_agent] = [one async for one in services.history.rows(agent, EVERYTHING)]

    assert to_supervisor.notes == ('김서연: 첫째', '김서연: 둘째')
    assert to_agent.notes == ()
    assert sheet.words('ko', with_notes=True).row(to_supervisor)[-1] == '김서연: 첫째\n김서연: 둘째'
    assert len(sheet.words('ko').row(to_agent)) == len(sheet.words('ko').headings)
