"""People as a sheet: an export imported again changes nothing, a trial changes nothing, one fault changes nothing."""

import pytest

from desk.errors import ConflictError, InvalidInputError, NotAllowedError
from models import Agent, AgentRole
from services.customers.importing.files import ImportFile
from services.registry import Services
from services.roster.roster import RosterReport
from services.work.export_reasons import ExportReason, ExportWhy
from tests.support.import_files import file, fill
from tests.support.make import DEPARTMENT, Make
from tests.support.sheets import workbook_of

__all__ = ['file']

HEADINGS = ['아이디', '성', '이름', '이메일', '역할', '부서', '동시 채팅', '역량']


@pytest.fixture
async def admin(make: Make) -> Agent:
    return await make.admin(username='boss')


async def run(
    services: Services, admin: Agent, file: ImportFile, content: bytes, *, is_trial: bool = False
) -> RosterReport:
    await fill(file, content)
    return await services.roster.run(admin, file, is_trial=is_trial)


WHY = ExportWhy(ExportReason.REPORT)


async def exported(services: Services, admin: Agent, *, is_xlsx: bool, language: str) -> bytes:
    parts = await services.roster.export(admin, why=WHY, is_xlsx=is_xlsx, language=language)
    return b''.join([part async for part in parts])


def keys(report: RosterReport) -> dict[int, str]:
    return {fault.row: fault.error.key for fault in report.faults}


@pytest.mark.parametrize(
    ('is_xlsx', 'language'), [(False, 'ko'), (False, 'en'), (True, 'ko'), (True, 'en')]
)
async def test_an_export_imported_again_changes_nothing(
    services: Services, admin: Agent, make: Make, file: ImportFile, is_xlsx: bool, language: str
) -> None:
    skill = await services.skills.add(admin, '영어', 'English')
    agent = await make.agent(last_name='=1+1', first_name='하윤')
    await services.skills.set_levels(admin, agent.id, {skill.id: 3})
    await make.agent(is_active=False)
    content = await exported(services, admin, is_xlsx=is_xlsx, language=language)

    report = await run(services, admin, file, content)

    assert keys(report) == {}
    assert (report.changes, report.same, report.ignored) == ((), 3, ())


async def test_new_people_are_invited_and_known_ones_changed(
    services: Services, admin: Agent, make: Make, file: ImportFile
) -> None:
    english = await services.skills.add(admin, '영어')
    vip = await services.skills.add(admin, 'VIP')
    agent = await make.agent(username='mina')
    await services.skills.set_levels(admin, agent.id, {vip.id: 1})
    content = workbook_of(
        HEADINGS,
        ['MINA', '', '미나', '', '팀장', '환불', 5, '영어:2'],
        ['hayun', '이', '하윤', 'hayun@example.com', '', DEPARTMENT, '', ''],
    )

    tried = await run(services, admin, file, content, is_trial=True)
    untouched = await services.agents.agent(agent.id)
    report = await run(services, admin, file, content)

    assert (tried.changes, tried.is_written, tried.invited) == (report.changes, False, ())
    assert untouched.role is AgentRole.AGENT
    known, new = report.changes
    assert known.fields == ('first_name', 'department', 'role', 'chat_capacity', 'skills')
    assert (new.username, new.is_new) == ('hayun', True)
    now = await services.agents.agent(agent.id)
    assert (now.role, now.department, now.chat_capacity) == (AgentRole.SUPERVISOR, '환불', 5)
    assert (await services.skills.levels(admin))[agent.id] == {english.id: 2}
    [invited] = report.invited
    joined = await services.invitations.accept(invited.token, 'a-long-password', 'a-long-password')
    assert (joined.username, joined.role) == ('hayun', AgentRole.AGENT)


async def test_one_fault_changes_nothing(
    services: Services, admin: Agent, make: Make, file: ImportFile
) -> None:
    agent = await make.agent(username='mina')
    rows: list[list[object]] = [
        HEADINGS,
        ['mina', '김', '', '', '', '환불', '', ''],
        ['Mina', '박', '', '', '', '', '', ''],
        ['', '박', '', '', '', '', '', ''],
        ['new', '박', '서준', 'not an address', '', '환불', '', ''],
        ['new2', '박', '', 'new2@example.com', '', '환불', '', ''],
        ['new3', '박', '서준', agent.email, '', '환불', '', ''],
        ['boss', '', '', '', '임금님', '', '', ''],
        ['agent-9', '', '', '', '', '', 99, ''],
        ['agent-8', '', '', '', '', '', '', '영어'],
    ]
    await make.agent(username='agent-8')
    await make.agent(username='agent-9')

    report = await run(services, admin, file, workbook_of(*rows))

    assert keys(report) == {
        3: 'roster.twice', 4: 'roster.username', 5: 'roster.cell', 6: 'roster.incomplete',
        7: 'invite.email_taken', 8: 'roster.cell', 9: 'agent.capacity', 10: 'roster.skills',
    }  # fmt: skip
    assert not report.is_written
    assert (await services.agents.agent(agent.id)).department == DEPARTMENT


async def test_what_may_not_be(
    services: Services, admin: Agent, make: Make, file: ImportFile
) -> None:
    agent = await make.agent()
    everybody_demoted = workbook_of(['아이디', '역할'], ['boss', '상담원'])

    with pytest.raises(ConflictError):
        await run(services, admin, file, everybody_demoted)
    with pytest.raises(NotAllowedError):
        await run(services, agent, file, everybody_demoted)
    with pytest.raises(NotAllowedError):
        await exported(services, agent, is_xlsx=False, language='ko')
    with pytest.raises(InvalidInputError) as no_key:
        await run(services, admin, file, workbook_of(['성', '이름'], ['김', '미나']))
    with pytest.raises(InvalidInputError):
        await run(services, admin, file, b'\x00\x01 nothing that is a sheet')
    assert no_key.value.key == 'roster.no_username_column'
    assert (await services.agents.agent(admin.id)).role is AgentRole.ADMIN
