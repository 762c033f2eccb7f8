"""Whether the reader of a page may see now, without giving a reason, how to reach a person.

They may while they talk with them (``services.customers.personal_data``). It is asked for every drawing and followed
between drawings: whatever was drawn by the answer is told when it changes.
"""

from collections.abc import Callable, Iterable
from uuid import UUID

from nicegui import ui

from desk.errors import DeskError
from desk.events import Resync
from models import Customer
from pages.component import Component
from pages.context import PageContext
from services.chats.events import ChatCard, ChatEvent, holder_topic
from services.customers.personal_data import holds


class ContactAccess:
    """What one part of a page may show: ``listen``, then ``learn`` before each drawing, then ``sees``."""

    def __init__(self, owner: Component, context: PageContext) -> None:
        """Know nothing yet: until ``learn`` no customer is seen whole."""
        self._owner = owner
        self._agent = context.agent
        self._data = context.services.personal_data
        self._asked: frozenset[UUID] = frozenset()
        self._whole: set[UUID] = set()
        self._chats: dict[UUID, ChatCard | None] = {}
        self._moves = 0
        self._drawn: list[tuple[ui.element, Callable[[], None]]] = []

    def listen(self) -> None:
        """Hear of the reader's chats from now on, until the owner stops listening."""
        self._owner.listen(holder_topic(self._agent.id), self._hear, draws=False)

    async def learn(self, customer_ids: Iterable[UUID]) -> None:
        """Ask which of these customers the reader sees whole now; those of before are forgotten."""
        self._asked = frozenset(customer_ids)
        await self._ask()

    def sees(self, subject: Customer | ChatCard) -> bool:
        """Whether the reader sees all of a customer, or of a chat's visitor, as far as is known at this moment."""
        if isinstance(subject, Customer):
            return subject.id in self._whole
        known = self._chats.get(subject.id)
        if known is None or known.version < subject.version:
            self._chats[subject.id] = known = subject
        return holds(self._agent, known)

    def holds(self, chat_id: UUID, *, at_first: bool) -> bool:
        """Whether the reader holds a chat: as it was read, until something else is heard of it."""
        known = self._chats.setdefault(chat_id, None)
        return at_first if known is None else holds(self._agent, known)

    def follow(self, element: ui.element, show: Callable[[], None]) -> None:
        """Call ``show`` whenever the answer changes, as long as ``element`` is there."""
        self._drawn.append((element, show))

    async def _ask(self) -> None:
        """Ask, and again when a chat of the reader began or ended meanwhile."""
        while True:
            asked, moves = self._asked, self._moves
            whole = (
                await self._owner.still(self._data.sees_whole(self._agent, *asked))
                if asked
                else set[UUID]()
            )
            if (asked, moves) == (self._asked, self._moves):
                break
        if whole != self._whole:
            self._whole = whole
            self._tell()

    async def _ask_again(self) -> None:
        try:
            await self._ask()
        except DeskError:  # nobody knows whether they may: then they may not
            self._whole = set()
            self._tell()

    def _hear(self, event: object) -> None:
        if isinstance(event, ChatEvent) and event.chat.id in self._chats:
            self._hear_chat(event.chat)
        if isinstance(event, Resync) or (isinstance(event, ChatEvent) and event.moves):
            self._moves += 1
            self._owner.start(self._ask_again())

    def _hear_chat(self, chat: ChatCard) -> None:
        known = self._chats[chat.id]
        if known is None or known.version < chat.version:
            self._chats[chat.id] = chat
            if known is None or holds(self._agent, known) != holds(self._agent, chat):
                self._tell()

    def _tell(self) -> None:
        self._drawn = [(element, show) for element, show in self._drawn if not element.is_deleted]
        for element, show in self._drawn:
            with element:  # an event comes outside of any page
                show()
