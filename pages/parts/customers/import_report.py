"""The report of an import or its trial: figures, changed customers, rows that need a decision, and rows with errors."""

from collections.abc import Callable, Sequence

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from pages.locale import _, language
from pages.parts.customers.form import field_name
from pages.parts.customers.import_words import fault_text
from pages.parts.kit.markup import Piece, filled
from services.customers.importing.changes import OtherPerson, RecordChange
from services.customers.importing.importing import Report
from services.customers.personal_data import masked_phone

OTHER_PERSON = 'import.other_person'
ROW_OF_CHANGE = 'event => emit([Number(event.target.name), event.target.checked])'


def draw_figures(report: Report) -> None:
    """Draw how many customers are new, changed and unchanged, and how many rows have errors."""
    figures = {
        _('새로 등록되는 고객'): report.new,
        _('바뀌는 고객'): report.changed,
        _('그대로인 고객'): report.same,
        _('오류가 있는 행'): report.faulty,
    }
    inside = Markup().join(
        filled('<div><dt>{name}</dt><dd>{number}</dd></div>', name=name, number=f'{number:,}')
        for name, number in figures.items()
    )
    Piece('dl', inside=inside).classes('desk-import-figures')


def draw_changes(report: Report) -> None:
    """Draw the changed customers, the old and the new name first."""
    _heading(_('바뀌는 고객'))
    if report.renamed:
        text = _(
            '이름이 바뀌는 고객이 {count}명 있습니다. 다른 사람이 아닌지 확인하세요.',
            count=f'{report.renamed:,}',
        )
        ui.label(text).classes('desk-import-warning').props('role=alert')
    lines = Markup().join(map(_change, report.changes))
    _table((_('행'), _('고객'), _('이름'), _('바뀌는 항목')), lines)
    _rest(report.changed, len(report.changes))


def draw_decisions(
    people: Sequence[OtherPerson], decided: frozenset[int], decide: Callable[[int, bool], None]
) -> None:
    """Draw the rows that seem to belong to another person than the named customer; ``decide`` receives each choice."""

    def chosen(event: GenericEventArguments) -> None:
        match event.args:
            case [int(row), bool(is_same)]:
                decide(row, is_same)

    _heading(_('확인이 필요한 행'))
    ui.label(
        _(
            '고객 번호는 있지만 이름과 전화번호가 모두 다릅니다. 같은 고객이면 고르세요. 고르지 않은 행은 가져오지 '
            '않습니다.'
        )
    ).classes('desk-import-warning').props('role=alert')
    lines = Markup().join(_person(one, is_same=one.row in decided) for one in people)
    head = (_('행'), _('등록된 고객'), _('파일의 내용'), _('같은 고객'))
    _table(head, lines).on('change', chosen, js_handler=ROW_OF_CHANGE)


def draw_faults(report: Report) -> None:
    """Draw the errors row by row; rows that need a decision stand apart."""
    faults = [fault for fault in report.faults if fault.key != OTHER_PERSON]
    if not faults:
        return
    _heading(_('오류가 있는 행'))
    lines = Markup().join(
        filled(
            '<tr><td class="desk-number">{row}</td><td>{wrong}</td></tr>',
            row=fault.row,
            wrong=fault_text(language(), fault),
        )
        for fault in faults
    )
    _table((_('행'), _('오류 내용')), lines)
    _rest(report.faulty, len(report.faults))


def _table(heads: Sequence[str], lines: Markup) -> Piece:
    first, *others = heads
    head = filled('<th scope="col" class="desk-number">{text}</th>', text=first) + Markup().join(
        filled('<th scope="col">{text}</th>', text=one) for one in others
    )
    inside = filled('<thead><tr>{head}</tr></thead><tbody>{lines}</tbody>', head=head, lines=lines)
    with ui.element('div').classes('desk-import-rows').props('tabindex=0'):
        return Piece('table', inside=inside).classes('desk-table')


def _heading(text: str) -> None:
    ui.label(text).classes('desk-section').props('role=heading aria-level=3')


def _rest(count: int, shown: int) -> None:
    if count > shown:
        ui.label(_('처음 {count}행만 보입니다.', count=shown)).classes('desk-hint')


def _change(change: RecordChange) -> Markup:
    name = filled('{name}', name=change.name_after)
    if change.name_before != change.name_after:
        name = filled(
            '<del>{before}</del> <span aria-hidden="true">→</span> <ins>{after}</ins>',
            before=change.name_before,
            after=change.name_after,
        )
    return filled(
        '<tr><td class="desk-number">{row}</td><td class="desk-import-code">{code}</td><td>{name}</td><td>{fields}</td></tr>',
        row=change.row,
        code=change.code,
        name=name,
        fields=', '.join(field_name(one) for one in change.fields),
    )


def _person(one: OtherPerson, *, is_same: bool) -> Markup:
    return filled(
        '<tr><td class="desk-number">{row}</td><td>{name} <span class="desk-sub">{code} · {phone}</span></td>'
        '<td>{given} <span class="desk-sub">{given_phone}</span></td>'
        '<td><label><input type="checkbox" name="{row}" aria-label="{given}: {same}"{checked}> <span>{same}</span></label></td></tr>',
        row=one.row,
        name=one.name,
        code=one.code,
        phone=masked_phone(one.phone),
        given=one.given_name,
        given_phone=masked_phone(one.given_phone),
        checked=Markup(' checked') if is_same else '',
        same=_('같은 고객'),
    )
