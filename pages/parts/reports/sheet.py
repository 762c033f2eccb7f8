"""A report as a spreadsheet: the table of the screen, with numbers that can be computed with."""

from collections.abc import Sequence
from datetime import date

from models import AgentStatus
from pages.locale import text
from pages.parts.reports.words import Words
from services.floor.definitions import definition_of
from services.history.exports import Row
from services.reports.agent_days import AgentDay
from services.reports.exports import ReportWords
from services.reports.figures import FORMULAS, Figure, Unit
from services.reports.reports import Numbers, Report

STATES = {
    AgentStatus.AVAILABLE: '상담 가능', AgentStatus.BUSY: '상담 중', AgentStatus.AFTER_CONTACT: '후처리',
    AgentStatus.AWAY: '이석', AgentStatus.DISCONNECTED: '연결 끊김', AgentStatus.CHECKING: '점검',
}  # fmt: skip
UNITS = {Unit.CONTACTS: '건', Unit.PERCENT: '%', Unit.SECONDS: '초', Unit.POINTS: '점'}


def words(language: str) -> ReportWords:
    """Return the texts of a report's file in a language."""

    def rows(report: Report) -> list[Row]:
        said, group = Words(language), report.query.group
        versions = ', '.join(f'v{one}' for one in report.versions)
        names = [_heading(language, said.figure(one), one) for one in Figure]
        return [
            [said.grouping(group), *names],
            [text(language, '전체'), *_cells(report.total)],
            *([said.row(group, row), *_cells(row.numbers)] for row in report.rows),
            [
                f'{report.since.isoformat()} ~ {report.until.isoformat()}',
                text(language, '정의 {versions}', versions=versions),
            ],
        ]

    def days(day: date, found: Sequence[AgentDay]) -> list[Row]:
        states = [text(language, name) for name in STATES.values()]
        heads = ['상담원', '부서', '점유율', '계획 시간', '준수율']
        agent, department, occupancy, planned, adherence = (text(language, one) for one in heads)
        seconds = text(language, UNITS[Unit.SECONDS])
        version = text(language, '정의 {versions}', versions=f'v{definition_of(day).version}')
        return [
            [agent, department, *(f'{one}({seconds})' for one in states), f'{occupancy}(%)', f'{planned}({seconds})', f'{adherence}(%)'],
            *(
                [
                    one.name,
                    text(language, one.department),
                    *(round(one.seconds_in(status)) for status in STATES),
                    _rounded(one.occupancy),
                    round(one.planned_seconds) if one.plan else None,
                    _rounded(one.adherence),
                ]
                for one in found
            ),
            [day.isoformat(), version],
        ]  # fmt: skip

    return ReportWords(rows, days)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _heading(language: str, name: str, figure: Figure) -> str:
    return f'{name}({text(language, UNITS[FORMULAS[figure].unit])})'


def _cells(numbers: Numbers) -> Row:
    """Return the figures: whole contacts, percentages and seconds to one decimal; empty for a dash."""
    values = [(numbers.value(one), FORMULAS[one].unit) for one in Figure]
    return [
        None if value is None else int(value) if unit is Unit.CONTACTS else round(value, 1)
        for value, unit in values
    ]
