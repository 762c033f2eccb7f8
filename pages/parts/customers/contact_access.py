"""Whether a page's reader may see a customer's contact details without giving a reason.

The reader may on the telephone with the customer, and in a chat for which a reason was given before
(``services.customers.personal_data``). The answer is read before each drawing and followed between drawings: elements that depend
on it are redrawn when it changes.
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
    """The reader's access in one part of a page: call ``listen``, then ``learn`` before each drawing, then ``sees``."""

    def __init__(self, owner: Component, context: PageContext) -> None:
        """Begin with no access: until ``learn`` no customer is shown unmasked."""
        self._owner = owner
        self._agent = context.agent
        self._data = context.services.personal_data
        self._asked: frozenset[UUID] = frozenset()
        self._whole: set[UUID] = set()
        self._chats: dict[UUID, ChatCard | None] = {}
        self._moves = 0
        self._drawn: list[tuple[ui.element, Callable[[], None]]] = []

    def listen(self) -> None:
        """Follow the reader's chats until the owner stops listening."""
        self._owner.listen(holder_topic(self._agent.id), self._hear, draws=False)

    async def learn(self, customer_ids: Iterable[UUID]) -> None:
        """Read which of these customers the reader may see unmasked; earlier ones are forgotten."""
        self._asked = frozenset(customer_ids)
        await self._ask()

    def sees(self, subject: Customer | ChatCard) -> bool:
        """Return whether the reader may see a customer, or a chat's visitor, unmasked, as far as is known now."""
        if isinstance(subject, Customer):
            return subject.id in self._whole
        known = self._chats.get(subject.id)
        if known is None or known.version < subject.version:
            self._chats[subject.id] = known = subject
        return holds(self._agent, known)

    def holds(self, chat_id: UUID, *, at_first: bool) -> bool:
        """Return whether the reader holds a chat: ``at_first`` until an event about the chat arrives."""
        known = self._chats.setdefault(chat_id, None)
        return at_first if known is None else holds(self._agent, known)

    def follow(self, element: ui.element, show: Callable[[], None]) -> None:
        """Call ``show`` whenever the answer changes, as long as ``element`` exists."""
        self._drawn.append((element, show))

    async def _ask(self) -> None:
        """Read the answer, and again when one of the reader's chats began or ended meanwhile."""
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
        except DeskError:  # unknown, so there is no access
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
