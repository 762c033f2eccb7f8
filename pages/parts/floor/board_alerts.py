"""Alerts of the board: banner and sound when a threshold is passed, and the list of alerts."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from desk.errors import DeskError
from desk.events import Event, Resync
from models import FloorAlert
from models.floor_board import PROTECTION
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.floor.steering_dialog import queue_name
from pages.parts.kit import dialog, times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.living import Living
from pages.parts.kit.markup import Piece, figures_table, filled
from pages.parts.kit.sound import Sound
from pages.parts.kit.threshold_words import bound
from services.floor.events import ALERTS, AlertsChanged

LIMITS = '/desk/settings/thresholds'
SHOWN = 3
"""Alerts in the banner; the list has all."""
PRESS = '(event) => { const made = event.target.closest("[data-take]"); if (made) emit(made.dataset.take) }'


class BoardAlerts(Component):
    """The banner above the board, and the list of today's."""

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
                way = Piece('a', inside=filled('{text}', text=_('기준 정하기')))
                way.classes('desk-button desk-quiet').props['href'] = LIMITS
                button(_('닫기'), opened.close, ButtonStyle.PRIMARY).props('autofocus')

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

    def _said(self, alert: FloorAlert) -> str:
        if alert.kind == PROTECTION:
            return f'{self._people.get(alert.subject_id, "")} · {_("보호 중: 고객의 폭언")}'
        whom = self._queues.get(alert.subject_id) or self._people.get(alert.subject_id, '')
        return f'{whom} · {bound(alert.kind, alert.most)}'
