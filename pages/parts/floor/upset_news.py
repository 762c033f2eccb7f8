"""Tells supervisors, on every screen, of a customer with several negative messages in a row."""

from nicegui import ui

from desk.events import Event
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.transcript.tones import source_name
from services.sentiment.events import UPSET_CUSTOMERS, CustomerUpset


class UpsetNews(Component):
    """Shows each one with a link to the chat until it is closed; supervisors only."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context.services.topics)
        self._context = context
        self.listen(UPSET_CUSTOMERS, self._hear)

    def _hear(self, event: Event) -> None:
        agent = self._context.agent
        if not isinstance(event, CustomerUpset) or not agent.is_supervisor:
            return
        if agent.reaches(event.department):
            self._say(event)

    def _say(self, event: CustomerUpset) -> None:
        with self._context.toasts, ui.element('div').classes('desk-toast') as news:
            news.props('role=alert')
            ui.label(said(event))
            button(_('상담 열기'), lambda: _open(event, news))
            button(_('닫기'), news.delete, ButtonStyle.QUIET)


def said(event: CustomerUpset) -> str:
    """Return a sentence: the customer, and the source of the judgement."""
    sentence = _(
        '{name} 고객이 부정적인 말을 {count}번 이어서 했습니다 ({department})',
        name=event.customer,
        count=event.lines,
        department=_(event.department),
    )
    return f'{sentence} · {source_name(event.source)}'


def _open(event: CustomerUpset, news: ui.element) -> None:
    ui.navigate.to(f'/desk/chats/{event.chat_id}')
    news.delete()
