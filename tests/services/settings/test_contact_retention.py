"""보관 기간 of chats, messages and calls: words and people go after their time, what reports count stays."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import text

from desk import clock
from desk.db import Database
from models import (
    EVERYWHERE,
    Agent,
    Call,
    CallEnding,
    CallLeg,
    CallLegKind,
    ChatRating,
    Priority,
    SettingKind,
)  # fmt: skip
from services.chats.notes import NewNote
from services.chats.visits import ChatStart
from services.contacts.wrap_ups import WrapUpText
from services.registry import Services
from services.reports.report_query import Grouping, ReportPeriod, ReportQuery
from services.settings.retention import Kept
from tests.support.make import DEPARTMENT, Make

PERSON = ('나보관', '01077776666')
WORDS = ('코끼리', '너구리', '비둘기', '친칠라', '고라니', '오소리')
LATER = timedelta(days=40)


async def rows(db: Database) -> str:
    """Every row of every table of contacts, as text."""
    tables = ('chat_sessions', 'messages', 'calls', 'call_legs', 'wrap_ups', 'promises', 'chat_ratings', 'drafts',
              'contact_steps', 'report_lines', 'chat_notes')  # fmt: skip
    found = []
    async with db.statement() as connection:
        for table in tables:
            found += await connection.scalars(text(f'SELECT to_jsonb({table})::text FROM {table}'))
    return '\n'.join(found)


async def lived(services: Services, make: Make, agent: Agent) -> Call:
    """Two chats and a call of one person, with all that is written in and after them."""
    supervisor, customer = await make.supervisor(), await make.customer(name='나보관', phone='01077776666')  # fmt: skip
    for _ in range(2):
        form = ChatStart(name='나보관', phone='010-7777-6666', department=DEPARTMENT)
        chat = (await services.visits.start(form)).chat
        await services.chats.take(agent, chat.id)
        await services.customers.link(agent, chat.id, customer.id)
        await services.steering.set_priority(supervisor, [chat.id], Priority.HIGH, '고라니')
        await services.visits.write(make.outgoing(chat.id, '코끼리 인형'))
        await services.drafts.save(agent, chat.id, '코끼리는')
        await services.message_search.index_new()
        note = NewNote(id=uuid4(), chat_id=chat.id, body='오소리 이야기', mentions=())
        await services.chat_notes.add(agent, note)
        await services.visits.leave(chat.id)
        await services.wrap_ups.save(agent, chat.id, WrapUpText(summary='너구리'))
        await services.promises.make(agent, chat.id, '비둘기', clock.now() + timedelta(hours=1))
        await make.kept(ChatRating(chat_session_id=chat.id, score=4, comment='친칠라'))
    over = {'end_time': clock.now(), 'ending': CallEnding.AGENT}
    call = await make.call(agent=agent, customer_id=customer.id, phone='01077776666', **over)
    leg = {'phone': '01077776666', 'ended_at': clock.now(), 'recording': 'bucket/key'}
    await make.kept(CallLeg(call_id=call.id, contact_id='leg', kind=CallLegKind.INBOUND, **leg))
    await services.rollups.catch_up(seconds=10)
    return call


async def figures(services: Services, by: Agent) -> str:
    await services.rollups.catch_up(seconds=10)
    report = await services.reports.report(
        by, ReportQuery(period=ReportPeriod.TODAY, group=Grouping.QUEUE)
    )
    return str((report.rows, report.total))


async def kept_for(services: Services, admin: Agent, kind: Kept, version: int) -> dict[Kept, int]:
    """Set a kind to 30 days, and sweep as many days later."""
    days = {kind.value: '30'}
    await services.desk_settings.edit(
        admin, SettingKind.RETENTION, EVERYWHERE, days, version=version
    )
    with clock.moved(LATER):
        planned = await services.retention.dry_run(admin, days)
        gone = await services.retention.sweep()
        assert gone[kind] == planned[kind]
        assert (await services.retention.sweep())[kind] == 0
    return gone


async def test_words_go_first_then_people_and_figures_stay(
    services: Services, make: Make, db: Database
) -> None:
    agent, admin = await make.agent(), await make.admin()
    await lived(services, make, agent)
    before, counted = await rows(db), await figures(services, admin)
    assert [one for one in (*PERSON, *WORDS, 'bucket/key') if one not in before] == []
    assert await services.retention.sweep() == {}

    assert (await kept_for(services, admin, Kept.MESSAGES, 0))[Kept.MESSAGES] == 2
    after = await rows(db)
    assert [one for one in WORDS if one in after] == []
    assert [one for one in PERSON if one not in after] == []

    assert (await kept_for(services, admin, Kept.CHATS, 1))[Kept.CHATS] == 2
    assert (await kept_for(services, admin, Kept.CALLS, 2))[Kept.CALLS] == 1
    left = await rows(db)
    assert [
        line for one in (*PERSON, *WORDS, 'bucket/key') for line in left.splitlines() if one in line
    ] == []
    assert '"customer_id": "' not in left
    assert await figures(services, admin) == counted
    async with db.statement() as connection:
        assert await connection.scalar(text('SELECT count(*) FROM message_grams')) == 0


async def test_what_is_open_or_young_stays(services: Services, make: Make, db: Database) -> None:
    agent, admin = await make.agent(), await make.admin()
    open_chat = await make.chat(agent=agent, lines=1, visitor_name='나보관')
    await make.call(agent=agent, phone='01077776666')

    for version, kind in enumerate((Kept.MESSAGES, Kept.CHATS, Kept.CALLS)):
        assert (await kept_for(services, admin, kind, version))[kind] == 0

    left = await rows(db)
    assert open_chat.visitor_name in left
    assert '01077776666' in left
