"""Promises to a customer, beside the chat: all of this chat, and the open ones of other contacts."""

from uuid import UUID

from nicegui import ui

from desk.errors import DeskError
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.markup import Piece
from pages.parts.kit.promise_words import line
from services.contacts.promise_view import promised_topic

DRAW_SECONDS = 0.25


class PromisedHere(Component):
    """A short list of promises; hidden when empty."""

    def __init__(self, context: PageContext, chat_id: UUID, customer_id: UUID | None) -> None:
        super().__init__(context.services.topics)
        self._context, self._chat_id, self._customer_id = context, chat_id, customer_id
        self.classes('desk-promised')
        self.listen(
            promised_topic(chat_id),
            lambda _event: self.soon(self._read, at_most_every=DRAW_SECONDS),
            draws=False,
        )
        self.start(self._read())

    async def _read(self) -> None:
        promises, agent = self._context.services.promises, self._context.agent
        try:
            found = await self.still(promises.of_contact(agent, self._chat_id))
            if self._customer_id is not None:
                others = await self.still(promises.to_customer(agent, self._customer_id))
                found = [*found, *(one for one in others if one.contact_id != self._chat_id)]
        except DeskError:  # the card itself is shown
            return
        self.clear()
        if not found:
            return
        with self:
            ui.label(_('약속')).classes('desk-section').props('role=heading aria-level=3')
            for promise in found:
                Piece(inside=line(promise)).classes('desk-promise')
