"""운영 시간: when each queue is open, its next four weeks, and the days on which the whole desk is closed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments
from typing_extensions import override

from desk import clock
from models import EVERYWHERE, AgentRole, SettingKind
from pages.context import PageContext
from pages.locale import _, language
from pages.parts.kit import times
from pages.parts.kit.edit_form import FormField
from pages.parts.kit.form_values import VALUES_OF_FORM, values_of
from pages.parts.kit.markup import Piece, filled
from pages.parts.settings.edited_section import EditedSection
from pages.parts.settings.section import (
    about,
    cells,
    empty,
    heading,
    mark,
    name_cell,
    table,
)
from pages.parts.settings.setting_editor import SettingEditor
from services.people.events import SettingPart
from services.settings.hours import BusinessDay, Hours, day_of, is_open, next_opening
from services.settings.hours_text import WEEKDAYS, korean_holidays, minute_text
from services.settings.opening import QueueHours

WEEKS = 4
ZONES = (
    'Asia/Seoul', 'Asia/Tokyo', 'Asia/Shanghai', 'Asia/Ho_Chi_Minh', 'Asia/Singapore', 'Europe/London',
    'Europe/Berlin', 'America/New_York', 'America/Los_Angeles', 'UTC',
)  # fmt: skip
"""Time zones that are suggested; every other one is accepted too."""


class HoursSection(EditedSection):
    """The hours of every queue that the person may change."""

    adds = False
    parts = frozenset[str]({SettingKind.HOURS, SettingKind.CLOSED_DAYS, SettingPart.QUEUES})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, _('운영 시간'))
        self._queues: Sequence[QueueHours] = ()
        self._weeks: Piece | None = None

    @override
    async def read(self) -> None:
        self._queues = await self.still(self.services.opening.overview(self.agent))

    @override
    def draw_list(self) -> None:
        heading(_('운영 시간'))
        about(
            _(
                '대기열이 새 상담을 받는 시간입니다. 시간이 아니면 고객은 언제 여는지 안내받고 상담을 시작할 수 없습니다. 이미 시작한 상담과 서비스 레벨의 시계는 그대로 갑니다.'
            )
        )
        if not self._queues:
            empty(
                _(
                    '시간을 정할 대기열이 없습니다. 시스템 관리자에게 담당 부서의 대기열을 만들어 달라고 하세요. 생기면 여기에 보입니다.'
                )
            )
            return
        rows = Markup().join(_row(one) for one in self._queues)
        if self.agent.role is AgentRole.ADMIN:
            rows += filled(
                '<tr data-id="{id}">{name}{rest}</tr>',
                id=EVERYWHERE,
                name=name_cell(EVERYWHERE, _('데스크 전체 휴무일')),
                rest=cells('', '', ''),
            )
        table(_('운영 시간'), (_('대기열'), _('지금'), _('오늘'), _('다음에 엶')), rows, self.press)

    @override
    def news(self, changed: frozenset[str] = frozenset()) -> None:
        self._draw_weeks()
        super().news(changed)

    @override
    def close(self) -> None:
        self._weeks = None
        super().close()

    @override
    async def show(self, subject_id: UUID) -> None:
        is_desk = subject_id == EVERYWHERE
        kind = SettingKind.CLOSED_DAYS if is_desk else SettingKind.HOURS
        stored = await self.still(self.services.desk_settings.stored(self.agent, kind, subject_id))
        with self:  # the pressed row may have been drawn anew meanwhile
            self.edited, self._weeks = subject_id, None
            one = self._one()
            title = one.queue.name if one else _('데스크 전체 휴무일')

            def draw() -> None:
                if one is not None:
                    self._draw_question()
                    self._weeks = Piece().classes('desk-weeks')
                fields = closed_days_fields() if is_desk else hours_fields()
                self.editor = SettingEditor(self, kind, subject_id, fields, stored, name=title)

            self.beside(title, draw)
            self.news()

    def _one(self) -> QueueHours | None:
        return next((one for one in self._queues if one.queue.id == self.edited), None)

    def _draw_weeks(self) -> None:
        one = self._one()
        if self._weeks is not None and one is not None:
            self._weeks.set_inside(_weeks(one.hours))

    def _draw_question(self) -> None:
        """Draw the field that says whether the queue is open at a moment."""
        one = self._one()
        now = clock.now().astimezone(one.hours.zone if one else clock.SEOUL)
        form = Piece(
            'form',
            inside=filled(
                '<label>{when}<input class="desk-input" type="datetime-local" name="at" required value="{now}"></label>'
                '<button type="submit" class="desk-button">{ask}</button>',
                when=_('이때 상담을 받나요?'),
                now=f'{now:%Y-%m-%dT%H:%M}',
                ask=_('확인'),
            ),
        ).classes('desk-hours-ask')
        answer = ui.label().classes('desk-hours-answer').props('role=status')

        async def asked(event: GenericEventArguments) -> None:
            asked_for = self._one()
            try:
                wall = datetime.fromisoformat(values_of(event).get('at', ''))
            except ValueError:
                return
            if asked_for is not None:
                at = wall.replace(tzinfo=asked_for.hours.zone)
                answer.set_text(_answer(asked_for.hours, at))

        form.on('submit', asked, js_handler=VALUES_OF_FORM)


def weekday_names() -> tuple[str, ...]:
    """Return the names of the weekdays, Monday first."""
    return (
        _('월요일'),
        _('화요일'),
        _('수요일'),
        _('목요일'),
        _('금요일'),
        _('토요일'),
        _('일요일'),
    )


def hours_fields() -> list[FormField]:
    """Return the fields of a queue's hours."""
    week = [
        FormField(name=day, label=name) for day, name in zip(WEEKDAYS, weekday_names(), strict=True)
    ]
    week[0] = replace(
        week[0],
        hint=_(
            '예: 09:00-12:00, 13:00-18:00. 비우면 쉬는 날이고, 22:00-06:00은 다음 날까지입니다.'
        ),
    )
    return [
        FormField(
            name='is_limited',
            label=_('받는 시간'),
            kind='choice',
            options=[('no', _('항상 받음')), ('yes', _('정한 시간에만 받음'))],
            hint=_('정한 시간에만 받으면 아래 시간이 적용됩니다.'),
        ),
        FormField(
            name='keeps_holidays',
            label=_('한국 공휴일'),
            kind='choice',
            options=[('yes', _('쉼')), ('no', _('평소처럼 받음'))],
            hint=_('대체 공휴일도 공휴일입니다.'),
        ),
        FormField(
            name='zone',
            label=_('기준 시간대'),
            options=[(one, one) for one in ZONES],
            hint=_('아래 시간을 어느 곳의 시계로 볼지 정합니다.'),
        ),
        *week,
        FormField(
            name='dates',
            label=_('날짜별 시간'),
            kind='lines',
            hint=_(
                '한 줄에 하루씩 적으며, 요일과 공휴일보다 먼저 적용됩니다. 시간이 없으면 쉬는 날입니다. 예: 2026-12-24 09:00-13:00 단축 근무'
            ),
        ),
    ]


