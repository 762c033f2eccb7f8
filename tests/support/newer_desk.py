"""A desk of the next version, as far as its events go: ``main.py`` with events of another shape.

A new message says in which tone it was written, a status may be one that was not known before, and there is a kind of event
that nobody knew. It reads what today's version writes: what is new has a default. Arguments are those of ``main.py``.
"""

import sys
from enum import StrEnum

from pydantic import field_serializer

from services.chats import events as chat_events
from services.people import events as people_events


class Tone(StrEnum):
    """How something was said."""

    CALM = 'calm'


class MessageAdded(chat_events.MessageAdded):
    """The next version's: it has a field more."""

    tone: Tone = Tone.CALM


class AgentStatusChanged(people_events.AgentStatusChanged):
    """The next version's: it knows a status more, which is told instead of 상담 가능."""

    status: str  # type: ignore[assignment]  # that is the change

    @field_serializer('status', when_used='json')  # as it is told, not as the API answers
    def _named(self, status: str) -> str:
        return 'ready' if status == 'available' else status


class ChatChanged(chat_events.ChatChanged):
    """The next version's: it was given another name."""


ChatChanged.__name__ = 'ChatMoved'
"""Its kind: one that today's version does not know."""

# Before anybody imports them by name: what is imported below is the next version.
chat_events.MessageAdded = MessageAdded  # type: ignore[misc]
chat_events.ChatChanged = ChatChanged  # type: ignore[misc]
people_events.AgentStatusChanged = AgentStatusChanged  # type: ignore[misc]

import main  # noqa: E402 - see above
from desk.events import Event  # noqa: E402 - see above

Event.kinds['ChatMoved'] = Event.kinds.pop('ChatChanged', ChatChanged)

if __name__ == '__main__':
    sys.exit(main.main(sys.argv[1:]))
