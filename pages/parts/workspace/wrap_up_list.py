"""The agent's open wrap-ups (후처리), above the inbox."""

from nicegui import ui

from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.markup import Piece, filled
from services.contacts.wrap_ups import wrap_up_topic

DRAW_SECONDS = 0.25
MOST = 5


class WrapUpList(Component):
    """Links to the contacts with an open wrap-up; hidden when there is none."""

    def __init__(self, context: PageContext) -> None:
        super().__init__(context.services.topics)
        self._context = context
        self.classes('desk-wrap-up-list')
        self.listen(
            wrap_up_topic(context.agent.id),
            lambda _event: self.soon(self._read, at_most_every=DRAW_SECONDS),
            draws=False,
        )
        self.start(self._read())

    async def _read(self) -> None:
        unfinished = await self.still(self._context.services.wrap_ups.open_of(self._context.agent))
        names = await self.still(
            self._context.services.chats.names_of(
                self._context.agent, [one.contact_id for one in unfinished[:MOST]]
            )
        )
        self.clear()
        if not unfinished:
            return
        with self, ui.element('nav') as links:
            links.props['aria-label'] = _('끝나지 않은 후처리')
            title = _('후처리 {count}').format(count=len(unfinished))
            Piece('strong', inside=filled('{title}', title=title))
            for one in unfinished[:MOST]:
                if one.contact_id in names:
                    link = Piece('a', inside=filled('{name}', name=names[one.contact_id]))
                    link.props['href'] = f'/desk/chats/{one.contact_id}'
