"""A report as a spreadsheet: the table of the screen, with numbers that can be computed with."""

from pages.locale import text
from pages.parts.reports.words import Words
from services.history.exports import Row
from services.reports.exports import ReportWords
from services.reports.figures import FORMULAS, Figure, Unit
from services.reports.reports import Numbers, Report

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

    return ReportWords(rows)


def _heading(language: str, name: str, figure: Figure) -> str:
    return f'{name}({text(language, UNITS[FORMULAS[figure].unit])})'


def _cells(numbers: Numbers) -> Row:
    """Return the figures: whole contacts, percentages and seconds to one decimal; empty for a dash."""
    values = [(numbers.value(one), FORMULAS[one].unit) for one in Figure]
    return [
        None if value is None else int(value) if unit is Unit.CONTACTS else round(value, 1)
        for value, unit in values
    ]
