"""Alerts of the board: banner and sound when a threshold is passed, the list of alerts, and the thresholds."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from desk.errors import DeskError
from desk.events import Event, Resync
from models import AgentStatus, FloorAlert, FloorThreshold, Queue, ThresholdKind
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _, language, sentence
from pages.parts.floor.status_choice import status_names
from pages.parts.floor.steering_dialog import queue_name
from pages.parts.kit import dialog, times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.form_values import VALUES_OF_FORM, values_of
from pages.parts.kit.living import Living
from pages.parts.kit.markup import Piece, figures_table, filled, options
from pages.parts.kit.sound import Sound
from services.floor.events import ALERTS, AlertsChanged

SHOWN = 3
"""Alerts in the banner; the list has all."""
PRESS = '(event) => { const made = event.target.closest("[data-take]"); if (made) emit(made.dataset.take) }'
REMOVE = '(event) => { const made = event.target.closest("[data-remove]"); if (made) emit(made.dataset.remove) }'
WATCHED = (AgentStatus.AWAY, AgentStatus.AFTER_CONTACT, AgentStatus.BUSY, AgentStatus.DISCONNECTED)


class BoardAlerts(Component):
    """The banner above the board, and the buttons for the list and the thresholds."""

    def __init__(self, context: PageContext, sound: Sound) -> None:
        super().__init__(context.services.topics)
        self._context, self._sound = context, sound
        self._service = context.services.alerts
        self._alerts: Sequence[FloorAlert] = ()
        self._people: Mapping[UUID, str] = {}
        self._queues: Mapping[UUID, str] = {}
        self.classes('board-alerts')
        with self:
            self._banner = Living().props('role=alert')
            self._banner.on('click', self._take, js_handler=PRESS)

    async def open(self, people: Mapping[UUID, str]) -> None:
        """Show the open alerts and follow new ones; ``people`` are the names of all agents."""
        self._people = people
        self.listen(ALERTS, self._hear)
        targets = await self.still(self._context.services.steering.targets(self._context.agent))
        self._queues = {one.id: queue_name(one) for one in targets.queues}
        await self._read()

    async def show_list(self) -> None:
        """Show today's alerts, with the names of those who took them."""
        await self.still(self._read())
        with self._context.dialogs, dialog.titled(self._context.dialogs, _('오늘의 알림')) as opened:  # fmt: skip
            Piece(inside=self._list()).classes('board-alert-list').props('tabindex=0')
            with ui.element('div').classes('desk-actions'):
                button(_('기준 정하기'), self.show_limits, ButtonStyle.QUIET)
                button(_('닫기'), opened.close, ButtonStyle.PRIMARY).props('autofocus')

    async def show_limits(self) -> None:
        """Show the thresholds, and the form of a new one."""
        thresholds = await self.still(self._service.thresholds(self._context.agent))
        targets = await self.still(self._context.services.steering.targets(self._context.agent))
        with self._context.dialogs, dialog.titled(self._context.dialogs, _('알림 기준')) as opened:
            rows = Living().classes('board-alert-list')
            rows.set_inside(self._limits(thresholds))
            form = Piece('form', inside=_limit_form(targets.queues)).classes('board-limit')
            wrong = ui.label().classes('desk-field-error').props('role=alert')

            async def redraw() -> None:
                rows.set_inside(self._limits(await self.still(self._service.thresholds(self._context.agent))))  # fmt: skip

            async def add(event: GenericEventArguments) -> None:
                try:
                    await self.still(
                        self._service.add_threshold(self._context.agent, values_of(event))
                    )
                except DeskError as error:
                    wrong.set_text(sentence(language(), error))
                    return
                wrong.set_text('')
                await redraw()

            async def remove(event: GenericEventArguments) -> None:
                try:
                    await self.still(self._service.remove_threshold(self._context.agent, UUID(str(event.args))))  # fmt: skip
                except (DeskError, ValueError):
                    return
                await redraw()

            form.on('submit', add, js_handler=VALUES_OF_FORM)
            rows.on('click', remove, js_handler=REMOVE)
            with ui.element('div').classes('desk-actions'):
                button(_('닫기'), opened.close)

    # ---- staying current

    def _hear(self, event: Event) -> None:
        if isinstance(event, AlertsChanged | Resync):
            self.start(self._read_news())

    async def _read_news(self) -> None:
        """Read the alerts again, and sound for one that was not there: a colleague's departments are silent."""
        known = {one.id for one in self._alerts}
        await self.still(self._read())
        if any(one.id not in known and one.ended_at is None for one in self._alerts):
            self._sound.tick()

    async def _read(self) -> None:
        self._alerts = await self.still(self._service.recent(self._context.agent))
        standing = [one for one in self._alerts if one.ended_at is None and not one.taken_by_id]
        rows = Markup().join(self._banner_row(one) for one in standing[:SHOWN])
        more = len(standing) - SHOWN
        if more > 0:
            rows += filled('<p>{text}</p>', text=_('외 알림 {count}건', count=more))
        self._banner.set_inside(rows)

    async def _take(self, event: GenericEventArguments) -> None:
        alert = next((one for one in self._alerts if str(one.id) == event.args), None)
        if alert is None:
            return
        try:
            await self.still(self._service.take(self._context.agent, alert.id))
        except DeskError as error:
            notices.tell(error)
        await self._read()

    # ---- words

    def _banner_row(self, alert: FloorAlert) -> Markup:
        return filled(
            '<p data-key="{id}"><i class="material-icons" aria-hidden="true">warning</i><b>{said}</b> <time data-since="{since}"></time>'
            '<button type="button" class="desk-button" data-take="{id}" aria-label="{label}">{take}</button></p>',
            id=alert.id,
            said=self._said(alert),
            since=int(alert.created_at.timestamp() * 1000),
            label=_('맡기: {what}', what=self._said(alert)),
            take=_('맡기'),
        )

    def _list(self) -> Markup:
        if not self._alerts:
            return filled('<p class="desk-empty">{text}</p>', text=_('오늘은 알림이 없었습니다.'))
        rows = Markup().join(
            filled(
                '<tr><th scope="row">{said}</th><td>{began}</td><td>{ended}</td><td>{taken}</td></tr>',
                said=self._said(one),
                began=times.hour(one.created_at),
                ended=times.hour(one.ended_at) if one.ended_at else _('계속'),
                taken=self._people.get(one.taken_by_id, '') if one.taken_by_id else '',
            )
            for one in self._alerts
        )
        heads = (_('알림'), _('시작'), _('끝'), _('맡은 사람'))
        return figures_table(_('오늘의 알림'), heads, rows)

    def _limits(self, thresholds: Sequence[FloorThreshold]) -> Markup:
        if not thresholds:
            return filled('<p class="desk-hint">{text}</p>', text=_('아직 기준이 없습니다. 아래에서 추가하세요.'))  # fmt: skip
        return Markup().join(
            filled(
                '<p data-key="{id}"><span>{said}</span> <button type="button" class="desk-button desk-quiet" data-remove="{id}" aria-label="{label}">{remove}</button></p>',
                id=one.id,
                said=self._limit(one),
                label=_('지우기: {what}', what=self._limit(one)),
                remove=_('지우기'),
            )
            for one in thresholds
        )

    def _limit(self, one: FloorThreshold) -> str:
        where = self._queues.get(one.queue_id, '') if one.queue_id else _('모든 대기열')
        if one.kind == ThresholdKind.STATE:
            where = status_names()[AgentStatus(one.status)] if one.status else ''
        return f'{where} · {_bound(one.kind, one.most)}'

    def _said(self, alert: FloorAlert) -> str:
        whom = self._queues.get(alert.subject_id) or self._people.get(alert.subject_id, '')
        return f'{whom} · {_bound(alert.kind, alert.most)}'


