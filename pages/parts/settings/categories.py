"""상담 분류: the tree from which a 후처리 is classified, for every queue and for single ones."""

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments
from typing_extensions import override

from desk.errors import DeskError
from models import AgentRole, Queue, SettingKind
from models.wrap_up import MAX_DEPTH
from pages import notices
from pages.context import PageContext
from pages.locale import _, language
from pages.parts.kit.buttons import button
from pages.parts.kit.edit_form import FormField
from pages.parts.kit.markup import filled
from pages.parts.settings.row_section import RowSection, position_field
from pages.parts.settings.section import about, cells, empty, heading, mark, name_cell, table
from services.people.events import SettingPart
from services.settings.category_tree import Place, TreeNode

PLACE = """
    const row = event.target.closest("tr[data-id]");
    const box = row?.getBoundingClientRect();
    const share = row ? (event.clientY - box.top) / box.height : 0;
    const where = share < 0.3 ? "before" : share > 0.7 ? "after" : "below";
"""
CLEAR = (
    'event.currentTarget.querySelectorAll("[data-drop]").forEach((one) => delete one.dataset.drop);'
)
TAKE = '(event) => { event.dataTransfer.setData("text/desk-category", event.target.closest("tr")?.dataset.id ?? "") }'
HOVER = f"""(event) => {{
    if (!event.dataTransfer.types.includes("text/desk-category")) return;
    event.preventDefault(); {PLACE} {CLEAR}
    if (row) row.dataset.drop = where;
}}"""
LEAVE = f'(event) => {{ {CLEAR} }}'
DROP = f"""(event) => {{
    event.preventDefault(); {PLACE} {CLEAR}
    const taken = event.dataTransfer.getData("text/desk-category");
    if (row && taken && taken !== row.dataset.id) emit(taken, row.dataset.id, where);
}}"""
"""A row is dropped before the upper third of another, after its lower third, and below it in between."""


