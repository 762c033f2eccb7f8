"""근무표: the shifts that are planned for a day, and the form to plan one, with activities such as 식사."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from desk.errors import DeskError
from models import AwayReason
from pages import notices
from pages.context import PageContext
from pages.locale import _, language, sentence
from pages.parts.floor.agent_dialog import reason_name
from pages.parts.kit import dialog, times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.form_values import VALUES_OF_FORM, values_of
from pages.parts.kit.living import Living
from pages.parts.kit.markup import Piece, filled, options
from pages.parts.reports.shift_import import import_shifts
from services.reports.adherence import WORK
from services.reports.shifts import MOST_DAYS, PlannedActivity, PlannedShift, ShiftPlan, parts_of

ACTIVITIES = 4
"""Rows for activities; most shifts have a meal and two breaks."""
EXPORTED_DAYS = 28
REMOVE = '(event) => { const made = event.target.closest("[data-remove]"); if (made) emit(made.dataset.remove) }'
DAY_CHOSEN = '(event) => { if (event.target.name === "day") emit(event.target.value) }'


async def plan_shifts(
    context: PageContext, day: date, *, on_change: Callable[[], Awaitable[None]]
) -> None:
    """Open the dialog on a day; ``on_change`` is called after each change."""
    people = await context.still(context.services.shifts.people(context.agent))
    reasons = [one for one in await context.still(context.services.agent_states.reasons()) if one.is_choosable]  # fmt: skip
    with context.dialogs:
        shown = _Shifts(context, day, people, reasons, on_change)
    await shown.draw()


class _Shifts:
    """The open dialog."""

    def __init__(
        self,
        context: PageContext,
        day: date,
        people: Mapping[UUID, str],
        reasons: Sequence[AwayReason],
        on_change: Callable[[], Awaitable[None]],
    ) -> None:
        self._context, self._day, self._people = context, day, people
        self._names = {one.code: reason_name(one) for one in reasons} | {WORK: _('근무')}
        self._service, self._on_change = context.services.shifts, on_change
        with dialog.titled(context.dialogs, _('근무표')) as opened:
            form = Piece('form', inside=_form(day, people, reasons)).classes('report-shift')
            form.on('submit', self._save, js_handler=VALUES_OF_FORM)
            form.on('change', self._go, js_handler=DAY_CHOSEN)
            self._wrong = ui.label().classes('desk-field-error').props('role=alert')
            self._rows = Living().classes('board-alert-list')
            self._rows.on('click', self._remove, js_handler=REMOVE)
            with ui.element('div').classes('desk-actions'):
                button(_('파일로 가져오기'), self._import, ButtonStyle.QUIET)
                button(_('CSV로 내보내기'), lambda: self._export('csv'), ButtonStyle.QUIET)
                button(_('엑셀로 내보내기'), lambda: self._export('xlsx'), ButtonStyle.QUIET)
                ui.element('div').classes('desk-spring')
                button(_('닫기'), opened.close)

    async def draw(self) -> None:
        """Show the shifts of the day."""
        day, found = self._day, await self._context.still(self._service.of_day(self._context.agent, self._day))  # fmt: skip
        if day != self._day:
            return
        empty = filled('<p class="desk-hint">{text}</p>', text=_('이 날 계획한 근무가 없습니다.'))
        self._rows.set_inside(Markup().join(self._row(one) for one in found) or empty)

    def _row(self, one: PlannedShift) -> Markup:
        parts = [
            f'{self._names.get(part.activity, part.activity)} {times.hour(part.begin)}~{times.hour(part.end)}'
            for part in parts_of(one.shift)
            if part.activity != WORK
        ]
        whole = f'{times.hour(one.shift.begin)} ~ {times.hour(one.shift.until)}'
        return filled(
            '<p data-key="{id}"><span><b>{name}</b> {whole} <small>{parts}</small></span> <button type="button" class="desk-button desk-quiet"'
            ' data-remove="{id}" aria-label="{label}">{remove}</button></p>',
            id=one.shift.agent_id,
            name=one.name,
            whole=whole,
            parts=' · '.join(parts),
            label=_('지우기: {what}', what=f'{one.name} {whole}'),
            remove=_('지우기'),
        )

    async def _go(self, event: GenericEventArguments) -> None:
        """Show the shifts of another day."""
        try:
            self._day = date.fromisoformat(str(event.args))
        except ValueError:
            return
        await self.draw()

    async def _save(self, event: GenericEventArguments) -> None:
        given = values_of(event)
        try:
            plan = _read(given)
            await self._context.still(
                self._service.plan(self._context.agent, UUID(given['agent']), plan)
            )
        except DeskError as error:
            self._wrong.set_text(sentence(language(), error))
            return
        except (KeyError, ValueError):
            self._wrong.set_text(_('날짜와 상담원을 골라 주십시오.'))
            return
        self._wrong.set_text('')
        self._day = plan.day
        notices.done(_('근무를 계획했습니다'))
        await self._context.still(self.draw())
        await self._on_change()

    def _import(self) -> None:
        import_shifts(self._context, on_change=self._imported)

    async def _imported(self) -> None:
        await self._context.still(self.draw())
        await self._on_change()

    def _export(self, kind: str) -> None:
        """Download the shifts of the four weeks from the day on."""
        until = self._day + timedelta(days=EXPORTED_DAYS - 1)
        query = urlencode({'since': self._day, 'until': until, 'format': kind})
        ui.download.from_url(f'/reports/shifts/export?{query}')

    async def _remove(self, event: GenericEventArguments) -> None:
        try:
            agent_id = UUID(str(event.args))
            await self._context.still(
                self._service.remove(self._context.agent, agent_id, self._day)
            )
        except (DeskError, ValueError):
            return
        await self._context.still(self.draw())
        await self._on_change()


def _read(given: Mapping[str, str]) -> ShiftPlan:
    """Return the typed plan; rows without any time are left out. Raises ``ValueError`` for no date or number."""
    activities = [
        PlannedActivity(
            code=given.get(f'code{row}', ''),
            begin=given.get(f'from{row}', ''),
            until=given.get(f'to{row}', ''),
        )
        for row in range(ACTIVITIES)
        if given.get(f'from{row}') or given.get(f'to{row}')
    ]
    return ShiftPlan(
        day=date.fromisoformat(given.get('day', '')),
        begin=given.get('begin', ''),
        until=given.get('until', ''),
        activities=activities,
        days=int(given.get('days') or 1),
    )


def _form(day: date, people: Mapping[UUID, str], reasons: Sequence[AwayReason]) -> Markup:
    codes = [(one.code, reason_name(one)) for one in reasons]
    usual = [('meal', '12:00', '13:00')]
    rows = Markup().join(
        _activity(row, codes, *(usual[row] if row < len(usual) else ('break', '', '')))
        for row in range(ACTIVITIES)
    )
    return filled(
        '<div><label>{agent}<select class="desk-input" name="agent" autofocus>{people}</select></label>'
        '<label>{day}<input class="desk-input" type="date" name="day" value="{chosen}" required></label>'
        '<label>{days}<input class="desk-input" type="number" name="days" value="1" min="1" max="{most}"></label></div>'
        '<div><label>{begin}<input class="desk-input" type="time" name="begin" value="09:00" required></label>'
        '<label>{until}<input class="desk-input" type="time" name="until" value="18:00" required></label></div>'
        '<fieldset><legend>{activities}</legend>{rows}</fieldset>'
        '<button type="submit" class="desk-button desk-primary">{save}</button>',
        agent=_('상담원'),
        people=options([(str(one), name) for one, name in people.items()], ''),
        day=_('날짜'),
        chosen=day.isoformat(),
        days=_('며칠 동안'),
        most=MOST_DAYS,
        begin=_('근무 시작'),
        until=_('근무 끝'),
        activities=_('계획한 활동'),
        rows=rows,
        save=_('계획하기'),
    )


def _activity(
    row: int, codes: Sequence[tuple[str, str]], code: str, begin: str, until: str
) -> Markup:
    number = row + 1
    return filled(
        '<div><select class="desk-input" name="code{row}" aria-label="{what}">{codes}</select>'
        '<input class="desk-input" type="time" name="from{row}" value="{begin}" aria-label="{from_}"><span aria-hidden="true">~</span>'
        '<input class="desk-input" type="time" name="to{row}" value="{until}" aria-label="{to}"></div>',
        row=row,
        codes=options(codes, code),
        begin=begin,
        until=until,
        what=_('활동 {number}', number=number),
        from_=_('활동 {number} 시작', number=number),
        to=_('활동 {number} 끝', number=number),
    )
