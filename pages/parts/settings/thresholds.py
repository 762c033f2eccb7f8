"""알림 기준: the limits at which the dashboard raises an alert."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from markupsafe import Markup
from typing_extensions import override

from models import AgentRole, AgentStatus, FloorThreshold, Queue, SettingKind, ThresholdKind
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.edit_form import FormField
from pages.parts.kit.markup import filled
from pages.parts.kit.status_names import status_names
from pages.parts.kit.threshold_words import bound, limit_names
from pages.parts.settings.row_section import RowSection, use_field
from pages.parts.settings.section import about, cells, empty, heading, mark, name_cell, table
from services.people.events import SettingPart

WATCHED = (AgentStatus.AWAY, AgentStatus.AFTER_CONTACT, AgentStatus.BUSY, AgentStatus.DISCONNECTED)


class ThresholdSection(RowSection):
    """The limits that the person may change."""

    kind = SettingKind.THRESHOLD
    parts = frozenset[str]({SettingKind.THRESHOLD, SettingPart.QUEUES})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, _('알림 기준'))
        self._limits: Sequence[FloorThreshold] = ()
        self._queues: Sequence[Queue] = ()

    @override
    async def read(self) -> None:
        limits = await self.still(self.services.thresholds.all(self.agent))
        queues = await self.still(self.services.desk_settings.queues(self.agent))
        self._limits, self._queues = limits, queues

    @override
    def draw_list(self) -> None:
        heading(_('알림 기준'), _('기준 추가'), self.add)
        about(_('현황이 기준을 넘으면 팀장의 대시보드에 알림이 뜨고 소리가 납니다.'))
        if not self._limits:
            empty(_('아직 기준이 없습니다. 먼저 기다리는 고객의 수나 시간에 기준을 정해 보세요.'))
            return
        rows = Markup().join(self._row(one) for one in self._limits)
        table(_('알림 기준'), (_('기준'), _('대기열'), _('상태')), rows, self.press)

    @override
    def title_of(self, row_id: UUID) -> str:
        return next((bound(one.kind, one.most) for one in self._limits if one.id == row_id), '')

    @override
    def fields_of(self, row_id: UUID) -> list[FormField]:
        kind = next(one.kind for one in self._limits if one.id == row_id)
        names = {one.value: name for one, name in limit_names().items()}
        return [
            FormField(name='most', label=names.get(kind, kind), kind='number', hint=_('이 값을 벗어나면 알립니다.')),
            use_field(_('쓰지 않으면 떠 있는 알림도 끝납니다.')),
        ]  # fmt: skip

    @override
    def add(self) -> None:
        queues = [(str(one.id), one.name) for one in self._queues]
        kinds = [(one.value, name) for one, name in limit_names().items()]
        states = status_names()
        is_admin = self.agent.role is AgentRole.ADMIN
        if is_admin:
            queues.insert(0, ('', _('모든 대기열')))
        else:  # whoever is in a state for long belongs to no queue
            kinds = [one for one in kinds if one[0] != ThresholdKind.STATE]
        if not queues:
            return
        fields = [
            FormField(name='kind', label=_('무엇을'), kind='choice', options=kinds, hint=_('지켜볼 숫자입니다.')),
            FormField(name='most', label=_('기준'), kind='number', hint=_('이 값을 벗어나면 알립니다.')),
            FormField(name='queue_id', label=_('대기열'), kind='choice', options=queues, hint=_('이 대기열의 숫자를 봅니다.')),
        ]  # fmt: skip
        if is_admin:
            fields.append(
                FormField(
                    name='status',
                    label=_('상담원 상태'),
                    kind='choice',
                    options=[(one.value, states[one]) for one in WATCHED],
                    hint=_('상담원 상태에 기준을 둘 때만 씁니다.'),
                )
            )
        start = {
            'kind': kinds[0][0],
            'most': '',
            'queue_id': queues[0][0],
            'status': WATCHED[0].value,
        }
        self.draw_new(_('새 기준'), fields, start, self._added)

    async def _added(self, values: Mapping[str, str]) -> None:
        await self.services.thresholds.add(self.agent, values)

    def _row(self, one: FloorThreshold) -> Markup:
        where = next((queue.name for queue in self._queues if queue.id == one.queue_id), '')
        if one.kind == ThresholdKind.STATE and one.status:
            known = {state.value: name for state, name in status_names().items()}
            where = known.get(one.status, one.status)  # a newer version of the desk may know more
        state = mark(_('사용 중'), 'on') if one.is_active else mark(_('쓰지 않음'), 'off')
        return filled(
            '<tr data-id="{id}">{name}{rest}</tr>',
            id=one.id,
            name=name_cell(one.id, bound(one.kind, one.most)),
            rest=cells(where or _('모든 대기열'), state),
        )
