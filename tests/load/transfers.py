"""What it costs to take 200,000 contacts out and to bring a million customers in."""

import asyncio
import csv
import random
import time
from pathlib import Path
from uuid import UUID

import aiohttp
import psycopg

from desk.sandbox import BackingUrls
from desk.settings import Settings
from models import Agent, AgentRole
from services.customers.importing.importing import ImportFile, Plan
from services.customers.importing.sheet import Column
from services.process import ProcessResources
from tests.load import floor
from tests.load.load_people import FAMILY
from tests.load.processes import SECRET, Running, serving
from tests.load.report import Row

CONTACTS = 200_000
CUSTOMERS = 1_000_000
SAMPLE_SECONDS = 0.05
GROWTH_MB = 50
COLUMNS = (Column.NAME, Column.PHONE, Column.EMAIL, Column.TYPE, Column.MEMO)
_CALLS = """
    INSERT INTO calls (id, direction, department, phone, start_time, answered_at, end_time, ending)
    SELECT gen_random_uuid(), 'inbound', %(department)s, '0108' || lpad(number::text, 7, '0'), at, at + interval '9 s',
        at + interval '4 min', 'customer'
    FROM generate_series(1, %(count)s) AS number, LATERAL (SELECT now() - number * interval '20 s' AS at) AS moments
"""


async def rows(urls: BackingUrls, *, contacts: int, customers: int) -> list[Row]:
    """Measure both; returns the report's rows."""
    chief = floor.agent(1)
    with psycopg.connect(floor.bare(urls.database_owner_url), autocommit=True) as server:
        server.execute('UPDATE agents SET role = %s WHERE id = %s', ['supervisor', chief.agent_id])
        [(there,)] = server.execute('SELECT count(*) FROM chat_sessions').fetchall()
        missing = max(0, contacts - there)
        server.execute(_CALLS, {'department': floor.DEPARTMENTS[0], 'count': missing})
        server.execute('ANALYZE calls')
    found: list[Row] = []
    for kind in ('csv', 'xlsx'):
        async with serving('tests.load.desk_server', urls) as desk:
            found += await _export(desk, chief.cookie, kind, contacts)
    return [*found, *await _import(urls, chief.agent_id, customers)]


async def _export(desk: Running, cookie: str, kind: str, contacts: int) -> list[Row]:
    cookies = {'desk_session': cookie}
    async with aiohttp.ClientSession(desk.address, cookies=cookies) as session:
        await _taken(
            session, '/history/export?period=today&reason=report'
        )  # what is loaded once is no growth
        before, highest, begun = desk.resident_mb, desk.resident_mb, time.monotonic()
        taking = asyncio.ensure_future(
            _taken(session, f'/history/export?format={kind}&reason=report')
        )
        while not taking.done():
            await asyncio.wait({taking}, timeout=SAMPLE_SECONDS)
            highest = max(highest, desk.resident_mb)
        size = taking.result()
    what = f'export of {contacts:,} contacts as {kind.upper()}'
    return [
        Row(
            what=f'{what}: growth of the desk', figure=highest - before, unit='MB', most=GROWTH_MB,
            note=f'{size / 1e6:.0f} MB of file',
        ),
        Row(what=f'{what}: time', figure=time.monotonic() - begun, unit='s'),
    ]  # fmt: skip


async def _taken(session: aiohttp.ClientSession, path: str) -> int:
    """Read an export to its end; returns its bytes."""
    timeout = aiohttp.ClientTimeout(total=600)
    async with session.get(path, timeout=timeout) as answer:
        answer.raise_for_status()
        return sum([len(part) async for part in answer.content.iter_chunked(1 << 16)])


async def _import(urls: BackingUrls, agent_id: UUID, customers: int) -> list[Row]:
    settings = Settings(
        _env_file=None,
        database_url=urls.database_owner_url,
        redis_url=urls.redis_url,
        jwt_secret_key=SECRET,
    )
    resources, file = ProcessResources.of(settings), ImportFile()
    chief = Agent(id=agent_id, role=AgentRole.SUPERVISOR)
    try:
        _write(file.sheet, customers)
        begun = time.monotonic()
        report = await resources.services.customer_import.run(
            chief, file, Plan(columns=COLUMNS, is_trial=False), lambda _: None
        )
        seconds = time.monotonic() - begun
    finally:
        await file.close()
        await resources.close()
    what = f'import of {report.new:,} new customers, all or nothing'
    return [Row(what=what, figure=seconds, unit='s', note=f'{report.new / seconds:,.0f} rows/s')]


def _write(path: Path, count: int) -> None:
    """Write a CSV of so many believable customers, in Korean Excel's encoding."""
    chance, family = random.Random(3), list(FAMILY)
    given = '민서지예하도준현우진수영희철은'
    with path.open('w', encoding='cp949', newline='') as file:
        lines = csv.writer(file)
        lines.writerow(['이름', '휴대폰', '이메일', '구분', '메모'])
        for number in range(count):
            name = chance.choice(family) + chance.choice(given) + chance.choice(given)
            phone = f'010-{2000 + number // 10_000:04}-{number % 10_000:04}'
            lines.writerow([name, phone, f'bench{number}@example.com', '개인', ''])
