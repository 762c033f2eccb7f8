"""The state of a transcript in a view: messages in the order of their numbers, without gaps.

It is plain state with rules and draws nothing. Events may come late, twice or out of order; one
that is early waits for the messages before it.
"""

from services.chats.events import ChatMessage


class TranscriptView:
    """The messages that a view shows, and early ones that wait."""

    def __init__(self) -> None:
        self.messages: list[ChatMessage] = []
        self.known = 0
        """The highest message number that the view knows of."""
        self.is_cut = False
        """Whether the newest messages were dropped while reading far back: then nothing is added at
        the end."""
        self._early: dict[int, ChatMessage] = {}

    @property
    def first(self) -> int:
        """The oldest number shown; 1 or less means that no older message exists."""
        return self.messages[0].number if self.messages else self.last + 1

    @property
    def last(self) -> int:
        """The newest number up to which no message is missing."""
        return self.messages[-1].number if self.messages else 0

    @property
    def is_behind(self) -> bool:
        """Whether a known message is not shown yet."""
        return self.known > self.last and not self.is_cut

    def load(self, messages: list[ChatMessage], *, is_cut: bool = False) -> None:
        """Replace the messages with a fresh read, keep later ones from events; ``is_cut``: newer ones exist."""
        self.messages = list(messages)
        self.is_cut = is_cut
        self.add([])

    def add(self, messages: list[ChatMessage]) -> list[ChatMessage]:
        """Add messages in any order; return those that can be shown now, in order."""
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
        """Put older messages before the first one; return the new ones, oldest first.

        Returns none when they do not end right before the first message, which was dropped
        meanwhile: read again.
        """
        fresh = [message for message in older if message.number < self.first]
        if fresh and fresh[-1].number != self.first - 1:
            return []
        self.messages[:0] = fresh
        return fresh

    def heard_of(self, number: int) -> None:
        """Note that the chat has messages up to ``number``, received or not."""
        self.known = max(self.known, number)

    def drop_oldest(self, keep: int) -> list[ChatMessage]:
        """Keep only the newest ``keep`` messages; return the dropped ones, oldest first."""
        gone = self.messages[:-keep] if len(self.messages) > keep else []
        del self.messages[: len(gone)]
        return gone

    def drop_newest(self, keep: int) -> list[ChatMessage]:
        """Keep only the oldest ``keep`` messages, add none at the end until ``load``; return the dropped."""
        gone = self.messages[keep:]
        del self.messages[keep:]
        self.is_cut = self.is_cut or bool(gone)
        return gone