def _bound(kind: str, most: int) -> str:
    return {
        ThresholdKind.WAITING.value: _('대기 {most}건 초과', most=most),
        ThresholdKind.LONGEST.value: _('최장 대기 {most}초 초과', most=most),
        ThresholdKind.LEVEL.value: _('서비스 레벨 {most}% 미만', most=most),
        ThresholdKind.STATE.value: _('같은 상태 {most}분 초과', most=most),
        ThresholdKind.NEGATIVE.value: _('부정 감정 상담 {most}건 초과', most=most),
        ThresholdKind.PROMISE.value: _('약속 {most}분 넘게 지남', most=most),
    }.get(kind, kind)


def _limit_form(queues: Sequence[Queue]) -> Markup:
    kinds = {
        ThresholdKind.WAITING: _('대기 건수 초과'),
        ThresholdKind.LONGEST: _('최장 대기(초) 초과'),
        ThresholdKind.LEVEL: _('서비스 레벨(%) 미만'),
        ThresholdKind.STATE: _('상담원 상태(분) 초과'),
        ThresholdKind.NEGATIVE: _('부정 감정 상담(건) 초과'),
        ThresholdKind.PROMISE: _('지난 약속(분) 초과'),
    }
    states = status_names()
    return filled(
        '<label>{kind}<select class="desk-input" name="kind">{kinds}</select></label>'
        '<label>{most}<input class="desk-input" name="most" type="number" min="0" required></label>'
        '<label>{queue}<select class="desk-input" name="queue_id"><option value="">{every}</option>{queues}</select></label>'
        '<label>{state}<select class="desk-input" name="status">{states}</select></label>'
        '<button type="submit" class="desk-button desk-primary">{add}</button>',
        kind=_('무엇을'),
        kinds=options([(one.value, name) for one, name in kinds.items()], ''),
        most=_('기준'),
        queue=_('대기열'),
        every=_('모든 대기열'),
        queues=options([(str(one.id), queue_name(one)) for one in queues], ''),
        state=_('상담원 상태'),
        states=options([(one.value, states[one]) for one in WATCHED], ''),
        add=_('기준 추가'),
    )
