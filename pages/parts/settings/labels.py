"""라벨: what chats can be labelled with, by department."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from markupsafe import Markup
from typing_extensions import override

from models import ChatLabel, LabelColor, SettingKind
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.edit_form import FormField
from pages.parts.kit.label_chips import color_names
from pages.parts.kit.markup import filled
from pages.parts.settings.row_section import RowSection, position_field, use_field
from pages.parts.settings.section import about, cells, empty, heading, mark, name_cell, table
from services.people.events import SettingPart


class LabelSection(RowSection):
    """All labels that the person may change, in the order in which they are offered."""

    parts = frozenset[str]({SettingKind.LABEL, SettingPart.QUEUES})

    kind = SettingKind.LABEL

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, _('라벨'))
        self._labels: Sequence[ChatLabel] = ()
        self._departments: Sequence[str] = ()

    @override
    async def read(self) -> None:
        self._labels = await self.still(self.services.label_settings.editable(self.agent))
        self._departments = await self.still(self.services.label_settings.departments(self.agent))

    @override
    def draw_list(self) -> None:
        heading(_('라벨'), _('라벨 추가'), self.add)
        about(
            _(
                '상담에 붙이는 표시입니다. 이력에서 라벨로 찾을 수 있습니다. 쓰지 않게 된 라벨은 목록에서만 빠지고, 이미 붙은 상담에는 남습니다.'
            )
        )
        if not self._labels:
            empty(_('아직 라벨이 없습니다. 추가하면 상담원이 B 키로 상담에 붙일 수 있습니다.'))
            return
        rows = Markup().join(_row(one) for one in self._labels)
        headings = (_('이름'), _('색'), _('부서'), _('순서'), _('상태'))
        table(_('라벨'), headings, rows, self.press)

    @override
    def title_of(self, row_id: UUID) -> str:
        return next((one.name for one in self._labels if one.id == row_id), '')

    @override
    def fields_of(self, row_id: UUID) -> list[FormField]:
        return [
            *_names(),
            position_field(),
            use_field(_('쓰지 않는 라벨은 새로 붙일 수 없습니다.')),
        ]

    @override
    def add(self) -> None:
        async def added(values: Mapping[str, str]) -> None:
            await self.services.label_settings.add(self.agent, values)

        departments = [(one, _(one) if one else _('모든 부서')) for one in self._departments]
        fields = [
            *_names(),
            FormField(name='department', label=_('부서'), kind='choice', options=departments),
        ]
        first = departments[0][0] if departments else ''
        new = {'name': '', 'name_en': '', 'color': LabelColor.GREY.value, 'department': first}
        self.draw_new(_('새 라벨'), fields, new, added)


def _names() -> list[FormField]:
    colors = [(color.value, name) for color, name in color_names().items()]
    return [
        FormField(name='name', label=_('이름')),
        FormField(name='name_en', label=_('영어 이름')),
        FormField(name='color', label=_('색'), kind='choice', options=colors),
    ]


def _row(one: ChatLabel) -> Markup:
    color = filled(
        '<span class="desk-label" data-color="{color}">{name}</span>',
        color=one.color.value,
        name=color_names()[one.color],
    )
    return filled(
        '<tr data-id="{id}">{name}{rest}</tr>',
        id=one.id,
        name=name_cell(one.id, one.name, one.name_en),
        rest=cells(
            color,
            _(one.department) if one.department else _('모든 부서'),
            str(one.position),
            mark(_('사용 중'), 'on') if one.is_active else mark(_('쓰지 않음'), 'off'),
        ),
    )
