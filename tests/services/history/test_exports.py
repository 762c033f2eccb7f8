"""Taking the history out: all that one may see and no more, written down, stopped by its own person alone."""

import asyncio
import csv
import io
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from python_calamine import CalamineWorkbook

from desk.errors import ConflictError, InvalidInputError
from desk.settings import Settings
from models import Agent, AgentRole, AuditAction
from services.history.exports import (
    BATCH,
    ExportFormat,
    ExportMoved,
    ExportState,
    Words,
    export_topic,
)
from services.history.filter import EVERYTHING, HistoryFilter
from services.registry import Services
from services.reports.exports import ReportWords
from services.reports.report_query import ReportQuery
from services.work.export_reasons import ExportReason, ExportWhy
from tests.support.make import Make
from tests.support.until import until

WHY = ExportWhy(ExportReason.QUALITY)
WORDS = Words(
    headings=['고객', '말'], row=lambda one: [one.name, one.last_line], stopped='여기까지'
)


async def taken_out(
    services: Services,
    agent: Agent,
    wanted: HistoryFilter = EVERYTHING,
    kind: ExportFormat = ExportFormat.CSV,
) -> bytes:
    async with services.exports.running(agent, wanted, kind, why=WHY, export_id=uuid4()) as export:
        return b''.join([part async for part in export.file(WORDS)])


def lines(file: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.decode('utf-8-sig'), newline='')))


async def followed(services: Services, export_id: UUID) -> list[ExportMoved]:
    heard: list[ExportMoved] = []
    services.topics.subscribe(
        export_topic(export_id),
        lambda event: heard.append(event) if isinstance(event, ExportMoved) else None,
    )
    return heard


async def test_agent_takes_out_what_the_list_shows(services: Services, make: Make) -> None:
    agent = await make.agent()
    await make.chat(visitor_name='김 철수, "단골"', last_line='=1+1\n두 줄')
    await make.chat(department='기술지원', visitor_name='남의 고객')

    file = await taken_out(services, agent)

    assert lines(file) == [['고객', '말'], ['김 철수, "단골"', "'=1+1\n두 줄"]]


async def test_xlsx_holds_the_same(services: Services, make: Make) -> None:
    agent = await make.agent()
    await make.chat(visitor_name='황보 민들레아름누리', last_line='=1+1')

    file = await taken_out(services, agent, kind=ExportFormat.XLSX)

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_index(0)
    assert sheet.to_python() == [['고객', '말'], ['황보 민들레아름누리', '=1+1']]


async def test_export_is_in_the_audit_log_without_what_was_looked_for(
    services: Services, settings: Settings, make: Make
) -> None:
    agent, customer = await make.agent(), await make.customer(name='김철수')
    await make.chat(customer_id=customer.id)

    await taken_out(services, agent, HistoryFilter(text='김철수', department='주문·배송'))

    [(who, began), (_, ended)] = await logged(settings)
    assert (who, began['format'], began['filters']) == (agent.id, 'csv', ['department', 'text'])
    assert (ended['rows'], ended['end'], began['reason']) == (1, 'done', 'quality')
    assert '김철수' not in f'{began} {ended}'


@pytest.mark.parametrize('why', [ExportWhy(None), ExportWhy(ExportReason.OTHER, ' ')])
async def test_nothing_is_taken_out_without_a_reason(
    services: Services, settings: Settings, make: Make, why: ExportWhy
) -> None:
    admin = await make.admin()
    running = services.exports.running(admin, EVERYTHING, ExportFormat.CSV, why=why, export_id=uuid4())  # fmt: skip
    words = ReportWords(rows=lambda _report: [], days=lambda _day, _found: [])
    report = services.report_exports.file(admin, ReportQuery(), ExportFormat.CSV, words, why=why)

    with pytest.raises(InvalidInputError):
        await running.__aenter__()
    with pytest.raises(InvalidInputError):
        await anext(report)
    with pytest.raises(InvalidInputError):
        await services.roster.export(admin, why=why, is_xlsx=False, language='ko')

    assert await logged(settings) == []


