"""Tells this page's agent in words that a supervisor assigned, moved or took one of the agent's contacts."""

from desk.events import Event
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from services.floor.events import ContactSteered, Deed, Whispered, steering_topic


class SteeringNews(Component):
    """Shows each action until it is closed."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context.services.topics)
        self._agent_id = context.agent.id
        self.listen(steering_topic(context.agent.id), self._hear)

    def _hear(self, event: Event) -> None:
        if isinstance(event, ContactSteered) and event.agent_id == self._agent_id:
            notices.news(said(event))
        elif isinstance(event, Whispered) and event.agent_id == self._agent_id:
            words = {'name': event.customer, 'by': event.by, 'body': event.body}
            notices.news(_('귓속말 · {by} 님, {name} 님의 상담에 대해: {body}', **words))


def said(event: ContactSteered) -> str:
    """Return a sentence: the action, the supervisor and the reason."""
    words = {'name': event.customer, 'by': event.by, 'reason': event.reason}
    match event.deed:
        case Deed.ASSIGNED:
            return _('{by} 님이 {name} 님의 상담을 다른 상담원에게 배정했습니다: {reason}', **words)
        case Deed.MOVED:
            return _('{by} 님이 {name} 님의 상담을 다른 대기열로 옮겼습니다: {reason}', **words)
        case Deed.TAKEN_OVER:
            return _('{by} 님이 {name} 님의 상담을 넘겨받았습니다: {reason}', **words)
        case Deed.PRIORITY:
            return _('{by} 님이 {name} 님의 상담 중요도를 바꿨습니다: {reason}', **words)
