"""What searching costs at a million customers and messages; ``bench_history`` says what it costs those who send meanwhile.

By itself: ``python -m tests.load.bench --only search``. The data is made once (``load_data``) and
kept in ``.cache/bench``. The baseline of a search is the same SQL through bare psycopg, in the same run.
"""

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

from desk.db import Database
from desk.sandbox import BackingUrls
from models import Agent, AgentRole, migrations
from services.search.customers import SERVER_SETTINGS, CustomerSearch
from services.search.messages import MessageSearch
from services.text import hangul
from tests.load import load_data
from tests.load.floor import bare, schema
from tests.load.load_people import FAMILY, People
from tests.load.processes import SECRET
from tests.load.report import Row
from tests.support.make import Make
from tests.support.statements import each_statement

ROWS = 1_000_000
"""Customers, and messages."""
ROUNDS = 2
Found = tuple[list[float], list[float]]
MESSAGE_TEXTS = (
    '배송', '환불', '감사합니다', '교환', '주문번호', '송장번호', '비밀번호', '택배', '경비실', '가습기', '공기청정기', '와이파이',
    '5GHz', '설명서', '2.4GHz', 'DK-210', '카드', '취소', '무선 이어폰', '물류센터', '즐겨찾기', '백업', '부산 해운대', '한빛택배',
    '없는말뷁', '다니까요', '쀍뛟', '영수증', '4260', '선물', '새벽배송', '파손', '보증', '업데이트', '로그인', '앱에서',
    '결제 환불', '가습기 교환', '급해요', 'ㅎㅎ',
)  # fmt: skip


def texts(seed: int = 200) -> list[str]:
    """Return the fixed mix of 200 things to look for: names in parts, initials, slips, numbers, the absent."""
    chance = random.Random(seed)
    people = [row for batch in People(7, load_data.clock.now()).rows(3_000) for row in batch]
    korean = [
        str(row[1]) for row in people if len(str(row[1])) == 3 and '가' <= str(row[1])[0] <= '힣'
    ]
    mails = [str(row[2]) for row in people if row[2]]
    phones = [str(row[3]) for row in people if str(row[3]).startswith('010')]
    family = list(FAMILY)

    def some(count: int, make: Callable[[], str]) -> list[str]:
        return [make() for _ in range(count)]

    def initials() -> str:
        return ''.join(chance.choice(hangul.INITIALS[::2]) for _ in range(chance.choice((2, 3, 3))))

    def spelled() -> str:
        one = chance.choice(phones)
        return chance.choice((one, f'{one[:3]}-{one[3:7]}-{one[7:]}', f'+82 {one[1:3]} {one[3:]}'))

    return [
        *some(30, lambda: chance.choice(korean)),
        *some(20, lambda: chance.choice(korean)[:2]),
        *some(25, lambda: chance.choice(korean)[1:]),
        *some(5, lambda: chance.choice(family)),
        *some(30, initials),
        *some(15, lambda: hangul.typed_in_latin(chance.choice(korean))),
        *some(
            10, lambda: chance.choice(('smith', 'Maria', 'nguyen', 'John Mil', 'Yuki Sato', 'ahm'))
        ),
        *some(13, lambda: chance.choice(mails)[: chance.randint(4, 16)]),
        *some(2, lambda: chance.choice(('example.com', 'co.kr'))),
        *some(15, spelled),
        *some(15, lambda: chance.choice(phones)[-4:]),
        *some(5, lambda: chance.choice(phones)[: chance.randint(4, 8)]),
        *some(5, lambda: f'C-{chance.randint(1, ROWS):07}'),
        *some(
            10,
            lambda: chance.choice(
                ('쀍뛟', '뷁웳', 'zzqx', '독고쀍', '0109999', 'xqzw@', 'ㅋㅋㅋㅋ', '없는사람')
            ),
        ),
    ]


async def rows(urls: BackingUrls, *, customers: int = ROWS, messages: int = ROWS) -> list[Row]:
    """Measure everything about searching; returns the report's rows."""
    address = filled(urls, customers, messages)
    db = Database(address, pool_size=10)
    try:
        make = Make(db)
        agent = await make.agent(username=f'bench-{uuid4().hex}')
        boss = await make.supervisor(username=f'bench-{uuid4().hex}')
        found = await _customers(db, agent, address, customers)
        return [*found, *await _messages(db, [agent, boss], address, messages)]
    finally:
        await db.close()