def closed_days_fields() -> list[FormField]:
    """Return the field of the days on which the whole desk is closed."""
    return [
        FormField(
            name='days',
            label=_('쉬는 날'),
            kind='lines',
            rows=8,
            hint=_(
                '한 줄에 하루씩 적습니다. 시간을 정한 모든 대기열이 이날 쉽니다. 예: 2026-12-31 임시공휴일'
            ),
        )
    ]


def _row(one: QueueHours) -> Markup:
    hours, now = one.hours, clock.now()
    today = day_of(hours, now.astimezone(hours.zone).date())
    if is_open(hours, now):
        state, opens = mark(_('상담 받는 중'), 'on'), ''
    else:
        state, opening = mark(_('운영 시간 아님'), 'off'), next_opening(hours, now)
        opens = times.moment_in(opening, hours.zone) if opening else _('정해지지 않음')
    return filled(
        '<tr data-id="{id}">{name}{rest}</tr>',
        id=one.queue.id,
        name=name_cell(one.queue.id, one.queue.name, one.queue.department),
        rest=cells(state, _('항상') if not hours.is_limited else _day_text(today), opens),
    )


def _day_text(day: BusinessDay) -> str:
    spans = ', '.join(f'{minute_text(one.begin)}-{minute_text(one.end)}' for one in day.spans)
    return ' · '.join(one for one in (spans or _('쉼'), _reason(day)) if one)


def _reason(day: BusinessDay) -> str:
    """Return why a day is not as its weekday: a holiday in the reader's language, or the note as it was written."""
    if not day.reason or language() == 'ko':
        return day.reason
    is_holiday = korean_holidays(day.on.year).get(day.on) == day.reason
    return korean_holidays(day.on.year, 'en_US')[day.on] if is_holiday else day.reason


def _answer(hours: Hours, at: datetime) -> str:
    when = times.moment_in(at, hours.zone)
    if is_open(hours, at):
        return _('{when}: 상담을 받습니다.', when=when)
    reason = _reason(day_of(hours, at.astimezone(hours.zone).date()))
    why = f' ({reason})' if reason else ''
    opening = next_opening(hours, at)
    if opening is None:
        return _('{when}: 받지 않습니다{why}. 다음에 여는 때가 없습니다.', when=when, why=why)
    opens = times.moment_in(opening, hours.zone)
    return _('{when}: 받지 않습니다{why}. {opens}에 엽니다.', when=when, why=why, opens=opens)


def _weeks(hours: Hours) -> Markup:
    """Return the calendar of this week and the three after it."""
    today = clock.now().astimezone(hours.zone).date()
    monday = today - timedelta(days=today.weekday())
    heads = Markup().join(
        filled('<th scope="col">{day}</th>', day=_(one)) for one in times.WEEKDAYS
    )
    rows = Markup()
    for week in range(WEEKS):
        days = [monday + timedelta(days=week * 7 + one) for one in range(7)]
        inside = Markup().join(_cell(day_of(hours, on), is_today=on == today) for on in days)
        rows += filled('<tr>{days}</tr>', days=inside)
    return filled(
        '<table aria-label="{label}"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>',
        label=_('앞으로 4주'),
        heads=heads,
        rows=rows,
    )


def _cell(day: BusinessDay, *, is_today: bool) -> Markup:
    spans = Markup().join(
        filled('<span>{begin}-{end}</span>', begin=minute_text(one.begin), end=minute_text(one.end))
        for one in day.spans
    )
    reason = _reason(day)
    return filled(
        '<td{today}{closed}><b>{date}</b>{spans}{reason}</td>',
        today=Markup(' aria-current="date"') if is_today else '',
        closed='' if day.spans else Markup(' data-closed'),
        date=f'{day.on.month}/{day.on.day}',
        spans=spans or filled('<span>{closed}</span>', closed=_('쉼')),
        reason=filled('<em title="{why}">{why}</em>', why=reason) if reason else '',
    )
