"""Historical metrics, counted from the contacts themselves.

A contact counts in the interval in which it ended; while it is open it counts only as created and
queued. A metric that would divide by zero has no value.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.sandbox.connect.world.contact import Contact
from desk.sandbox.connect.world.terms import AgentContactState

Number = float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A period, from (inclusive) to (exclusive)."""

    start: datetime
    end: datetime

    def holds(self, at: datetime | None) -> bool:
        """Whether a time is in the period."""
        return at is not None and self.start <= at < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """The limit for ``SERVICE_LEVEL``."""

    seconds: float
    includes: bool  # LTE, else LT


class HistoricalMetrics:
    """The metrics of some contacts in a period."""

    def __init__(self, contacts: Iterable[Contact], span: Span) -> None:
        known = list(contacts)
        self._created = [c for c in known if span.holds(c.initiated_at)]
        self._queued = [c for c in known if span.holds(c.enqueued_at)]
        self._ended = [c for c in known if span.holds(c.disconnected_at)]
        self._handled = [c for c in self._ended if c.connected_to_agent_at is not None]
        self._abandoned = [
            c for c in self._ended if c.enqueued_at and c.connected_to_agent_at is None
        ]
        self._attempts = [a for c in known for a in c.attempts if span.holds(a.at)]

    def value(self, metric: str, threshold: Threshold | None = None) -> Number:
        """Return a metric.

        Raises:
            KeyError: the metric does not exist here.
        """
        if metric == 'SERVICE_LEVEL' and threshold is not None:
            return self._service_level(threshold)
        return METRICS[metric](self)

    def count(self, contacts: str) -> float:
        """Return the number of contacts of a kind (``handled`` …)."""
        return float(len(getattr(self, f'_{contacts}')))

    def seconds(self, contacts: str, of: Callable[[Contact], float]) -> list[float]:
        """Return a duration of each contact of a kind."""
        return [of(contact) for contact in getattr(self, f'_{contacts}')]

    def transferred(self) -> float:
        """Return how many contacts their agent transferred."""
        return float(sum(bool(contact.next_ids) for contact in self._handled))

    def answer_rate(self) -> Number:
        """Return the percentage of accepted offers."""
        if not self._attempts:
            return None
        accepted = sum(a.outcome is AgentContactState.CONNECTED for a in self._attempts)
        return 100 * accepted / len(self._attempts)

    def not_responded(self) -> float:
        """Return how many offers were not accepted."""
        return float(
            sum(a.outcome not in {None, AgentContactState.CONNECTED} for a in self._attempts)
        )

    def _service_level(self, threshold: Threshold) -> Number:
        if not self._handled and not self._abandoned:
            return None
        waits = self.seconds('handled', queue_seconds)
        quick = sum(
            wait <= threshold.seconds if threshold.includes else wait < threshold.seconds
            for wait in waits
        )
        return 100 * quick / (len(waits) + len(self._abandoned))


def after_work_seconds(contact: Contact) -> float:
    """Return the duration of after-contact work."""
    return _between(contact.after_work_started_at, contact.after_work_ended_at)


def queue_seconds(contact: Contact) -> float:
    """Return the wait until an agent was connected."""
    return _between(contact.enqueued_at, contact.connected_to_agent_at)


def abandon_seconds(contact: Contact) -> float:
    """Return the wait until the customer left."""
    return _between(contact.enqueued_at, contact.disconnected_at)


def talk_seconds(contact: Contact) -> float:
    """Return how long agent and customer were connected, holds included."""
    return _between(contact.connected_to_agent_at, contact.disconnected_at)


def handle_seconds(contact: Contact) -> float:
    """Return how long an agent was busy with it: talk, holds, after-contact work."""
    return talk_seconds(contact) + after_work_seconds(contact)


def _between(start: datetime | None, end: datetime | None) -> float:
    return (end - start) / timedelta(seconds=1) if start and end else 0.0


def _average(
    contacts: str, of: Callable[[Contact], float]
) -> Callable[[HistoricalMetrics], Number]:
    def metric(past: HistoricalMetrics) -> Number:
        values = past.seconds(contacts, of)
        return sum(values) / len(values) if values else None

    return metric


def _total(contacts: str, of: Callable[[Contact], float]) -> Callable[[HistoricalMetrics], Number]:
    return lambda past: sum(past.seconds(contacts, of))


def _count(contacts: str) -> Callable[[HistoricalMetrics], Number]:
    return lambda past: past.count(contacts)


def _abandonment_rate(past: HistoricalMetrics) -> Number:
    over = past.count('abandoned') + past.count('handled')
    return 100 * past.count('abandoned') / over if over else None


def _longest_wait(past: HistoricalMetrics) -> Number:
    return max(
        (*past.seconds('handled', queue_seconds), *past.seconds('abandoned', abandon_seconds)),
        default=None,
    )


METRICS: dict[str, Callable[[HistoricalMetrics], Number]] = {
    'CONTACTS_CREATED': _count('created'),
    'CONTACTS_QUEUED': _count('queued'),
    'CONTACTS_HANDLED': _count('handled'),
    'CONTACTS_ABANDONED': _count('abandoned'),
    'CONTACTS_TRANSFERRED_OUT': HistoricalMetrics.transferred,
    'ABANDONMENT_RATE': _abandonment_rate,
    'AGENT_ANSWER_RATE': HistoricalMetrics.answer_rate,
    'AGENT_NON_RESPONSE': HistoricalMetrics.not_responded,
    'AVG_ABANDON_TIME': _average('abandoned', abandon_seconds),
    'AVG_AFTER_CONTACT_WORK_TIME': _average('handled', after_work_seconds),
    'AVG_CONTACT_DURATION': _average(
        'ended', lambda c: _between(c.initiated_at, c.disconnected_at)
    ),
    'AVG_HANDLE_TIME': _average('handled', handle_seconds),
    'AVG_HOLD_TIME': _average('handled', lambda c: c.holds.seconds),
    'AVG_HOLDS': _average('handled', lambda c: float(c.holds.count)),
    'AVG_INTERACTION_TIME': _average('handled', lambda c: talk_seconds(c) - c.holds.seconds),
    'AVG_QUEUE_ANSWER_TIME': _average('handled', queue_seconds),
    'MAX_QUEUED_TIME': _longest_wait,
    'SUM_AFTER_CONTACT_WORK_TIME': _total('handled', after_work_seconds),
    'SUM_HANDLE_TIME': _total('handled', handle_seconds),
    'SUM_HOLD_TIME': _total('handled', lambda c: c.holds.seconds),
    'SUM_INTERACTION_TIME': _total('handled', lambda c: talk_seconds(c) - c.holds.seconds),
}
