"""What counts of one contact, computed from its facts by the same ledger as the live board.

Pure: it reads nothing. A contact counts on the day on which the board counted it, so that a report of a day equals the
board at that day's end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from desk import clock
from models import Channel, ReportLine, Sentiment, StepKind
from services.floor.definitions import day_of, definition_of, end_of
from services.floor.ledger import Bucket, Fact, FloorContact, Handling, Ledger

Seconds = Mapping[UUID, int]
"""The service level seconds of each queue."""
_Place = tuple[date, int, UUID | None, UUID | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFacts:
    """All facts of one contact."""

    steps: Sequence[Fact]
    """At least one, in order of their ids."""
    person: UUID | None = None
    category_id: UUID | None = None
    replied_at: datetime | None = None
    """When an agent first wrote in the chat."""
    sentiment: Sentiment | None = None
    kept: int = 0
    broken: int = 0
    """Promises made in the contact."""


def days_of(steps: Sequence[Fact]) -> set[date]:
    """Return the days of these steps, in Seoul."""
    return {day_of(step.at) for step in steps}


def counted(facts: ContactFacts, seconds_on: Mapping[date, Seconds]) -> list[ReportLine]:
    """Return what counts of a contact: one line for each hour, queue and agent.

    Args:
        facts: the facts of the contact.
        seconds_on: the service level seconds on each of its days.
    """
    lines = _Lines(replace(facts, steps=_in_order(facts.steps)))
    for day in sorted(days_of(facts.steps)):
        lines.count_day(day, seconds_on[day])
    lines.count_moves()
    return lines.found()


def _in_order(steps: Sequence[Fact]) -> list[Fact]:
    """Return the steps as they happened: those of a call may be stored late, a chat's are stored in order."""
    if steps[0].channel is Channel.CHAT:
        return list(steps)
    by_time = sorted(steps, key=lambda one: (one.at, one.id))
    return [one._replace(id=number) for number, one in enumerate(by_time, start=1)]


class _Lines:
    """The lines of one contact while they are counted."""

    def __init__(self, facts: ContactFacts) -> None:
        self._facts = facts
        self._id, self._channel = facts.steps[0].contact_id, facts.steps[0].channel
        self._by_place: dict[_Place, ReportLine] = {}
        self._answered_by: UUID | None = None

    def found(self) -> list[ReportLine]:
        """Return the lines, numbered in order of time."""
        lines = sorted(self._by_place.values(), key=lambda one: (one.day, one.hour))
        for number, line in enumerate(lines):
            line.number = number
        return lines

    def count_day(self, day: date, seconds: Seconds) -> None:
        """Count how the wait ended on a day, and what each agent handled."""
        ledger, until = Ledger(day, seconds), end_of(day)
        ledger.apply(one for one in self._facts.steps if one.at < until)
        contact = ledger.contact(self._id)
        if contact.decided_by is not None and day_of(contact.decided_by.at) == day:
            self._count_outcome(contact, contact.decided_by)
        for agent_id, handling in ledger.handlings.items():
            if handling.last is not None and day_of(handling.last.at) == day:
                self._count_handling(agent_id, handling, handling.last)

    def count_moves(self) -> None:
        """Count that the contact came, that it was transferred, and its rating: each once."""
        kinds = {one.kind: one for one in reversed(self._facts.steps)}  # the first of each kind
        if (created := kinds.get(StepKind.CREATED)) is not None:
            self._line(created, self._answered_by).has_arrived = True
        if (moved := kinds.get(StepKind.TRANSFERRED)) is not None:
            self._line(moved, moved.agent_id).was_transferred = True
        if (rated := kinds.get(StepKind.RATED)) is not None:
            line = self._line(rated, rated.agent_id)
            scores = [one.score for one in self._facts.steps if one.kind is StepKind.RATED]
            line.has_rating, line.rating = True, scores[-1] or 0

    def _count_outcome(self, contact: FloorContact, fact: Fact) -> None:
        is_answered = fact.kind is StepKind.TAKEN
        self._answered_by = fact.agent_id if is_answered else None
        line, facts = self._line(fact, self._answered_by), self._facts
        line.outcome = contact.outcome
        line.wait_ms = _milliseconds(contact.waited_seconds or 0.0)
        if is_answered and facts.replied_at is not None:
            line.has_reply = True
            line.reply_ms = _milliseconds((facts.replied_at - fact.came_at).total_seconds())
        line.has_mood = facts.sentiment is not None
        line.is_negative = facts.sentiment is Sentiment.NEGATIVE
        line.has_promise = facts.kept + facts.broken > 0
        line.has_kept = line.has_promise and not facts.broken

    def _count_handling(self, agent_id: UUID, handling: Handling, last: Fact) -> None:
        line = self._line(last, agent_id)
        line.was_handled = bool(handling.contacts)
        line.talk_ms = _milliseconds(handling.seconds_in.get(Bucket.IN_PROGRESS, 0.0))
        line.hold_ms = _milliseconds(handling.seconds_in.get(Bucket.ON_HOLD, 0.0))
        line.wrap_up_ms = _milliseconds(handling.seconds_in.get(Bucket.WRAP_UP, 0.0))

    def _line(self, fact: Fact, agent_id: UUID | None) -> ReportLine:
        day, hour = day_of(fact.at), fact.at.astimezone(clock.SEOUL).hour
        place = day, hour, fact.queue_id, agent_id
        if place not in self._by_place:
            self._by_place[place] = ReportLine(
                contact_id=self._id,
                number=0,
                day=day,
                hour=hour,
                queue_id=fact.queue_id,
                agent_id=agent_id,
                channel=self._channel,
                category_id=self._facts.category_id,
                definition=definition_of(day).version,
                came_at=fact.came_at,
                person=self._facts.person,
            )
        return self._by_place[place]


def _milliseconds(seconds: float) -> int:
    """Return whole milliseconds; none where another machine's clock was behind."""
    return max(0, round(1000 * seconds))
