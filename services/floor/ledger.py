"""Running figures of one day, from the contacts' steps alone, for the live board and any past second.

Every number is the size of a bucket of contacts, so that a number always matches the list behind
it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from models import Channel, StepKind
from services.floor.definitions import Definition, beginning_of, definition_of
from services.floor.figures import IN_PROGRESS, SILENT, WAITING


class Fact(NamedTuple):
    """One step of a contact, as read from the database."""

    id: int
    contact_id: UUID
    channel: Channel
    kind: StepKind
    at: datetime
    queue_id: UUID | None
    agent_id: UUID | None
    came_at: datetime
    score: int | None = None
    """Of a rating."""


class Bucket(StrEnum):
    """A contact's current place, or its outcome today."""

    WAITING = 'waiting'
    IN_PROGRESS = 'in_progress'
    ON_HOLD = 'on_hold'
    WRAP_UP = 'wrap_up'
    IN_TIME = 'in_time'
    """Answered within the queue's seconds."""
    LATE = 'late'
    """Answered later."""
    ABANDONED = 'abandoned'
    SHORT = 'short'
    """Abandoned within the definition's short time."""


PRESENT = {
    Bucket.WAITING: WAITING | {StepKind.OFFERED},
    Bucket.IN_PROGRESS: IN_PROGRESS,
    Bucket.ON_HOLD: {StepKind.HELD},
    Bucket.WRAP_UP: {StepKind.WRAP_UP_BEGUN},
}
"""The bucket after each step; after any other step the contact is over."""
BUCKET_AFTER = {kind: bucket for bucket, kinds in PRESENT.items() for kind in kinds}
TALKS = (Bucket.IN_PROGRESS, Bucket.ON_HOLD)


@dataclass(slots=True, kw_only=True)
class FloorContact:
    """The current place of one contact, as far as its steps are known."""

    id: UUID
    channel: Channel
    came_at: datetime
    queue_id: UUID | None = None
    bucket: Bucket | None = None
    """Its current bucket; ``None`` when it is over."""
    since: datetime
    """Since when it is there; for a waiting contact ``came_at`` counts."""
    agent_id: UUID | None = None
    """The agent who has it or its 후처리."""
    rings_at_id: UUID | None = None
    outcome: Bucket | None = None
    """How its wait ended: the first time only."""
    decided_by: Fact | None = None
    """The step that ended its wait."""
    waited_seconds: float | None = None
    rated_by: Fact | None = None
    """The step with which its customer first rated it: there and then a rating counts."""
    score: int | None = None
    """The rating as it is now."""
    last_id: int = 0

    @property
    def takes_place_of(self) -> UUID | None:
        """The agent whose place it uses; 보류 frees the place."""
        if self.bucket in (Bucket.IN_PROGRESS, Bucket.WRAP_UP):
            return self.agent_id
        return self.rings_at_id


Contacts = dict[UUID, FloorContact]


@dataclass(slots=True)
class Handling:
    """One agent's handled contacts on the day."""

    contacts: Contacts = field(default_factory=dict)
    """Contacts whose talk with the agent ended."""
    seconds_in: dict[Bucket, float] = field(default_factory=dict)
    """The time in 진행, 보류 and 후처리, as far as it counts: not while a chat is on hold."""
    last: Fact | None = None
    """The newest step that ended such a time, or a talk."""

    @property
    def seconds(self) -> float:
        """Talk and 후처리 in total."""
        return sum(self.seconds_in.values())

    @property
    def average_seconds(self) -> float | None:
        """The average handling time (AHT); ``None`` before the first contact."""
        return self.seconds / len(self.contacts) if self.contacts else None


