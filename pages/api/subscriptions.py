"""The events that one program receives: those that its agent may see, which may change while it is connected."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from desk.events import Resync, Subscription, Topics
from models import Agent, ChatStatus
from pages.api.frames import Frame, FrameKind
from services.calls import callback_view
from services.calls.callback_view import CallbackChanged, CallbackDue, due_topic
from services.chats.events import (
    EVERY_CHAT,
    ChatEvent,
    Typing,
    chat_topic,
    department_topic,
    holder_topic,
)
from services.chats.note_events import Mentioned, NoteAdded, mention_topic, notes_topic
from services.chats.transfer_events import (
    TransferAsked,
    TransferEnded,
    department_transfers_topic,
    transfer_topic,
)
from services.contacts.access import may_see, topics_within
from services.contacts.promise_view import PromiseChanged, PromiseDue, topics_for
from services.people.events import EVERY_AGENT, AgentStatusChanged, agent_topic
from services.sentiment.events import LinesJudged, sentiment_topic

Heard = Frame | ChatEvent | LinesJudged | NoteAdded | Resync


class ProgramSubscriptions:
    """The subscriptions of one program; all end with ``close``."""

    def __init__(self, topics: Topics, agent: Agent, push: Callable[[Heard], None]) -> None:
        """Subscribe to nothing yet; ``push`` receives each event for the program, and must not block."""
        self._topics = topics
        self._agent = agent
        self._push = push
        self._chats: list[Subscription] = []
        self._within: dict[UUID, tuple[Subscription, ...]] = {}
        self._heard: object = None
        self._told_status: dict[UUID, datetime] = {}

    def renew(self) -> None:
        """Subscribe to the topics that the agent may see now, and cancel those of before."""
        for subscription in self._chats:
            subscription.cancel()
        agent = self._agent
        # Only the agent's own topics: with EVERY_CHAT each event would cost the desk a call for every program.
        own = () if agent.sees_everything else (holder_topic(agent.id),)
        chats = (*topics_within(agent, EVERY_CHAT, department_topic), *own)
        people = EVERY_AGENT if agent.is_supervisor else agent_topic(agent.id)
        self._chats = [
            *(self._topics.subscribe(topic, self._hear_chat) for topic in chats),
            self._topics.subscribe(people, self._hear_status),
            *(self._topics.subscribe(topic, self._hear_promise) for topic in topics_for(agent)),
            self._topics.subscribe(mention_topic(agent.id), self._hear_mention),
            self._topics.subscribe(
                (transfer_topic(agent.id), department_transfers_topic(agent.department)),
                self._hear_transfer,
            ),
            *(
                self._topics.subscribe(topic, self._hear_callback)
                for topic in (*callback_view.topics_for(agent), due_topic(agent.id))
            ),
        ]

    def close(self) -> None:
        """Cancel every subscription."""
        for subscriptions in (self._chats, *self._within.values()):
            for subscription in subscriptions:
                subscription.cancel()

    def listen_within(self, chat_id: UUID) -> None:
        """Subscribe to typing in a chat, to its private notes, and to the sentiment of its customer."""
        if chat_id not in self._within:
            self._within[chat_id] = (
                self._topics.subscribe(chat_topic(chat_id), self._hear_typing),
                self._topics.subscribe(sentiment_topic(chat_id), self._hear_sentiment),
                self._topics.subscribe(notes_topic(chat_id), self._hear_note),
            )

    def stop_listening_within(self, chat_id: UUID) -> None:
        """Cancel the subscriptions of ``listen_within``."""
        for subscription in self._within.pop(chat_id, ()):
            subscription.cancel()

    def _hear_chat(self, event: object) -> None:
        if event is self._heard:  # the event was published on two of our topics
            return
        self._heard = event
        if isinstance(event, Resync):
            self._push(event)
        elif isinstance(event, ChatEvent) and may_see(self._agent, event.chat):
            if event.chat.agent_id == self._agent.id and event.chat.is_open:
                self.listen_within(event.chat.id)
            elif event.chat.status is ChatStatus.CLOSED:
                self.stop_listening_within(event.chat.id)
            self._push(event)

    def _hear_status(self, event: object) -> None:
        """Push the status of a person within reach, unless a newer one was pushed: the outbox may publish an old one again."""
        if not isinstance(event, AgentStatusChanged) or not self._reaches(event):
            return
        told = self._told_status.get(event.agent_id)
        if told is None or told < event.since:
            self._told_status[event.agent_id] = event.since
            self._push(Frame(FrameKind.AGENT_STATUS, event))

    def _reaches(self, event: AgentStatusChanged) -> bool:
        return event.agent_id == self._agent.id or self._agent.reaches(event.department)

    def _hear_promise(self, event: object) -> None:
        """Tell that a promise is to be read again, or that its time has come."""
        if event is self._heard:  # it has two of our topics
            return
        self._heard = event
        match event:
            case PromiseChanged():
                self._push(Frame(FrameKind.PROMISE_CHANGED, event))
            case PromiseDue():
                self._push(Frame(FrameKind.PROMISE_DUE, event))

    def _hear_callback(self, event: object) -> None:
        """Tell that a call-back is to be read again, or that its slot has begun."""
        match event:
            case CallbackChanged():
                self._push(Frame(FrameKind.CALLBACK_CHANGED, event))
            case CallbackDue():
                self._push(Frame(FrameKind.CALLBACK_DUE, event))

    def _hear_sentiment(self, event: object) -> None:
        if isinstance(event, LinesJudged):
            self._push(event)

    def _hear_note(self, event: object) -> None:
        if isinstance(event, NoteAdded):
            self._push(event)

    def _hear_mention(self, event: object) -> None:
        if isinstance(event, Mentioned):
            self._push(Frame(FrameKind.MENTION, event.mention))

    def _hear_transfer(self, event: object) -> None:
        """Tell of a request that the agent may accept or has asked for, and that one is over."""
        if not isinstance(event, TransferAsked | TransferEnded) or event is self._heard:
            return
        self._heard = event
        data = event.transfer.model_dump(mode='json', exclude={'refused_by_ids', 'to_department'})
        if isinstance(event, TransferEnded):
            by = str(event.by_id) if event.by_id else None
            ended = {'outcome': event.outcome, 'by_id': by, 'by': event.by}
            self._push(Frame(FrameKind.TRANSFER_ENDED, data | ended))
        else:
            self._push(Frame(FrameKind.TRANSFER, data))

    def _hear_typing(self, event: object) -> None:
        if isinstance(event, Typing):
            data = {'chat_session_id': str(event.chat_id), 'sender': event.sender}
            self._push(Frame(FrameKind.TYPING, {**data, 'name': event.name}))
