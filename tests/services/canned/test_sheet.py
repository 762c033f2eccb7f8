"""Canned replies as a sheet: an export imported again changes nothing, a trial changes nothing, one fault changes nothing."""

import pytest

from desk.errors import InvalidInputError
from models import Agent, AuditAction, SettingKind
from services.audit.filter import AuditFilter
from services.canned.sheet import CannedReport
from services.customers.importing.files import ImportFile
from services.registry import Services
from tests.support.import_files import file, fill
from tests.support.make import DEPARTMENT, Make
from tests.support.sheets import workbook_of

__all__ = ['file']

HEADINGS = ['공유', '폴더', '제목', '단축어', '답변', '영어 제목', '영어 답변', '상태']


@pytest.fixture
async def supervisor(make: Make) -> Agent:
    return await make.supervisor()


async def run(
    services: Services, by: Agent, file: ImportFile, content: bytes, *, is_trial: bool = False
) -> CannedReport:
    await fill(file, content)
    return await services.canned_sheet.run(by, file, is_trial=is_trial)


def keys(report: CannedReport) -> dict[int, str]:
    return {fault.row: fault.error.key for fault in report.faults}


@pytest.mark.parametrize(('is_xlsx', 'language'), [(False, 'ko'), (True, 'en')])
async def test_an_export_imported_again_changes_nothing(
    services: Services, supervisor: Agent, file: ImportFile, is_xlsx: bool, language: str
) -> None:
    own = {'title': '=1+1', 'body': '첫 줄,\n"둘째" 줄', 'folder': '인사 / 첫인사'}
    await services.canned_replies.add(supervisor, own)
    shared = {'title': '환불', 'body': '{고객명}님 {{금액}}', 'body_en': 'Refund'}
    row = await services.canned_replies.add(
        supervisor, shared, is_shared=True, department=DEPARTMENT
    )
    await services.desk_settings.edit(
        supervisor, SettingKind.CANNED_REPLY, row.id, {'is_active': 'no'}, version=1
    )
    parts = await services.canned_sheet.export(supervisor, is_xlsx=is_xlsx, language=language)
    content = b''.join([part async for part in parts])

    report = await run(services, supervisor, file, content)

    assert keys(report) == {}
    assert (report.changes, report.same, report.ignored) == ((), 2, ())


async def test_new_replies_are_added_and_known_ones_changed(
    services: Services, make: Make, supervisor: Agent, file: ImportFile
) -> None:
    known = await services.canned_replies.add(
        supervisor, {'title': '인사', 'body': '네', 'code': 'ㄴ'}
    )
    content = workbook_of(
        HEADINGS,
        ['', '', '인사', '', '안녕하세요', '', '', ''],
        [DEPARTMENT, '배송', '지연', '/지연', '늦어요', 'Late', 'It is late', '사용 중'],
    )

    tried = await run(services, supervisor, file, content, is_trial=True)
    before = [one.row.title for one in await services.canned_replies.readable(supervisor)]
    done = await run(services, supervisor, file, content)

    assert (tried.is_written, before) == (False, ['인사'])
    assert [(one.title, one.is_new, one.fields) for one in tried.changes] == [
        ('인사', False, ('body',)),
        ('지연', True, ()),
    ]
    assert (done.is_written, done.changes) == (True, tried.changes)
    rows = {one.row.title: one.row for one in await services.canned_replies.readable(supervisor)}
    assert (rows['지연'].code, rows['지연'].department, rows['지연'].owner_id) == (
        '지연',
        DEPARTMENT,
        None,
    )
    stored = await services.desk_settings.stored(supervisor, SettingKind.CANNED_REPLY, known.id)
    assert (stored.version, stored.values['body'], stored.values['code']) == (2, '안녕하세요', 'ㄴ')
    wanted = AuditFilter(action=AuditAction.CANNED_IMPORTED)
    page = await services.audit_log.newest(await make.admin(), wanted)
    assert [one.details for one in page.entries] == [{'new': 1, 'changed': 1}]


async def test_one_fault_changes_nothing(
    services: Services, make: Make, supervisor: Agent, file: ImportFile
) -> None:
    await make.queue(name='결제', department='결제')
    content = workbook_of(
        HEADINGS,
        ['', '', '좋은 줄', '', '네', '', '', ''],
        ['결제', '', '남의 부서', '', '네', '', '', ''],
        ['없는 부서', '', '어디', '', '네', '', '', ''],
        ['', '', '', '', '제목 없음', '', '', ''],
        ['', '', '좋은 줄', '', '또', '', '', ''],
        ['', '', '글 없음', '', '', '', '', ''],
        ['', '', '상태', '', '네', '', '', '아마'],
    )

    report = await run(services, supervisor, file, content)

    assert keys(report) == {
        3: 'canned.not_your_department',
        4: 'canned.department',
        5: 'canned.no_title',
        6: 'canned.twice',
        7: 'canned.text',
        8: 'settings.choice',
    }
    assert not report.is_written
    assert await services.canned_replies.readable(supervisor) == []
    with pytest.raises(InvalidInputError):
        await run(services, supervisor, file, workbook_of(['제목'], ['글이 없는 표']))
