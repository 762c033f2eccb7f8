"""거친 말: the words that are pointed out in customers' messages, of every queue and more of single queues."""

from uuid import UUID

from typing_extensions import override

from models import SettingKind
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.edit_form import FormField
from pages.parts.settings.queue_list_section import QueueListSection
from services.people.events import SettingPart
from services.settings.abuse_words import INNOCENT, MOST_WORDS, WORDS


class AbuseWordSection(QueueListSection):
    """The list of every queue, and of each queue that the person may change."""

    kind = SettingKind.ABUSE_WORDS
    parts = frozenset[str]({SettingKind.ABUSE_WORDS, SettingPart.QUEUES})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context, _('거친 말'))

    @override
    def explained(self) -> str:
        return _(
            '고객의 메시지에 이 말이 있으면 상담원에게 표시만 합니다. 띄어 쓰거나 자모와 기호를 섞어도 찾습니다. 표시만으로는 아무 일도 일어나지 않습니다.'
        )

    @override
    def fields_of(self, subject_id: UUID) -> list[FormField]:
        return word_fields()


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
