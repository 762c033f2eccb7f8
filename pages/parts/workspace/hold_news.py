"""Rings once at this page's agent for a chat on hold, or one that is put away, when its time has come."""

from collections.abc import Callable

from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from services.chats.events import HoldDue, SnoozeDue, hold_topic


class HoldNews(Component):
    """Reminders of 보류 and 다시 알림."""

    def __init__(self, context: PageContext, *, on_due: Callable[[], None]) -> None:
        super().__init__(context.services.topics)
        self._on_due = on_due
        self.listen(hold_topic(context.agent.id), self._hear)

    def _hear(self, event: object) -> None:
        if isinstance(event, HoldDue):
            self._on_due()
            notices.news(_('보류한 상담을 다시 볼 때입니다: {name} 님', name=event.customer))
        elif isinstance(event, SnoozeDue):
            self._on_due()
            notices.news(_('미뤄 둔 상담을 다시 볼 때입니다: {name} 님', name=event.customer))
