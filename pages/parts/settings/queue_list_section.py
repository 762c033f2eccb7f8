"""A section for a setting of every queue and of single queues: a list of both, the pressed one's form, and perhaps a preview."""

from collections.abc import Sequence
from uuid import UUID

from markupsafe import Markup
from nicegui import ui
from typing_extensions import override

from models import EVERYWHERE, AgentRole, Queue, SettingKind
from pages.component import still
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.edit_form import FormField
from pages.parts.kit.markup import Piece, filled
from pages.parts.settings.edited_section import EditedSection
from pages.parts.settings.section import about, cells, empty, heading, name_cell, table
from pages.parts.settings.setting_editor import SettingEditor


class QueueListSection(EditedSection):
    """The setting of every queue, for administrators, and of each queue that the person may change."""

    adds = False
    kind: SettingKind

    def __init__(self, context: PageContext, title: str) -> None:
        super().__init__(context, title)
        self._title = title
        self._queues: Sequence[Queue] = ()

    def explained(self) -> str:
        """Return the sentence that says what the setting does."""
        raise NotImplementedError

    def fields_of(self, subject_id: UUID) -> list[FormField]:
        """Return the form's fields, for a queue or ``EVERYWHERE``."""
        raise NotImplementedError

    def draw_beside_form(self) -> None:
        """Draw what stands beside the form."""

    @override
    async def read(self) -> None:
        self._queues = await self.still(self.services.desk_settings.queues(self.agent))

    @override
    def draw_list(self) -> None:
        heading(self._title)
        about(self.explained())
        rows = Markup()
        if self.agent.role is AgentRole.ADMIN:
            rows += _row(EVERYWHERE, _('모든 대기열'), '')
        rows += Markup().join(_row(one.id, one.name, one.department) for one in self._queues)
        if not rows:
            empty(_('설정할 대기열이 없습니다. 시스템 관리자에게 담당 부서의 대기열을 만들어 달라고 하세요. 생기면 여기에 보입니다.'))  # fmt: skip
            return
        table(self._title, (_('대기열'),), rows, self.press)

    @override
    async def show(self, subject_id: UUID) -> None:
        stored = await self.still(
            self.services.desk_settings.stored(self.agent, self.kind, subject_id)
        )
        with self:  # the pressed row may have been drawn anew meanwhile
            self.edited = subject_id
            title = next(
                (one.name for one in self._queues if one.id == subject_id), _('모든 대기열')
            )

            def draw() -> None:
                self.editor = SettingEditor(
                    self, self.kind, subject_id, self.fields_of(subject_id), stored, name=title
                )
                self.draw_beside_form()

            self.beside(title, draw)
            self.news()


class PreviewedSection(QueueListSection):
    """One that shows what customers see."""

    _preview: Piece | None = None

    async def previewed(self, subject_id: UUID) -> Markup:
        """Return what customers of a queue, or of ``EVERYWHERE``, see now."""
        raise NotImplementedError

    @override
    def draw_beside_form(self) -> None:
        with ui.element('section').classes('desk-preview') as place:
            place.props['aria-label'] = _('고객에게 보이는 모습')
            ui.label(_('고객에게 보이는 모습')).classes('desk-section-title')
            self._preview = Piece()

    @override
    def news(self, changed: frozenset[str] = frozenset()) -> None:
        super().news(changed)
        if self._preview is not None and self.edited is not None:
            self.start(self._draw_preview(self._preview, self.edited))

    @override
    def close(self) -> None:
        self._preview = None
        super().close()

    async def _draw_preview(self, place: Piece, subject_id: UUID) -> None:
        place.set_inside(await still(place, self.previewed(subject_id)))


def _row(subject_id: UUID, name: str, below: str) -> Markup:
    return filled(
        '<tr data-id="{id}">{name}{rest}</tr>',
        id=subject_id,
        name=name_cell(subject_id, name, below),
        rest=cells(),
    )
