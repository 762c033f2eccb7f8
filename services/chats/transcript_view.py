"""A transcript as a view holds it: messages in the order of their numbers, without gaps.

Plain state with rules, apart from any screen. Events may come late, twice or out of order; what came too early
waits for what is missing.
"""

from services.chats.events import ChatMessage


class TranscriptView:
    """The part of a chat that a view shows, and what it has heard of beyond."""

    def __init__(self) -> None:
        self.messages: list[ChatMessage] = []
        self.known = 0
        """The newest number that the view has heard of."""
        self.is_cut = False
        """Whether the newest messages were let go while reading far back: then nothing is added at the end."""
        self._early: dict[int, ChatMessage] = {}

    @property
    def first(self) -> int:
        """The oldest number that is shown; 1 or less means that nothing older exists."""
        return self.messages[0].number if self.messages else self.last + 1

    @property
    def last(self) -> int:
        """The newest number up to which nothing is missing."""
        return self.messages[-1].number if self.messages else 0

    @property
    def is_behind(self) -> bool:
        """Whether something is missing between what is shown and what was heard of."""
        return self.known > self.last and not self.is_cut

    def load(self, messages: list[ChatMessage], *, is_cut: bool = False) -> None:
        """Start over from a fresh read, keeping what events brought beyond it; ``is_cut``: there are newer ones."""
        self.messages = list(messages)
        self.is_cut = is_cut
        self.add([])

    def add(self, messages: list[ChatMessage]) -> list[ChatMessage]:
        """Take in messages in any order; returns those that can now be shown, in order, after the others."""
        for message in messages:
            self.known = max(self.known, message.number)
            if message.number > self.last:
                self._early[message.number] = message
        if self.is_cut:
            self._early.clear()
            return []
        shown = []
        while (following := self._early.pop(self.last + 1, None)) is not None:
            self.messages.append(following)
            shown.append(following)
        self.known = max(self.known, self.last)
        self._early = {number: early for number, early in self._early.items() if number > self.last}
        return shown

    def put_before(self, older: list[ChatMessage]) -> list[ChatMessage]:
        """Take in what came before the first message; returns what is new, oldest first.

        That is nothing when it does not end right before the first one, which left while it was read: read again.
        """
        fresh = [message for message in older if message.number < self.first]
        if fresh and fresh[-1].number != self.first - 1:
            return []
        self.messages[:0] = fresh
        return fresh

    def heard_of(self, number: int) -> None:
        """Note that the chat goes up to ``number``, whether or not its messages have come."""
        self.known = max(self.known, number)

    def drop_oldest(self, keep: int) -> list[ChatMessage]:
        """Show only the newest ``keep`` messages; returns those that went, oldest first."""
        gone = self.messages[:-keep] if len(self.messages) > keep else []
        del self.messages[: len(gone)]
        return gone

    def drop_newest(self, keep: int) -> list[ChatMessage]:
        """Show only the oldest ``keep`` messages and add nothing at the end until ``load``; returns what went."""
        gone = self.messages[keep:]
        del self.messages[keep:]
        self.is_cut = self.is_cut or bool(gone)
        return gone
