"""An earlier chat's transcript, opened under its row in the customer's panel or timeline."""

from uuid import UUID

from nicegui import ui

from models import Sender
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.transcript.mood_line import MoodLine
from pages.parts.transcript.note_lines import NoteLines
from pages.parts.transcript.transcript import MessagePages, Transcript
from services.chats.events import ChatMessage


class EarlierChat(Component):
    """One earlier chat's messages; delete it to close them."""

    def __init__(self, place: ui.element, context: PageContext, chat_id: UUID) -> None:
        """Draw it into ``place``, empty until ``load``."""
        with place:
            super().__init__(context.services.topics)
        self.classes('desk-earlier-transcript')
        self._context, self._chat_id = context, chat_id
        with self:
            self._mood = MoodLine(context, chat_id)
            self._transcript = Transcript(
                _pages(context, chat_id),
                own=Sender.AGENT,
                writer=_nobody,
                label=_('이전 상담 내용'),
            )
            self._notes = NoteLines(context, chat_id, self._transcript)

    async def load(self) -> None:
        """Read and draw the messages, or show in their place why they cannot be read."""
        with self:
            await notices.in_place(self._load)

    async def _load(self) -> None:
        chats = self._context.services.chats
        chat = await self.still(chats.chat(self._context.agent, self._chat_id))
        self._transcript.set_marks(
            delivered=chat.customer_delivered_number, read=chat.customer_read_number
        )
        await self.still(self._transcript.load())
        self._mood.follow(self._transcript)
        self._notes.follow()


def _pages(context: PageContext, chat_id: UUID) -> MessagePages:
    async def before(number: int | None, limit: int) -> list[ChatMessage]:
        chats = context.services.chats
        return await chats.transcript(context.agent, chat_id, before=number, limit=limit)

    async def after(number: int) -> list[ChatMessage]:
        return await context.services.chats.messages_after(context.agent, chat_id, number)

    return MessagePages(before=before, after=after)


def _nobody(_message: ChatMessage) -> str:
    return ''