class Ledger:
    """The contacts of one day, updated step by step. A step that is known already changes nothing."""

    def __init__(self, day: date, seconds_by_queue: Mapping[UUID, int]) -> None:
        """Begin a day.

        Args:
            day: the day in Seoul.
            seconds_by_queue: the service level seconds of each queue.
        """
        self.day = day
        self.definition: Definition = definition_of(day)
        self._begin = beginning_of(day)
        self._seconds = seconds_by_queue
        self._contacts: Contacts = {}
        self._by_queue: dict[tuple[Bucket, UUID], Contacts] = defaultdict(dict)
        self._by_agent: dict[UUID, Contacts] = defaultdict(dict)
        self._handled: dict[UUID, Handling] = defaultdict(Handling)
        self._rated: dict[UUID, Contacts] = defaultdict(dict)
        self.last_id = 0

    def apply(self, facts: Iterable[Fact]) -> None:
        """Apply steps, each contact's in order."""
        for fact in facts:
            self._apply(fact)

    def contacts(self, buckets: Iterable[Bucket], queue_id: UUID) -> list[FloorContact]:
        """Return the contacts of a queue in one of these buckets."""
        return [one for bucket in buckets for one in self._in_bucket(bucket, queue_id).values()]

    def count(self, bucket: Bucket, queue_id: UUID) -> int:
        """Return the number of contacts of a queue in a bucket."""
        return len(self._in_bucket(bucket, queue_id))

    def waiting_since(self, queue_id: UUID) -> datetime | None:
        """Return when the longest waiting customer of a queue came."""
        waiting = self._in_bucket(Bucket.WAITING, queue_id).values()
        return min((one.came_at for one in waiting), default=None)

    def in_hand(self, agent_id: UUID) -> Contacts:
        """Return the contacts that use places of an agent."""
        return self._by_agent.get(agent_id, {})

    def handled(self, agent_id: UUID) -> Handling:
        """Return an agent's handled contacts on the day."""
        return self._handled.get(agent_id) or Handling()

    def rated(self, agent_id: UUID) -> Contacts:
        """Return the contacts of an agent that were first rated on the day."""
        return self._rated.get(agent_id, {})

    @property
    def handlings(self) -> Mapping[UUID, Handling]:
        """The handled contacts of every agent who had one on the day."""
        return self._handled

    def contact(self, contact_id: UUID) -> FloorContact:
        """Return a contact whose steps were applied."""
        return self._contacts[contact_id]

    def _in_bucket(self, bucket: Bucket, queue_id: UUID) -> Contacts:
        return self._by_queue.get((bucket, queue_id), {})

    # ---- applying one step

    def _apply(self, fact: Fact) -> None:
        self.last_id = max(self.last_id, fact.id)
        contact = self._contacts.get(fact.contact_id)
        if contact is None:
            contact = self._contacts[fact.contact_id] = FloorContact(
                id=fact.contact_id, channel=fact.channel, came_at=fact.came_at, since=fact.at
            )
        if fact.id <= contact.last_id:
            return
        contact.last_id = fact.id
        if fact.kind is StepKind.RATED:
            self._count_rating(contact, fact)
        if fact.kind in SILENT:
            return
        self._take_out(contact)
        self._count_handling(contact, fact)
        self._count_outcome(contact, fact)
        _follow(contact, fact)
        self._put_in(contact)

    def _take_out(self, contact: FloorContact) -> None:
        if contact.bucket is not None and contact.queue_id is not None:
            self._by_queue[contact.bucket, contact.queue_id].pop(contact.id, None)
        if (agent_id := contact.takes_place_of) is not None:
            self._by_agent[agent_id].pop(contact.id, None)

    def _put_in(self, contact: FloorContact) -> None:
        if contact.bucket is not None and contact.queue_id is not None:
            self._by_queue[contact.bucket, contact.queue_id][contact.id] = contact
        if (agent_id := contact.takes_place_of) is not None:
            self._by_agent[agent_id][contact.id] = contact

    def _count_handling(self, contact: FloorContact, fact: Fact) -> None:
        """Count the time that ends with this step, and the contact when its agent's talk ends."""
        agent_id, bucket = contact.agent_id, contact.bucket
        if agent_id is None or bucket is None or fact.at < self._begin:
            return
        handling = self._handled[agent_id]
        is_chat_on_hold = bucket is Bucket.ON_HOLD and contact.channel is Channel.CHAT
        handling.last = fact
        if not is_chat_on_hold:
            # Two machines' clocks differ: what ends before it began took no time.
            passed = max(0.0, (fact.at - max(contact.since, self._begin)).total_seconds())
            handling.seconds_in[bucket] = handling.seconds_in.get(bucket, 0.0) + passed
        is_another = fact.agent_id not in (None, agent_id)  # another agent has taken it over
        if bucket in TALKS and (is_another or BUCKET_AFTER.get(fact.kind) not in TALKS):
            handling.contacts[contact.id] = contact

    def _count_rating(self, contact: FloorContact, fact: Fact) -> None:
        """Count a rating once, when it was first given; a changed one changes the score there."""
        contact.score = fact.score
        if contact.rated_by is not None:
            return
        contact.rated_by = fact
        if fact.at >= self._begin and fact.agent_id is not None:
            self._rated[fact.agent_id][contact.id] = contact

    def _count_outcome(self, contact: FloorContact, fact: Fact) -> None:
        """Count how the wait ended: once, in the queue where it ended."""
        if contact.outcome is not None or fact.kind not in (StepKind.TAKEN, StepKind.ABANDONED):
            return
        contact.waited_seconds = waited = (fact.at - fact.came_at).total_seconds()
        contact.outcome = outcome = self._outcome(fact, waited)
        contact.decided_by = fact
        if fact.at >= self._begin and fact.queue_id is not None:
            self._by_queue[outcome, fact.queue_id][contact.id] = contact

    def _outcome(self, fact: Fact, waited: float) -> Bucket:
        if fact.kind is StepKind.TAKEN:
            seconds = self._seconds.get(fact.queue_id, 0) if fact.queue_id else 0
            return Bucket.IN_TIME if waited <= seconds else Bucket.LATE
        return Bucket.SHORT if waited < self.definition.short_seconds else Bucket.ABANDONED


def _follow(contact: FloorContact, fact: Fact) -> None:
    """Move a contact to its bucket after a step."""
    contact.queue_id, contact.since = fact.queue_id, fact.at
    contact.came_at = fact.came_at  # a reopened contact waits since then
    contact.bucket = bucket = BUCKET_AFTER.get(fact.kind)
    holds = bucket is not None and bucket is not Bucket.WAITING
    contact.agent_id = fact.agent_id if holds else None
    contact.rings_at_id = fact.agent_id if fact.kind is StepKind.OFFERED else None
