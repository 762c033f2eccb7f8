"""The table of a report: one row a group, every number a button that opens its contacts."""

from dataclasses import dataclass

from markupsafe import Markup

from pages.locale import _, language
from pages.parts.floor.board_numbers import number_button
from pages.parts.kit.markup import filled
from pages.parts.reports.words import Words, value_text
from services.reports.figures import Figure
from services.reports.report_query import Key
from services.reports.reports import Choice, Numbers, Report, ReportRow

WINDOW = 50
"""Rows that are drawn at once."""
TOTAL, NAMELESS = 'all', 'none'
"""Stand for the whole and for contacts without one in a number's target."""


def target(figure: Figure, key: Key) -> str:
    """Return what a number of a row opens, as an address carries it."""
    return f'{figure}:{NAMELESS if key is None else key}'


def chosen(report: Report, given: str) -> Choice | None:
    """Return the number that an address opens; ``None`` when it is not one of the report."""
    name, _colon, whose = given.partition(':')
    if name not in set(Figure):
        return None
    figure = Figure(name)
    if whose == TOTAL:
        return Choice(figure=figure, is_total=True)
    row = next((one for one in report.rows if target(figure, one.key) == given), None)
    return Choice(figure=figure, key=row.key) if row else None


def row_of(report: Report, choice: Choice) -> ReportRow | None:
    """Return the row of a chosen number; ``None`` for the whole."""
    return next((one for one in report.rows if not choice.is_total and one.key == choice.key), None)


def number_of(report: Report, choice: Choice) -> int | None:
    """Return a chosen number as the table shows it; ``None`` for one of the heat map."""
    if choice.weekday is not None:
        return None
    row = row_of(report, choice)
    return (row.numbers if row else report.total).count(choice.figure)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTable:
    """A window of a report's rows as markup; ``chosen`` is the open number."""

    report: Report
    begin: int
    chosen: str

    def markup(self) -> Markup:
        """Return the table."""
        words, group = Words(language()), self.report.query.group
        heads = [words.grouping(group), *(words.figure(one) for one in Figure)]
        window = self.report.rows[self.begin : self.begin + WINDOW]
        rows = [self._row(one, words.row(group, one)) for one in window]
        return filled(
            '<table class="desk-table board-table report-table" aria-label="{label}"><thead><tr>{head}</tr></thead>'
            '<tbody>{total}{rows}</tbody></table>',
            label=_('{group}별 보고서', group=words.grouping(group)),
            head=Markup().join(filled('<th scope="col">{name}</th>', name=one) for one in heads),
            total=self._line(TOTAL, _('전체'), self.report.total),
            rows=Markup().join(rows),
        )

    def _row(self, row: ReportRow, name: str) -> Markup:
        return self._line(NAMELESS if row.key is None else str(row.key), name, row.numbers)

    def _line(self, whose: str, name: str, numbers: Numbers) -> Markup:
        words = Words(language())
        cells = []
        for figure in Figure:
            value = value_text(figure, numbers.value(figure))
            cells.append(
                number_button(
                    opens=f'{figure}:{whose}',
                    name=words.figure(figure),
                    value=f'{value}, {name}',
                    chosen=self.chosen,
                    inside=filled('{value}', value=value),
                    look='board-number' + ('' if numbers.count(figure) else ' board-none'),
                )
            )
        return filled(
            '<tr data-key="{key}"{look}><th scope="row">{name}</th>{cells}</tr>',
            key=whose,
            look=Markup(' class="report-total"') if whose == TOTAL else '',
            name=name,
            cells=Markup().join(filled('<td>{cell}</td>', cell=one) for one in cells),
        )