class CategorySection(RowSection):
    """The nodes that the person may change, as a tree."""

    kind = SettingKind.CATEGORY
    parts = frozenset[str]({SettingKind.CATEGORY, SettingPart.QUEUES})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, _('상담 분류'))
        self._nodes: Sequence[TreeNode] = ()
        self._queues: Sequence[Queue] = ()

    @override
    async def read(self) -> None:
        nodes = await self.still(self.services.category_tree.nodes(self.agent))
        queues = await self.still(self.services.desk_settings.queues(self.agent))
        self._nodes, self._queues = nodes, queues

    @override
    def draw_list(self) -> None:
        heading(_('상담 분류'), _('상담 분류 추가'), self.add)
        about(
            _(
                '상담원이 후처리에서 고르는 분류입니다. 맨 아래 분류만 고를 수 있고, 쓰지 않게 된 분류는 목록에서만 빠지며 지난 상담에는 그대로 남습니다. 줄을 끌면 순서와 상위 분류가 바뀝니다.'
            )
        )
        if not self._nodes:
            empty(_('아직 상담 분류가 없습니다. 먼저 큰 분류를 추가하고 그 아래를 나누세요.'))
            return
        rows = Markup().join(self._row(one) for one in self._nodes)
        drawn = table(_('상담 분류'), (_('이름'), _('대기열'), _('상태')), rows, self.press)
        drawn.on('dragstart', js_handler=TAKE)
        drawn.on('dragover', js_handler=HOVER)
        drawn.on('dragleave', js_handler=LEAVE)
        drawn.on('dragend', js_handler=LEAVE)
        drawn.on('drop', self._drop, js_handler=DROP)

    @override
    def title_of(self, row_id: UUID) -> str:
        return next((one.row.name for one in self._nodes if one.row.id == row_id), '')

    @override
    def fields_of(self, row_id: UUID) -> list[FormField]:
        node = next(one for one in self._nodes if one.row.id == row_id)
        parents = [
            (str(one.row.id), f'{"　" * (one.depth - 1)}{_name(one)}')
            for one in self._nodes
            if one.depth < MAX_DEPTH
            and one.row.id != row_id
            and one.row.queue_id in (None, node.row.queue_id)
        ]
        return [
            *_names(),
            FormField(
                name='parent_id',
                label=_('상위 분류'),
                kind='choice',
                options=[('', _('없음')), *parents],
                hint=_('이 분류를 그 아래로 옮깁니다.'),
            ),
            FormField(
                name='is_retired',
                label=_('상태'),
                kind='choice',
                options=[('no', _('사용 중')), ('yes', _('쓰지 않음'))],
                hint=_('쓰지 않는 분류와 그 아래는 고를 수 없습니다.'),
            ),
            position_field(),
        ]

    @override
    def draw_beside_form(self, row_id: UUID) -> None:
        node = next((one for one in self._nodes if one.row.id == row_id), None)
        with ui.element('div').classes('desk-settings-acts'):
            button(_('위로'), partial(self._move, row_id, -1))
            button(_('아래로'), partial(self._move, row_id, 1))
            if node is not None and node.depth < MAX_DEPTH:
                button(_('하위 분류 추가'), partial(self._add_below, node))

    @override
    def add(self) -> None:
        queues = [(str(one.id), one.name) for one in self._queues]
        if self.agent.role is AgentRole.ADMIN:
            queues.insert(0, ('', _('모든 대기열')))
        if not queues:
            return
        where = FormField(
            name='queue_id',
            label=_('대기열'),
            kind='choice',
            options=queues,
            hint=_('이 대기열의 상담에서 고를 수 있습니다.'),
        )
        start = {'name': '', 'name_en': '', 'queue_id': queues[0][0]}
        self.draw_new(_('새 상담 분류'), [*_names(), where], start, self._added)

    def _add_below(self, node: TreeNode) -> None:
        title = _('{name} 아래 새 분류', name=_name(node))
        start = {'name': '', 'name_en': ''}
        self.draw_new(title, _names(), start, partial(self._added, parent_id=node.row.id))

    async def _added(self, values: Mapping[str, str], parent_id: UUID | None = None) -> None:
        queue_id = values.get('queue_id', '')
        queue = next((one for one in self._queues if str(one.id) == queue_id), None)
        await self.services.category_tree.add(
            self.agent,
            values['name'],
            name_en=values['name_en'],
            parent_id=parent_id,
            queue_id=queue.id if queue else None,
        )

    async def _move(self, row_id: UUID, step: int) -> None:
        try:
            await self.still(self.services.category_tree.move(self.agent, row_id, step))
        except DeskError as error:
            notices.tell(error)
        await self.read_again()

    async def _drop(self, event: GenericEventArguments) -> None:
        """Put a node where it was dropped; the same can be done by keys, in the form."""
        try:
            node_id, other_id, where = event.args
            placed = (UUID(node_id), UUID(other_id), Place(where))
        except (TypeError, ValueError, AttributeError):  # nothing of ours was dropped
            return
        try:
            await self.still(self.services.category_tree.place(self.agent, *placed))
        except DeskError as error:
            notices.tell(error)
        await self.read_again()

    def _row(self, node: TreeNode) -> Markup:
        queue = next((one.name for one in self._queues if one.id == node.row.queue_id), '')
        state = mark(_('쓰지 않음'), 'off') if node.is_retired else mark(_('사용 중'), 'on')
        return filled(
            '<tr data-id="{id}" data-depth="{depth}" draggable="true">{name}{rest}</tr>',
            id=node.row.id,
            depth=node.depth,
            name=name_cell(node.row.id, node.row.name, node.row.name_en),
            rest=cells(queue if node.row.queue_id else _('모든 대기열'), state),
        )


def _name(node: TreeNode) -> str:
    return node.row.name_en if language() == 'en' and node.row.name_en else node.row.name


def _names() -> list[FormField]:
    return [
        FormField(name='name', label=_('이름'), hint=_('상담원이 후처리에서 고르는 이름입니다.')),
        FormField(name='name_en', label=_('영어 이름')),
    ]
