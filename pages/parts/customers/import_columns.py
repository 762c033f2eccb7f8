"""The position of a sheet's table and the field of each column: guessed by the desk, to be corrected by the user."""

from collections.abc import Callable, Sequence
from functools import partial

from markupsafe import Markup
from nicegui import events, ui

from pages.locale import _, language, text
from pages.parts.customers.import_words import COLUMNS, IGNORED
from pages.parts.kit.markup import Piece, filled
from services.customers.importing.columns import Column
from services.customers.importing.importing import SheetPreview
from services.customers.importing.tables import Headings, SheetChoice, column_letters

SAMPLES = 3
MAX_ROW_CHARS = 60


def draw_table_choice(preview: SheetPreview, choose: Callable[[SheetChoice], None]) -> None:
    """Draw the choice of the sheet and of the row with the headings."""
    with ui.element('div').classes('desk-import-table'):
        if len(preview.sheets) > 1:
            _select(
                _('시트'),
                {name: name for name in (*preview.sheets, preview.choice.name or '')},
                preview.choice.name or '',
                lambda name: choose(SheetChoice(name)),
            )
        rows = _rows(preview)
        _select(
            _('항목 이름이 있는 행'),
            {key: label for key, (label, _place) in rows.items()},
            _key(preview.choice.headings),
            lambda key: choose(SheetChoice(preview.choice.name, rows[key][1])),
        )


def draw_columns(
    preview: SheetPreview,
    columns: Sequence[Column | None],
    choose: Callable[[int, Column | None], None],
) -> None:
    """Draw every column that has a heading or cells, with the choice of its field."""
    with ui.element('table').classes('desk-table desk-import-columns'):
        heads = (_('파일의 항목'), _('처음 몇 행'), _('가져올 곳'))
        cells = Markup().join(filled('<th scope="col">{text}</th>', text=one) for one in heads)
        Piece('thead', inside=filled('<tr>{cells}</tr>', cells=cells))
        with ui.element('tbody'):
            for place, heading in enumerate(preview.headings):
                sample = [row[place] for row in preview.sample[:SAMPLES] if row[place]]
                if heading or any(row[place] for row in preview.sample):
                    _column(place, heading, sample, columns[place], choose)


def _column(
    place: int,
    heading: str,
    sample: Sequence[str],
    column: Column | None,
    choose: Callable[[int, Column | None], None],
) -> None:
    nameless = _('{column}열 (항목 이름 없음)', column=column_letters(place))
    with ui.element('tr'):
        look = filled('{text}' if heading else '<em>{text}</em>', text=heading or nameless)
        Piece('th', inside=look).props('scope=row')
        Piece('td', inside=filled('{text}', text=' · '.join(sample))).classes('desk-import-sample')
        with ui.element('td'):
            choices = {IGNORED: _('가져오지 않음')} | {
                each.value: text(language(), word) for each, word in COLUMNS.items()
            }
            choice = ui.select(choices, value=column or IGNORED)
            choice.props('dense outlined options-dense')
            choice.props['aria-label'] = _(
                '{heading} 항목을 가져올 곳', heading=heading or nameless
            )
            choice.on_value_change(partial(_chosen, choose, place))


def _chosen(
    choose: Callable[[int, Column | None], None],
    place: int,
    event: events.ValueChangeEventArguments[str],
) -> None:
    choose(place, None if event.value == IGNORED else Column(event.value))


def _select(label: str, choices: dict[str, str], value: str, choose: Callable[[str], None]) -> None:
    with ui.element('label'):
        ui.label(label)
        choice = ui.select(choices, value=value).props('dense outlined options-dense')
        choice.props['aria-label'] = label
        choice.on_value_change(lambda event: choose(event.value))


def _rows(preview: SheetPreview) -> dict[str, tuple[str, Headings]]:
    """Return the rows that may hold the headings, by key: a label, and the position."""
    rows = {
        _key(Headings(number, number)): (
            _row_label(str(number), cells),
            Headings(number, number),
        )
        for number, cells in preview.opening
    }
    chosen = preview.choice.headings
    if chosen and chosen.first != chosen.last:
        label = _row_label(f'{chosen.first}–{chosen.last}', preview.headings)  # noqa: RUF001 - from to
        rows[_key(chosen)] = (label, chosen)
    return rows


def _row_label(number: str, cells: Sequence[str]) -> str:
    words = ' · '.join(cell for cell in cells if cell)[:MAX_ROW_CHARS]
    return _('{number}행: {words}', number=number, words=words)


def _key(place: Headings | None) -> str:
    return f'{place.first}-{place.last}' if place else ''
