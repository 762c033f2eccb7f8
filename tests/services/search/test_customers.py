"""Who is found, in which order, by what was typed; and that no search outlives the one who asked."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from desk import clock
from desk.db import Database
from desk.errors import UpstreamError
from desk.settings import Settings
from models import Agent, Customer
from services.customers.fields import CustomerFields
from services.registry import Services
from services.search.customers import SERVER_SETTINGS, Matched, Rank
from tests.services.text.test_phone_numbers import SPELLINGS
from tests.support.make import Make
from tests.support.until import until


async def names(services: Services, make: Make, typed: str, **options: int) -> list[str]:
    agent = await make.agent()
    return [
        hit.customer.name for hit in await services.customer_search.search(agent, typed, **options)
    ]


async def people(make: Make, *, talking_with: Agent | None = None) -> None:
    """Who they all look for; the last are those we spoke to last."""
    rows: list[dict[str, str]] = [
        {'name': '김철수', 'phone': '01012345678', 'email': 'chulsoo@example.com'},
        {'name': '김철', 'phone': '01055551111'},
        {'name': '이김철', 'phone': '0212345678', 'email': 'Lee.KC@example.co.kr'},
        {'name': '김철호', 'phone': '01098761234'},
        {'name': '강치선', 'phone': '01000005678'},
        {'name': '박김철민', 'phone': '01056789999'},
        {'name': 'John Miller', 'phone': '01044443333', 'email': 'kim@example.com'},
        {'name': 'Kim Jones', 'phone': '01044442222', 'email': 'jones_k%@example.org'},
        {'name': '독고 민', 'phone': '01033332222'},
        {'name': '나래 SK텔레콤', 'phone': '0319876543', 'email': "o'neil@example.com"},
        {'name': '\u110b\u116d\u1109\u1166\u11b8', 'phone': '01022221111'},
    ]
    for days, row in enumerate(rows):
        one = await make.customer(last_contact_at=clock.now() + timedelta(days=days), **row)
        if talking_with:
            await make.chat(agent=talking_with, customer_id=one.id)


@pytest.mark.parametrize(
    ('typed', 'found'),
    [
        ('김철', ['김철', '김철호', '김철수', '박김철민', '이김철']),
        ('rlacjf', ['김철', '김철호', '김철수', '박김철민', '이김철']),
        ('김철수', ['김철수']),
        ('rlacjftn', ['김철수']),
        ('철수', ['김철수']),
        ('ㄱㅊㅅ', ['강치선', '김철수']),
        ('ㄱㅊ', ['김철', '강치선', '김철호', '김철수', '박김철민', '이김철']),
        ('rct', ['강치선', '김철수']),
        ('ㅊㅅ', ['강치선', '김철수']),
        ('김ㅊㅅ', ['김철수']),
        ('ㄱ철', ['김철', '김철호', '김철수', '박김철민', '이김철']),
        ('독고민', ['독고 민']),
        ('독고 민', ['독고 민']),
        ('고 민', ['독고 민']),
        ('요셉', ['요셉']),
        ('ㅇㅅ', ['요셉']),
        ('john', ['John Miller']),
        ('JOHN MILL', ['John Miller']),
        ('ㅓㅐㅗㅜ', ['John Miller']),
        ('mill', ['John Miller']),
        ('kim', ['Kim Jones']),
        ('kim@example.com', ['John Miller']),
        ('Kim@Example.COM', ['John Miller']),
        ('example.co.kr', ['이김철']),
        ('@example.org', ['Kim Jones']),
        ('mple.o', ['Kim Jones']),
        ('jonesxk', []),
        ('sk텔', ['나래 SK텔레콤']),
        ('010-1234-5678', ['김철수']),
        ('+82 10 1234 5678', ['김철수']),
        ('5678', ['강치선', '이김철', '김철수']),
        ('1234-5678', ['김철수']),
        ('없는사람', []),
        ('%', []),
        ('_', []),
        ('\\', []),
        ('*', []),
        ('[', []),
    ],
)  # fmt: skip
async def test_ranking(services: Services, make: Make, typed: str, found: list[str]) -> None:
    await people(make)

    assert await names(services, make, typed) == [
        name if name != '요셉' else '\u110b\u116d\u1109\u1166\u11b8' for name in found
    ]


PARTS = [
    ('kim', ['Kim Jones', 'John Miller']),
    ('lee.kc', ['이김철']),
    ("o'neil", ['나래 SK텔레콤']),
    ('k%@', ['Kim Jones']),
    ('s_k', ['Kim Jones']),
    ('5678', ['강치선', '이김철', '김철수', '박김철민']),
    ('1234-5678', ['김철수', '이김철']),
    ('345678', ['이김철', '김철수']),
    ('0101', ['김철수']),
    ('010-4444', ['Kim Jones', 'John Miller']),
    ('031', ['나래 SK텔레콤']),
    ('010-1234-567', ['김철수']),
    ('02-1234', ['이김철']),
]


@pytest.mark.parametrize(('typed', 'found'), PARTS)
async def test_whoever_talks_with_somebody_finds_them_by_any_part(
    services: Services, make: Make, typed: str, found: list[str]
) -> None:
    agent = await make.agent()
    await people(make, talking_with=agent)

    hits = await services.customer_search.search(agent, typed)

    assert [hit.customer.name for hit in hits] == found


MASKED = {
    'phone': '01098127634',
    'other_phones': ['0313456789'],
    'email': 'haneul.kang@example.com',
}


@pytest.mark.parametrize('typed', [
    '010', '0109', '010981', '01098127', '010-9812-763', '9812', '7634'[1:], '27634', '812-7634', '98127', '031', '0313456', '3456',
    'h', 'ha', 'han', 'haneul', 'kang', 'haneul.kang', 'haneul.kang@', 'kang@example.com', 'g@e', 'haneul.kang@example.co',
])  # fmt: skip
async def test_part_of_what_is_masked_finds_nobody(
    services: Services, make: Make, typed: str
) -> None:
    await make.customer(name='윤보라', **MASKED)

    assert await names(services, make, typed) == []
    supervisor = await make.supervisor()
    assert await services.customer_search.search(supervisor, typed) == []


@pytest.mark.parametrize('typed', [
    '01098127634', '010-9812-7634', '9812-7634', '+82 10-9812-7634', '7634', '031-345-6789', '6789',
    'haneul.kang@example.com', 'HANEUL.KANG@EXAMPLE.COM', 'example.com', '@exam',
])  # fmt: skip
async def test_whole_value_and_what_the_mask_shows_find_one(
    services: Services, make: Make, typed: str
) -> None:
    await make.customer(name='윤보라', **MASKED)

    assert await names(services, make, typed) == ['윤보라']


async def test_parts_are_masked_again_when_the_talk_is_over(services: Services, make: Make) -> None:
    agent, customer = await make.agent(), await make.customer(name='윤보라', **MASKED)
    chat = await make.chat(agent=agent, customer_id=customer.id)
    call = await make.call(agent=agent, customer_id=customer.id)

    assert len(await services.customer_search.search(agent, '98127')) == 1
    await services.chats.end(agent, chat.id)
    assert len(await services.customer_search.search(agent, 'haneul')) == 1
    await make.changed(call, end_time=clock.now())

    assert await services.customer_search.search(agent, '98127') == []


async def test_short_number_shows_nothing_and_is_found_whole(
    services: Services, make: Make
) -> None:
    await make.customer(name='윤보라', phone='1234')

    assert await names(services, make, '1234') == ['윤보라']
    assert await names(services, make, '234') == []


@pytest.mark.parametrize(
    ('typed', 'rank', 'matched'),
    [
        ('김철수', Rank.EXACT, Matched.NAME),
        ('김철', Rank.PREFIX, Matched.NAME),
        ('철수', Rank.INSIDE, Matched.NAME),
        ('ㄱㅊㅅ', Rank.EXACT, Matched.INITIALS),
        ('01012345678', Rank.EXACT, Matched.PHONE),
        ('5678', Rank.PREFIX, Matched.PHONE),
        ('chulsoo@example.com', Rank.EXACT, Matched.EMAIL),
        ('@example', Rank.INSIDE, Matched.EMAIL),
    ],
)
async def test_hit_says_how_and_by_what(
    services: Services, make: Make, typed: str, rank: Rank, matched: Matched
) -> None:
    await make.customer(name='김철수', phone='01012345678', email='Chulsoo@example.com')

    [hit] = await services.customer_search.search(await make.agent(), typed)

    assert (hit.rank, hit.matched) == (rank, matched)


@pytest.mark.parametrize(
    ('name', 'typed'),
    [
        ('ＡＢＣ상사', ['ＡＢＣ상사', 'abc상사', 'ABC', 'bc상']),
        ('İbrahim', ['İbrahim', 'ibrahim', 'IBRAHIM', 'brah']),
        ('ΟΔΥΣΣΕΥΣ', ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς', 'Οδυσσεύς', 'ΟΔΥΣ', 'σσευς']),
        ('José', ['José', 'Jose', 'JOSÉ', 'jose\u0301', 'osé']),
        ('김서준', ['김서준', '김서준님', '김서준 고객님', '김섲', '김서주', '서주', '서준', '섲', '\u1100\u1175\u11b7서준', '김\u200b서준']),
        ('남궁민', ['남구', '남궁', '남궁미', '궁미', '남']),
        ('㈜한빛물산', ['㈜한빛물산', '(주)한빛물산', '(주) 한빛', '주식회사 한빛물산', '한빛물산 주식회사', '한빛물산(주)', '한빛', '빛물', 'ㅎㅂㅁㅅ']),
        ('한빛물산 주식회사', ['㈜한빛물산', '한빛물산(주)', '한빛물산', '주식회사한빛물산']),
        ('가족 👨\u200d👩\u200d👧', ['👨\u200d👩\u200d👧', '👨👩', '가족👨']),
    ],
)  # fmt: skip
async def test_name_is_found_by_every_spelling(
    services: Services, make: Make, name: str, typed: list[str]
) -> None:
    await make.customer(name=name)
    await make.customer(name='다른 사람')

    for one in typed:
        assert await names(services, make, one) == [name], one


async def test_what_a_half_made_name_may_become_comes_after_what_it_is(
    services: Services, make: Make
) -> None:
    for days, name in enumerate(('김서주', '김서준', '이김서주')):
        await make.customer(name=name, last_contact_at=clock.now() + timedelta(days=days))

    assert (await names(services, make, '김서주'))[0] == '김서주'
    assert set(await names(services, make, '김서주')) == {'김서주', '김서준', '이김서주'}


@pytest.mark.parametrize(('kept', 'spellings'), SPELLINGS.items())
async def test_number_is_found_by_every_spelling_that_saves_it(
    services: Services, make: Make, kept: str, spellings: list[str]
) -> None:
    agent = await make.agent()
    fields = CustomerFields(name='하나', phones=(spellings[-1], '010-9999-8888'))
    first = await services.customer_records.create(agent, fields)
    other = await make.customer(phone='01077776666', other_phones=[kept])
    await make.customer(phone='01012345670')

    for typed in spellings:
        found = await services.customer_search.search(agent, typed)
        assert {hit.customer.id for hit in found} == {first.id, other.id}, typed


@pytest.mark.parametrize(
    'typed', ['212-456-7890', '(212) 456-7890', '2124567890', '12124567890', '7890']
)
async def test_number_from_abroad_is_found_as_people_there_write_it(
    services: Services, make: Make, typed: str
) -> None:
    await make.customer(name='Ann', phone='+12124567890')

    assert await names(services, make, typed) == ['Ann']


@pytest.mark.parametrize('typed', ['+1 212', '456-7890'])
async def test_part_of_a_number_from_abroad_finds_it_for_who_sees_it_whole(
    services: Services, make: Make, typed: str
) -> None:
    agent = await make.agent()
    ann = await make.customer(name='Ann', phone='+12124567890')
    await make.chat(agent=agent, customer_id=ann.id)

    [hit] = await services.customer_search.search(agent, typed)

    assert hit.customer.id == ann.id
    assert await names(services, make, typed) == []


async def test_extension_is_no_hurdle(services: Services, make: Make) -> None:
    direct = await make.customer(name='직통', phone='0212345678x301')
    await make.customer(name='대표', phone='0212345678')
    await make.customer(name='또', phone='01022221111', other_phones=['0212345678x302'])

    assert set(await names(services, make, '02-1234-5678')) == {'직통', '대표', '또'}
    assert (await names(services, make, '02-1234-5678 내선 301'))[0] == '직통'
    agent = await make.agent()
    await make.chat(agent=agent, customer_id=direct.id)
    [hit] = await services.customer_search.search(agent, '1234-5678')
    assert hit.customer.id == direct.id
    by_phone = await services.phone_lookup.customers('0212345678')
    assert {one.name for one in by_phone} == {'직통', '대표', '또'}


async def test_customer_number_finds_one(services: Services, make: Make) -> None:
    await make.customer(name='하나')
    second = await make.customer(name='둘')

    [hit] = await services.customer_search.search(await make.agent(), second.code)

    assert (hit.customer.id, hit.matched) == (second.id, Matched.NUMBER)
    assert second.code == f'C-{second.number:07}'


async def test_latest_contact_first_and_those_without_last(services: Services, make: Make) -> None:
    never = await make.customer(name='박하나')
    late = await make.customer(name='박하나', last_contact_at=clock.now())
    early = await make.customer(name='박하나', last_contact_at=clock.now() - timedelta(days=9))

    hits = await services.customer_search.search(await make.agent(), '박하나')

    assert [hit.customer.id for hit in hits] == [late.id, early.id, never.id]


async def test_no_more_than_asked_for(services: Services, make: Make) -> None:
    for _ in range(5):
        await make.customer(name='이여름')

    assert len(await names(services, make, '이여름', limit=3)) == 3
    assert await names(services, make, '이여름', limit=0) == []


@pytest.mark.parametrize(
    'typed',
    ['', '\x00', '\x00김철수', "'; DROP TABLE customers; --", '%%%', '___', '👩‍👩‍👧', '가' * 5_000, 'a' * 5_000,
     'ㅏ', 'ㅏㅏ', 'ㄱ' * 100, '9' * 100, '\ud800', '\u202e', '(((', '.*', '\\d', '+' * 50, '￿', '\U0010ffff'],
)  # fmt: skip
async def test_odd_input_finds_nobody_and_breaks_nothing(
    services: Services, make: Make, typed: str
) -> None:
    await make.customer(name='이민준')

    assert await names(services, make, typed) == []


async def test_odd_records_are_kept_and_found(services: Services, make: Make) -> None:
    for name in ('🙂 스마일', "D'Arcy", '100%', '田中 美咲', 'ㅋㅋ상사', '가' * 100):
        await make.customer(name=name, phone='+1 (415) 555x', email='@')
        assert name in await names(services, make, name)


async def test_chat_makes_the_last_contact(services: Services, make: Make) -> None:
    agent, customer = await make.agent(), await make.customer()
    chat = await make.chat(agent=agent)

    linked = await services.customers.link(agent, chat.id, customer.id)
    begun = await contact(services, make, customer)
    ended = await services.chats.end(agent, chat.id)

    assert begun == linked.start_time
    assert await contact(services, make, customer) == ended.end_time


async def contact(services: Services, make: Make, customer: Customer) -> object:
    agent = await make.agent()
    [hit] = await services.customer_search.search(agent, customer.name)
    return hit.customer.last_contact_at


async def test_earlier_chat_does_not_turn_the_clock_back(services: Services, make: Make) -> None:
    agent, customer = await make.agent(), await make.customer(last_contact_at=clock.now())
    old = await make.chat(agent=agent, start_time=clock.now() - timedelta(days=30))

    await services.customers.link(agent, old.id, customer.id)

    assert await contact(services, make, customer) == customer.last_contact_at


async def test_cancelled_search_leaves_no_query_behind(
    services: Services, make: Make, settings: Settings
) -> None:
    """A row that somebody locks whole (ALTER TABLE) makes any search wait."""
    agent = await make.agent()
    db = Database(settings.database_url, pool_size=2)
    async with db.transaction() as session:
        await session.exec(text('LOCK TABLE customers'))  # type: ignore[call-overload]
        searching = asyncio.ensure_future(services.customer_search.search(agent, '김철수'))
        await until(lambda: waiting(db))

        searching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await searching

        await until(lambda: not_waiting(db))
    await make.customer(name='김철수')
    assert len(await services.customer_search.search(agent, '김철수')) == 1
    await db.close()


async def test_search_that_takes_too_long_is_ended(
    services: Services, make: Make, settings: Settings
) -> None:
    agent = await make.agent()
    db = Database(settings.database_url, pool_size=2)
    async with db.transaction() as session:
        await session.exec(text('LOCK TABLE customers'))  # type: ignore[call-overload]

        with pytest.raises(UpstreamError, match=r'database\.slow'):
            await services.customer_search.search(agent, '김철수')

        assert await not_waiting(db)
    await db.close()


async def waiting(db: Database) -> bool:
    return not await not_waiting(db)


async def not_waiting(db: Database) -> bool:
    async with db.statement() as connection:
        count = await connection.execute(
            text("""
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND state = 'active' AND wait_event_type = 'Lock'
            """)
        )
        return count.scalar_one() == 0


async def test_budgets_connections_are_its_own(settings: Settings) -> None:
    db = Database(settings.database_url, pool_size=1, pool_overflow=0)
    apart = db.separate_pool(reads=1, server_settings=SERVER_SETTINGS)
    async with apart.statement() as search, db.statement() as work:
        assert (await search.execute(text('SHOW statement_timeout'))).scalar_one() == '1s'
        assert (await search.execute(text('SHOW enable_seqscan'))).scalar_one() == 'off'
        assert (await work.execute(text('SHOW statement_timeout'))).scalar_one() == '0'
    await db.close()


async def test_unknown_agent_sees_what_all_see(services: Services, make: Make) -> None:
    """Customers are everybody's; what was said to them is not (see ``test_message_search``)."""
    await make.customer(name='강가을')
    stranger = await make.agent(department='기술지원', id=uuid4())

    assert len(await services.customer_search.search(stranger, '강가을')) == 1
