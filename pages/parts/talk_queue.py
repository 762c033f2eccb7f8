"""The customer's place in the queue, current while the chat waits."""

import asyncio
from typing import Any

from desk.errors import DeskError
from desk.events import Resync
from models import MessageType
from pages.component import Component
from pages.locale import _
from pages.parts.markup import Piece, filled
from services.chat_events import ChatCard, MessageAdded, queue_topic
from services.registry import Services

LOOK_SECONDS = 2.0
"""The place is looked up at most this often, however fast the queue moves."""


class TalkQueue(Component):
    """``대기 순서 n번째`` and the word that nothing need be waited for to write."""

    def __init__(self, services: Services, chat: ChatCard) -> None:
        super().__init__(services.topics)
        self.classes('talk-queue').props('role=status')
        self._visits = services.visits
        self._chat = chat
        self._place = 0
        self._is_looking = False
        self._has_moved = False
        with self:
            self._shown = Piece()

    async def open(self) -> None:
        """Show the place and follow it."""
        self.listen(queue_topic(self._chat.department), self._hear)
        await self._look_up()

    def _hear(self, event: Any) -> None:
        self._has_moved = self._has_moved or self._moves(event)
        if self._has_moved and not self._is_looking:
            self._is_looking = True
            self.start(self._follow())

    def _moves(self, event: Any) -> bool:
        """Whether somebody who came before may have left the queue: taken or gone, both say so in a line."""
        if isinstance(event, MessageAdded):
            is_line = event.message.type is not MessageType.TEXT
            return is_line and event.chat.start_time <= self._chat.start_time
        return isinstance(event, Resync)

    async def _follow(self) -> None:
        try:
            while self._has_moved and not self.is_deleted:
                self._has_moved = False
                await self._look_up()
                await asyncio.sleep(LOOK_SECONDS)
        except DeskError:  # the place that is shown stays until the queue moves again
            self._has_moved = True
        finally:
            self._is_looking = False

    async def _look_up(self) -> None:
        place = await self._visits.place(self._chat.id)
        if (
            place in {0, self._place} or self.is_deleted
        ):  # 0: taken meanwhile, the chat's event says so
            return
        self._place = place
        with self:
            self._shown.set_inside(
                filled(
                    '<strong>{place}</strong><span>{calm}</span>',
                    place=_('대기 순서 {place}번째', place=place),
                    calm=_('곧 상담원이 연결돼요. 문의하실 내용을 지금 남겨 두셔도 돼요.'),
                )
            )
