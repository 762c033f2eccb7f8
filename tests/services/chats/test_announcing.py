"""What customers read of the protection of agents before a chat is kept with it, by version and time."""

from desk.db import Database
from models import EVERYWHERE, ChatSession, SettingKind
from services.chats.visits import ChatStart
from services.registry import Services
from tests.support.make import Make


async def test_each_text_is_a_version_that_a_chat_keeps(
    services: Services, another_desk: Services, make: Make, db: Database
) -> None:
    admin, queue = await make.admin(), await make.queue()
    first = await services.announcements.current('ko')
    english = await another_desk.announcements.current('en')
    assert '산업안전보건법' in first.body
    assert first.version != english.version
    assert await another_desk.announcements.current('ko') == first

    form = ChatStart(
        name='최유진', phone='010-9876-5432', department=queue.name, announcement=first.version
    )
    started = await services.visits.start(form)
    texts = {'announcement_ko': '상담원도 누군가의 가족이에요.'}
    await services.desk_settings.edit(admin, SettingKind.TEXTS, EVERYWHERE, texts, version=0)
    second = await services.announcements.current('ko')

    assert (second.body, second.version > first.version) == (texts['announcement_ko'], True)
    async with db.reading() as session:
        chat = await session.get_one(ChatSession, started.chat.id)
    assert (chat.announcement_id, chat.announced_at) == (first.version, chat.start_time)
    agent = await make.agent()
    await services.chats.take(agent, chat.id)
    case = await services.protection.open(agent, chat.id)
    record = await services.protection_records.record(admin, case.id)
    assert record.announcement is not None
    assert record.announcement.body == first.body


async def test_version_that_was_never_shown_is_none(services: Services) -> None:
    known = (await services.announcements.current('ko')).version

    assert await services.announcements.known(str(known)) == known
    for typed in ('', '0', '999999', '-1', 'x', '1' * 40):
        assert await services.announcements.known(typed) is None
