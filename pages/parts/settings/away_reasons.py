"""이석 사유: the reasons that agents choose when they are away."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from markupsafe import Markup
from typing_extensions import override

from models import AwayReason, SettingKind
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.edit_form import FormField
from pages.parts.kit.markup import filled
from pages.parts.settings.row_section import RowSection, position_field, use_field
from pages.parts.settings.section import about, cells, heading, mark, name_cell, table


class AwayReasonSection(RowSection):
    """All reasons, in the order in which they are offered."""

    kind = SettingKind.AWAY_REASON
    parts = frozenset[str]({SettingKind.AWAY_REASON})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, _('이석 사유'))
        self._reasons: Sequence[AwayReason] = ()

    @override
    async def read(self) -> None:
        self._reasons = await self.still(self.services.away_reasons.all(self.agent))

    @override
    def draw_list(self) -> None:
        heading(_('이석 사유'), _('이석 사유 추가'), self.add)
        about(
            _(
                '상담원이 자리를 비울 때 고르는 사유입니다. 쓰지 않게 된 사유는 목록에서만 빠지고, 지난 기록에는 그대로 남습니다.'
            )
        )
        rows = Markup().join(_row(one) for one in self._reasons)
        table(_('이석 사유'), (_('이름'), _('순서'), _('상태')), rows, self.press)

    @override
    def title_of(self, row_id: UUID) -> str:
        return next((one.name for one in self._reasons if one.id == row_id), '')

    @override
    def fields_of(self, row_id: UUID) -> list[FormField]:
        return [
            *_names(),
            position_field(),
            use_field(_('쓰지 않는 사유는 고를 수 없습니다.')),
        ]

    @override
    def add(self) -> None:
        async def added(values: Mapping[str, str]) -> None:
            await self.services.away_reasons.add(self.agent, values)

        self.draw_new(_('새 이석 사유'), _names(), {'name': '', 'name_en': ''}, added)


def _names() -> list[FormField]:
    return [
        FormField(
            name='name', label=_('이름'), hint=_('상담원이 상담 상태에서 고르는 이름입니다.')
        ),
        FormField(name='name_en', label=_('영어 이름')),
    ]


def _row(one: AwayReason) -> Markup:
    if not one.is_choosable:
        state = mark(_('데스크가 정함'), 'off')
    else:
        state = mark(_('사용 중'), 'on') if one.is_active else mark(_('쓰지 않음'), 'off')
    return filled(
        '<tr data-id="{id}">{name}{rest}</tr>',
        id=one.id,
        name=name_cell(one.id, one.name, one.name_en),
        rest=cells(str(one.position), state),
    )
