"""거친 말: the words that are pointed out in customers' messages, of every queue and more of single queues."""

from collections.abc import Sequence
from uuid import UUID

from markupsafe import Markup
from typing_extensions import override

from models import EVERYWHERE, AgentRole, Queue, SettingKind
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.edit_form import FormField
from pages.parts.kit.markup import filled
from pages.parts.settings.edited_section import EditedSection
from pages.parts.settings.section import about, cells, heading, name_cell, table
from pages.parts.settings.setting_editor import SettingEditor
from services.people.events import SettingPart
from services.settings.abuse_words import INNOCENT, MOST_WORDS, WORDS


class AbuseWordSection(EditedSection):
    """The list of every queue, and of each queue that the person may change."""

    adds = False
    parts = frozenset[str]({SettingKind.ABUSE_WORDS, SettingPart.QUEUES})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, _('거친 말'))
        self._queues: Sequence[Queue] = ()

    @override
    async def read(self) -> None:
        self._queues = await self.still(self.services.desk_settings.queues(self.agent))

    @override
    def draw_list(self) -> None:
        heading(_('거친 말'))
        about(
            _(
                '고객의 메시지에 이 말이 있으면 상담원에게 표시만 합니다. 띄어 쓰거나 자모와 기호를 섞어도 찾습니다. 표시만으로는 아무 일도 일어나지 않습니다.'
            )
        )
        rows = Markup()
        if self.agent.role is AgentRole.ADMIN:
            rows += _row(EVERYWHERE, _('모든 대기열'), '')
        rows += Markup().join(_row(one.id, one.name, one.department) for one in self._queues)
        table(_('거친 말'), (_('대기열'),), rows, self.press)

    @override
    async def show(self, subject_id: UUID) -> None:
        kind = SettingKind.ABUSE_WORDS
        stored = await self.still(self.services.desk_settings.stored(self.agent, kind, subject_id))
        with self:  # the pressed row may have been drawn anew meanwhile
            self.edited = subject_id
            title = next(
                (one.name for one in self._queues if one.id == subject_id), _('모든 대기열')
            )

            def draw() -> None:
                self.editor = SettingEditor(
                    self, kind, subject_id, word_fields(), stored, name=title
                )

            self.beside(title, draw)
            self.news()


def word_fields() -> list[FormField]:
    """Return the fields of a list."""
    return [
        FormField(
            name=WORDS,
            label=_('표시할 말 (한 줄에 하나, {most}개까지)', most=MOST_WORDS),
            kind='lines',
            rows=8,
        ),
        FormField(
            name=INNOCENT,
            label=_('표시하지 않을 말 (한 줄에 하나)'),
            kind='lines',
            rows=4,
            hint=_('표시할 말이 들어 있어도 괜찮은 낱말입니다. 예: 시발역'),
        ),
    ]


def _row(subject_id: UUID, name: str, below: str) -> Markup:
    return filled(
        '<tr data-id="{id}">{name}{rest}</tr>',
        id=subject_id,
        name=name_cell(subject_id, name, below),
        rest=cells(),
    )
