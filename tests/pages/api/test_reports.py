"""``GET /reports``: what the screen shows, for supervisors' programs, and the same as a file."""

import csv
import io
from collections.abc import AsyncIterator

import httpx
import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import col, select

from desk import clock
from desk.db import Database
from models import Agent, AgentStatus, AuditAction, AuditEntry
from services.floor.definitions import day_of, definition_of
from services.registry import Services
from services.reports.report_query import ReportPeriod, ReportQuery
from services.reports.shifts import ShiftPlan
from tests.pages.api.conftest import Site
from tests.support.make import DEPARTMENT, Make


def version_today() -> int:
    """Return the version of the figures' definitions that holds today."""
    return definition_of(day_of(clock.now())).version


@pytest.fixture
async def boss(make: Make) -> Agent:
    """A supervisor who takes no contacts."""
    return await make.supervisor(status=AgentStatus.OFFLINE)


@pytest.fixture
async def program(site: Site, boss: Agent) -> AsyncIterator[httpx.AsyncClient]:
    """A supervisor's program."""
    async with site.signed_in(boss) as client:
        yield client


async def test_program_reads_what_the_screen_shows(
    services: Services, make: Make, agent: Agent, program: httpx.AsyncClient
) -> None:
    chat, other = await make.chat(), await make.chat()
    await services.chats.take(agent, chat.id)
    await services.visits.leave(other.id)

    answer = (await program.get('/reports', params={'period': 'today', 'group': 'queue'})).json()

    assert (answer['definitions'], answer['waiting']) == ([version_today()], 0)
    [row] = answer['rows']
    assert row['name'] == DEPARTMENT
    assert row['figures']['answer_rate'] == {'value': 50, 'contacts': 2}
    assert row['figures']['first_reply'] == {'value': None, 'contacts': 0}
    assert answer['total'] == row['figures']


async def test_file_has_the_same_rows_and_is_in_the_audit_log(
    services: Services, make: Make, agent: Agent, program: httpx.AsyncClient, db: Database
) -> None:
    chat = await make.chat()
    await services.chats.take(agent, chat.id)
    asked = {'period': 'today', 'group': 'agent', 'reason': 'report'}

    written = await program.get('/reports/export', params=asked)
    sheet = await program.get('/reports/export', params={**asked, 'format': 'xlsx', 'lang': 'en'})

    headings, total, row, *_ = csv.reader(io.StringIO(written.content.decode('utf-8-sig')))
    assert headings[:3] == ['상담원', '인입(건)', '응대(건)']
    assert (total[0], total[2], row[0], row[2]) == ('전체', '1', agent.name, '1')
    assert row[headings.index('만족도(점)')] == ''
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet.content)).get_sheet_by_index(0)
    assert book.to_python()[0][:2] == ['Agent', 'Offered(contacts)']
    async with db.reading() as session:
        entries = select(AuditEntry).where(col(AuditEntry.action) == AuditAction.REPORT_EXPORTED)
        assert len((await session.exec(entries)).all()) == 2


async def test_agents_days_are_exported_with_their_plan(
    services: Services, make: Make, agent: Agent, boss: Agent, program: httpx.AsyncClient
) -> None:
    await services.agent_states.choose(agent.id, AgentStatus.AWAY)
    await services.agent_states.choose(agent.id, AgentStatus.AVAILABLE)
    today = ReportQuery(period=ReportPeriod.TODAY).days[1]
    plan = ShiftPlan(day=today, begin='00:00', until='23:59')
    await services.shifts.plan(boss, agent.id, plan)
    asked = {'period': 'today', 'view': 'days', 'reason': 'report'}

    written = await program.get('/reports/export', params=asked)
    english = await program.get('/reports/export', params={**asked, 'lang': 'en'})

    headings, row, foot = csv.reader(io.StringIO(written.content.decode('utf-8-sig')))
    found = dict(zip(headings, row, strict=True))
    assert found['상담원'] == agent.name
    assert float(found['계획 시간(초)']) > 0
    assert 0 <= float(found['준수율(%)']) <= 100
    assert foot[1] == f'정의 v{version_today()}'
    [heads, *_] = csv.reader(io.StringIO(english.content.decode('utf-8-sig')))
    assert all(one.isascii() for one in heads), heads


async def test_reports_are_refused_to_agents_and_for_no_period(
    api: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    assert (await api.get('/reports')).status_code == 403
    assert (await api.get('/reports/export')).status_code == 403
    assert (await program.get('/reports', params={'from': '2026-03-01'})).status_code == 422
    assert (await program.get('/reports', params={'group': 'moon'})).status_code == 422