async def _customers(db: Database, agent: Agent, address: str, count: int) -> list[Row]:
    search = CustomerSearch(db, secret=SECRET)
    mix = texts()

    async def look(text: str) -> None:
        await search.search(agent, text)

    found = await _beside_bare(search._db, address, mix, look, rest=11.0)
    return _rows(f'customer search, {len(mix)} texts, {count:,} customers', found, most=50)


async def _messages(db: Database, people: Sequence[Agent], address: str, count: int) -> list[Row]:
    search = MessageSearch(db)
    found: list[Row] = []
    for who in people:

        async def look(text: str, who: Agent = who) -> None:
            await search.search(who, text)

        times = await _beside_bare(search._db, address, MESSAGE_TEXTS, look, rest=14.0)
        role = 'supervisor' if who.role is AgentRole.SUPERVISOR else 'agent'
        found += _rows(
            f'words in {count:,} messages, {len(MESSAGE_TEXTS)} texts, {role}', times, most=100
        )
    return found


def _rows(what: str, found: Found, *, most: float) -> list[Row]:
    desk, baseline = found
    return [
        Row(what=f'{what}, p50', figure=_cut(desk, 50), unit='ms', baseline=_cut(baseline, 50)),
        Row(
            what=f'{what}, p95', figure=_cut(desk, 95), unit='ms', most=most,
            baseline=_cut(baseline, 95), note='baseline: the same SQL through psycopg',
        ),
    ]  # fmt: skip


def _cut(milliseconds: Sequence[float], percent: int) -> float:
    return statistics.quantiles(milliseconds, n=100, method='inclusive')[percent - 1]


async def _beside_bare(
    db: Database,
    address: str,
    mix: Sequence[str],
    look: Callable[[str], Awaitable[None]],
    *,
    rest: float,
) -> Found:
    """Look for each text, at a person's pace, and run the SQL that it came to through bare psycopg."""
    desk: list[float] = []
    baseline: list[float] = []
    options = ' '.join(f'-c {name}={value}' for name, value in SERVER_SETTINGS.items())
    async with await psycopg.AsyncConnection.connect(
        bare(address), autocommit=True, options=options
    ) as plain:
        for turn in range(ROUNDS + 1):
            for text in mix:
                statements: list[tuple[str, Any]] = []
                with each_statement(lambda *one, to=statements: to.append(one)):
                    milliseconds = await _timed(look(text))
                again = await _timed(_replayed(plain, statements))
                if turn:  # the first warms up
                    desk.append(milliseconds)
                    baseline.append(again)
                await asyncio.sleep(milliseconds / 1000 * rest)
    return desk, baseline


async def _timed(work: Awaitable[None]) -> float:
    began = time.perf_counter()
    await work
    return (time.perf_counter() - began) * 1000


async def _replayed(plain: psycopg.AsyncConnection, statements: list[tuple[str, Any]]) -> None:
    for statement, parameters in statements:
        cursor = await plain.execute(statement, parameters)  # type: ignore[arg-type]  # what the desk sent
        await cursor.fetchall()


def filled(urls: BackingUrls, customers: int, messages: int) -> str:
    """Return the address of a database of that size; it is made once for these tables."""
    name = f'search_{customers}_{messages}_{schema()}'
    address = f'{urls.database_owner_url.rsplit("/", 1)[0]}/{name}'
    draft = f'{urls.database_owner_url.rsplit("/", 1)[0]}/search_draft'
    with psycopg.connect(bare(urls.database_owner_url), autocommit=True) as server:
        if server.execute('SELECT 1 FROM pg_database WHERE datname = %s', [name]).fetchone():
            return address
        server.execute('DROP DATABASE IF EXISTS search_draft WITH (FORCE)')
        server.execute('CREATE DATABASE search_draft')
        migrations.upgrade(draft)
        with psycopg.connect(bare(draft)) as connection:
            connection.execute(_AGENTS)
        load_data.fill(
            bare(draft), customers=customers, messages=messages, contacts=max(1, messages // 5)
        )
        server.execute(
            sql.SQL('ALTER DATABASE search_draft RENAME TO {}').format(sql.Identifier(name))
        )
    return address


_AGENTS = """
    INSERT INTO agents (id, username, email, password_hash, first_name, last_name, department)
    SELECT md5('agent' || n)::uuid, 'agent-' || n, 'agent' || n || '@example.com', '-', '서연', '김',
           (ARRAY['주문·배송', '결제·환불', '기술지원'])[1 + n % 3]
    FROM generate_series(1, 100) AS n
"""