async def logged(settings: Settings) -> list[tuple[UUID, dict[str, Any]]]:
    """What the audit log says of exports: by whom, and what else."""
    connecting = psycopg.AsyncConnection.connect(settings.database_url.replace('+psycopg', ''))
    async with await connecting as connection:
        rows = await connection.execute(
            'SELECT agent_id, details FROM audit_log WHERE action = %s ORDER BY id',
            [AuditAction.HISTORY_EXPORTED.value],
        )
        return list(await rows.fetchall())


@pytest.fixture
async def many(make: Make) -> int:
    """More contacts than two batches."""
    count = 2 * BATCH + 10
    await make.chats(count)
    return count


async def test_who_looks_on_hears_how_far_it_is(
    services: Services, another_desk: Services, make: Make, many: int
) -> None:
    agent, export_id = await make.agent(), uuid4()
    heard = await followed(another_desk, export_id)

    async with services.exports.running(
        agent, EVERYTHING, ExportFormat.CSV, why=WHY, export_id=export_id
    ) as export:
        file = [part async for part in export.file(WORDS)]

    await until(lambda: bool(heard) and heard[-1].state is ExportState.DONE)
    assert heard[-1].rows == many == len(lines(b''.join(file))) - 1
    assert heard[0].rows < many


async def test_export_is_stopped_from_another_process_and_says_so_in_its_last_line(
    services: Services, another_desk: Services, make: Make, many: int
) -> None:
    agent, colleague, export_id = await make.agent(), await make.agent(), uuid4()
    running = services.exports.running(
        agent, EVERYTHING, ExportFormat.CSV, why=WHY, export_id=export_id
    )

    async with running as export:
        parts = export.file(WORDS)
        file = [await anext(parts), await anext(parts)]
        await another_desk.exports.stop(colleague, export_id)  # nobody else's to stop
        await another_desk.exports.stop(agent, export_id)
        await until(lambda: export.state is ExportState.STOPPED)
        file += [part async for part in parts]

    assert lines(b''.join(file))[-1] == ['여기까지']
    assert export.rows < many


async def test_export_ends_before_a_row_of_a_right_that_was_taken(
    services: Services, another_desk: Services, make: Make, many: int
) -> None:
    boss, admin = await make.supervisor(), await make.agent(role=AgentRole.ADMIN)
    for kind in ExportFormat:
        running = services.exports.running(boss, EVERYTHING, kind, why=WHY, export_id=uuid4())
        async with running as export:
            parts = export.file(WORDS)
            if kind is ExportFormat.CSV:
                file = [await anext(parts), await anext(parts)]
            await another_desk.authority.set_role(admin, boss.id, AgentRole.AGENT)
            if kind is ExportFormat.CSV:
                file += [part async for part in parts]
            else:
                with pytest.raises(ConflictError, match=r'export\.stopped'):
                    await anext(parts)

        assert export.state is ExportState.STOPPED
        assert export.rows < many
        await another_desk.authority.set_role(admin, boss.id, AgentRole.SUPERVISOR)
    assert lines(b''.join(file))[-1] == ['여기까지']


async def test_stopped_xlsx_is_none_at_all(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent, export_id = await make.agent(), uuid4()
    await make.chat()

    running = services.exports.running(
        agent, EVERYTHING, ExportFormat.XLSX, why=WHY, export_id=export_id
    )
    async with running as export:
        await another_desk.exports.stop(agent, export_id)
        await until(lambda: export.state is ExportState.STOPPED)
        with pytest.raises(ConflictError, match=r'export\.stopped'):
            await anext(export.file(WORDS))


async def test_reader_who_goes_away_is_written_down(
    services: Services, make: Make, many: int
) -> None:
    agent, export_id = await make.agent(), uuid4()
    heard = await followed(services, export_id)

    async def read_for_ever() -> None:
        async with services.exports.running(
            agent, EVERYTHING, ExportFormat.CSV, why=WHY, export_id=export_id
        ) as export:
            async for _ in export.file(WORDS):
                await asyncio.Event().wait()

    reading = asyncio.ensure_future(read_for_ever())
    await asyncio.wait({reading}, timeout=1)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)

    await until(lambda: bool(heard) and heard[-1].state is ExportState.BROKEN)
    assert heard[-1].rows < many
