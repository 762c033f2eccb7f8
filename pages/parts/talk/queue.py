"""The customer's place in the queue, current while the chat waits."""

import asyncio
from contextlib import suppress
from typing import Any

from desk.errors import DeskError
from desk.events import Resync
from models.chat import SAID
from pages.component import Component
from pages.locale import _, language
from pages.parts.kit.markup import Piece, filled
from pages.parts.talk.wait_words import wait_words
from services.chats.events import ChatCard, MessageAdded, queue_topic
from services.registry import Services
from services.settings.texts import CustomerTexts, TextName

WAIT_SECONDS = 20.0
"""So often the expected wait is read again while nobody moves."""
LOOK_SECONDS = 2.0
"""The place is read at most this often, however fast the queue moves."""


class TalkQueue(Component):
    """The number of customers ahead, and a hint on what to do meanwhile."""

    def __init__(self, services: Services, chat: ChatCard, texts: CustomerTexts) -> None:
        super().__init__(services.topics)
        self.classes('talk-queue').props('role=status')
        self._visits, self._waits = services.visits, services.expected_waits
        self._chat = chat
        self._texts = texts
        self._place = 0
        self._wait = ''
        self._is_kept = False
        self._is_looking = False
        self._has_moved = False
        with self:
            self._shown = Piece()

    async def open(self) -> None:
        """Show the place and follow it."""
        self.listen(queue_topic(self._chat.department), self._hear)
        await self.still(self._look_up())
        self.within(WAIT_SECONDS, self._follow_wait)

    def take(self, chat: ChatCard) -> None:
        """Show what a changed chat makes of it: its customer left a message and waits no more at the screen."""
        was, self._chat = self._chat, chat
        if was.is_left != chat.is_left and self._place:
            self._draw()

    def say_kept(self) -> None:
        """Show that an outage did not cost the customer's place."""
        self._is_kept = True
        if self._place:
            self._draw()

    def show_texts(self, texts: CustomerTexts) -> None:
        """Show the texts of the queue, which were changed meanwhile."""
        self._texts = texts
        if self._place:
            self._draw()

    def _hear(self, event: Any) -> None:
        self._has_moved = self._has_moved or self._moves(event)
        if self._has_moved and not self._is_looking:
            self._is_looking = True
            self.start(self._follow())

    def _moves(self, event: Any) -> bool:
        """Return whether an event may mean that somebody ahead left the queue: a taken or ended chat gets a system message."""
        if isinstance(event, MessageAdded):
            is_line = event.message.type not in SAID
            return is_line and event.chat.start_time <= self._chat.start_time
        return isinstance(event, Resync)

    async def _follow(self) -> None:
        try:
            while self._has_moved:
                self._has_moved = False
                await self.still(self._look_up())
                await self.still(asyncio.sleep(LOOK_SECONDS))
        except DeskError:  # the shown place stays until the queue moves again
            self._has_moved = True
        finally:
            self._is_looking = False

    async def _follow_wait(self) -> None:
        self.within(WAIT_SECONDS, self._follow_wait)
        with suppress(DeskError):  # what is shown stays until the next look
            await self.still(self._look_up())

    async def _look_up(self) -> None:
        place = await self.still(self._visits.place(self._chat.id))
        if place == 0:  # taken meanwhile; the chat's own event shows it
            return
        wait = await self.still(self._waits.at_place(self._chat.queue_id, place))
        words = wait_words(language(), wait) if wait else ''
        if (place, words) != (self._place, self._wait):
            self._place, self._wait = place, words
            self._draw()

    def _draw(self) -> None:
        said, reader = self._texts.said, language()
        greeting = said(TextName.GREETING, reader)
        kept = _('연결이 잠시 끊겼지만 대기 순서는 그대로예요.') if self._is_kept else ''
        with self:
            self._shown.set_inside(
                filled(
                    '{greeting}{kept}<strong>{place}{wait}</strong><span class="talk-said">{calm}</span>',
                    wait=filled(
                        '<small>{words}</small>',
                        words=_('예상 대기 시간 {wait}', wait=self._wait),
                    )
                    if self._wait and not self._chat.is_left
                    else '',
                    greeting=filled('<p class="talk-said">{text}</p>', text=greeting)
                    if greeting
                    else '',
                    kept=filled('<em>{kept}</em>', kept=kept) if kept else '',
                    place=_('남기신 메시지를 상담원이 곧 확인해요')
                    if self._chat.is_left
                    else _('앞에 {count}명이 기다리고 있어요', count=self._place - 1)
                    if self._place > 1
                    else _('다음 차례예요'),
                    calm=_('창을 닫으셔도 돼요. 답이 오면 여기에서 볼 수 있어요.')
                    if self._chat.is_left
                    else said(TextName.WAITING, reader)
                    or _(
                        '문의하실 내용을 지금 남겨 주세요. 이 화면을 열어 두시면 연결될 때 알려 드려요.'
                    ),
                )
            )
