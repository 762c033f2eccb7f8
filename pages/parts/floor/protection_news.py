"""Tells supervisors, on every screen and at once, that an agent is being protected from a customer (보호)."""

from nicegui import ui

from desk.errors import DeskError
from desk.events import Event
from models import Channel
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _, language
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.sound import Sound
from pages.parts.protection.words import kind_name
from services.protection.events import CASES, CaseView, News, ProtectionChanged


class ProtectionNews(Component):
    """A toast with sound for each case that is opened or ended; supervisors only, within their reach, and never of their own."""

    def __init__(self, context: PageContext, sound: Sound) -> None:
        super().__init__(context.services.topics)
        self._context, self._sound = context, sound
        self.listen(CASES, self._hear)

    def _hear(self, event: Event) -> None:
        agent = self._context.agent
        if not isinstance(event, ProtectionChanged) or event.news is None:
            return
        is_theirs = agent.is_supervisor and agent.reaches(event.case.department)
        if is_theirs and event.case.agent_id != agent.id:
            self._sound.tick()
            self._say(event)

    def _say(self, event: ProtectionChanged) -> None:
        case = event.case
        with (
            self._context.toasts,
            ui.element('div').classes('desk-toast desk-protect-toast') as news,
        ):
            news.props('role=alert')
            ui.label(_said(event))

            async def take() -> None:
                await self._context.still(self._take(case))
                news.delete()

            if event.news is News.OPENED:
                button(_('맡기'), take, ButtonStyle.PRIMARY)
            button(_('상담 열기') if case.channel is Channel.CHAT and not case.is_over else _('기록 보기'), lambda: _open(case, news))  # fmt: skip
            button(_('닫기'), news.delete, ButtonStyle.QUIET)

    async def _take(self, case: CaseView) -> None:
        alerts, agent = self._context.services.alerts, self._context.agent
        try:
            await self._context.still(alerts.take_of_case(agent, case.id))
        except DeskError as error:
            notices.tell(error)
        else:
            notices.done(_('맡았습니다'))
        _open(case)


def _said(event: ProtectionChanged) -> str:
    names = {
        'agent': event.agent_name,
        'kind': kind_name(language(), event.case.kind),
        'department': _(event.case.department),
    }
    if event.news is News.ENDED:
        return _('{agent} 상담원이 {kind} 때문에 상담을 끝냈습니다 ({department})', **names)
    return _('{agent} 상담원이 {kind} 때문에 보호를 시작했습니다 ({department})', **names)


def _open(case: CaseView, news: ui.element | None = None) -> None:
    is_chat = case.channel is Channel.CHAT and not case.is_over
    ui.navigate.to(f'/desk/chats/{case.contact_id}' if is_chat else f'/desk/protection/{case.id}')
    if news is not None:
        news.delete()
