"""보관 기간: how long the desk keeps what only its operation needs, with a count of what would be deleted."""

from collections.abc import Mapping

from markupsafe import Markup
from nicegui import ui
from typing_extensions import override

from models import EVERYWHERE, SettingKind
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.buttons import button
from pages.parts.kit.edit_form import FormField
from pages.parts.kit.markup import filled
from pages.parts.settings.section import Section, about, cells, heading, name_cell, table
from pages.parts.settings.setting_editor import SettingEditor
from services.settings.retention import LEAST_DAYS, Kept
from services.settings.stored import Stored


class RetentionSection(Section):
    """The days by table."""

    adds = False
    parts = frozenset[str]({SettingKind.RETENTION})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, _('보관 기간'))
        self._stored: Stored | None = None
        self._counts: Mapping[Kept, int] = {}
        self._editor: SettingEditor | None = None

    @override
    async def read(self) -> None:
        settings = self.services.desk_settings
        stored = await self.still(settings.stored(self.agent, SettingKind.RETENTION, EVERYWHERE))
        counts = await self.still(self.services.retention.dry_run(self.agent, stored.values))
        self._stored, self._counts = stored, counts

    @override
    def draw_list(self) -> None:
        heading(_('보관 기간'))
        about(
            _(
                '지난 기록을 며칠 동안 둘지 정합니다. 정하지 않으면 지우지 않습니다. 감사 기록은 지우지 않으며, 고객의 기록은 고객을 삭제할 때 지워집니다. 채팅과 통화는 개인정보만 지워지고 건수와 시간은 남습니다.'
            )
        )
        if self._stored is None:
            return
        rows = Markup().join(self._row(one, self._stored.values[one]) for one in Kept)
        heads = (_('기록'), _('보관'), _('다음에 지워질 행'))
        table(_('보관 기간'), heads, rows, self._press)

    @override
    def news(self, changed: frozenset[str] = frozenset()) -> None:
        if self._editor is not None:
            self.start(self._editor.refresh())

    @override
    def close(self) -> None:
        self._editor = None
        super().close()

    def _row(self, one: Kept, days: str) -> Markup:
        kept = _('{days}일', days=days) if days else _('계속 보관')
        return filled(
            '<tr data-id="{id}">{name}{rest}</tr>',
            id=one.value,
            name=name_cell(one.value, names()[one]),
            rest=cells(kept, f'{self._counts.get(one, 0):,}'),
        )

    def _press(self, _row_id: str) -> None:
        stored = self._stored
        if self._editor is not None or stored is None:
            return

        def draw() -> None:
            self._editor = SettingEditor(
                self, SettingKind.RETENTION, EVERYWHERE, fields(), stored, name=_('보관 기간')
            )
            with ui.element('div').classes('desk-settings-acts'):
                button(_('지워질 행 다시 세기'), self.read_again)

        self.beside(_('보관 기간'), draw)
        self.news()


def names() -> dict[Kept, str]:
    """Return the names of the tables."""
    return {
        Kept.ASSIGNMENTS: _('배정 이유'),
        Kept.ALERTS: _('끝난 알림'),
        Kept.NOTICES: _('대기열 공지'),
        Kept.MESSAGES: _('채팅 내용'),
        Kept.CHATS: _('채팅의 고객 정보'),
        Kept.CALLS: _('통화의 고객 정보'),
    }


def fields() -> list[FormField]:
    """Return the days of each table."""
    hints = {
        Kept.ASSIGNMENTS: _('지우면 왜 나에게?와 배정 이력이 그 전 상담에는 보이지 않습니다.'),
        Kept.ALERTS: _('지우면 그 전 알림을 누가 맡았는지 알 수 없습니다.'),
        Kept.NOTICES: _('지우면 그 전 공지를 누가 읽었는지 알 수 없습니다.'),
        Kept.MESSAGES: _(
            '끝난 채팅의 글, 요약, 약속, 고객 의견이 지워집니다. 상담 기록은 남습니다.'
        ),
        Kept.CHATS: _(
            '끝난 채팅의 이름, 전화번호, 고객 연결과 내용이 지워집니다. 보고서의 숫자는 그대로입니다.'
        ),
        Kept.CALLS: _(
            '끝난 통화의 전화번호, 고객 연결, 녹음 위치와 요약이 지워집니다. 보고서의 숫자는 그대로입니다.'
        ),
    }
    return [
        FormField(
            name=one.value,
            label=_('{name} (일, {least}일부터, 비우면 계속)', name=name, least=LEAST_DAYS),
            kind='number',
            hint=hints[one],
        )
        for one, name in names().items()
    ]
