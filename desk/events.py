"""Events and their subscribers in this process.

An event reports a change after the commit that made it. It names its topics; every subscriber of a
topic is called with it, in the order of publication. Between processes events travel encoded on
``desk.stream``; a process that runs another version of the desk may be unable to decode them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from typing_extensions import override

from desk import metrics

log = structlog.get_logger()


class Event(BaseModel):
    """A change that has happened. Its class name identifies it on the stream."""

    model_config = ConfigDict(frozen=True)
    kinds: ClassVar[dict[str, type['Event']]] = {}

    @classmethod
    @override
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        Event.kinds[cls.__name__] = cls

    @property
    def kind(self) -> str:
        """The name of this event's kind on the stream."""
        return type(self).__name__

    def topics(self) -> tuple[str, ...]:
        """Return the topics whose subscribers get this event."""
        raise NotImplementedError


class Unreadable(StrEnum):
    """Why this version of the desk cannot decode an event."""

    KIND = 'kind'
    """This version knows no event of this kind."""
    SHAPE = 'shape'
    """The kind is known, but its fields or values differ, or the body is not JSON."""


class UnreadableEventError(Exception):
    """An event cannot be decoded; ``faults`` name the broken rules and none of its content."""

    def __init__(self, reason: Unreadable, faults: frozenset[str] = frozenset()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.faults = faults


@dataclass(frozen=True, slots=True)
class EncodedEvent:
    """An event as it is stored and sent: the name of its kind, and its fields as JSON."""

    kind: str
    body: str

    @classmethod
    def of(cls, event: Event) -> 'EncodedEvent':
        """Encode an event."""
        return cls(event.kind, event.model_dump_json())

    def decoded(self) -> Event:
        """Return the event. Raises ``UnreadableEventError`` when another version of the desk wrote it.

        Unknown fields are refused like wrong values, because they may change what the other fields mean; an empty one says
        nothing and is passed over (decision 0017).
        """
        kind = Event.kinds.get(self.kind)
        if kind is None:
            raise UnreadableEventError(Unreadable.KIND)
        try:
            return kind.model_validate_json(self.body, extra='forbid')
        except ValidationError as error:
            if all(map(_says_nothing, error.errors(include_url=False))):
                return kind.model_validate_json(self.body, extra='ignore')
            faults = frozenset(one['type'] for one in error.errors(include_input=False))
            raise UnreadableEventError(Unreadable.SHAPE, faults) from None


def _says_nothing(fault: ErrorDetails) -> bool:
    """Whether a fault is an unknown field that is empty: a newer version's that means nothing here, as its default does."""
    return fault['type'] == 'extra_forbidden' and not fault['input']


class Resync(Event):
    """Events may have been missed, so every view reads its data again. Reaches all subscribers."""

    @override
    def topics(self) -> tuple[str, ...]:
        return ()


Handler = Callable[[Any], None]


class Subscription:
    """One subscription to topics, until it is cancelled."""

    def __init__(self, topics: 'Topics', names: tuple[str, ...], handler: Handler) -> None:
        self._topics = topics
        self.names = names
        self.handler = handler

    def cancel(self) -> None:
        """End the subscription; a second call does nothing."""
        self._topics.drop(self)


class Topics:
    """The subscriptions of this process. Handlers run at once, in order, and must not block."""

    def __init__(self) -> None:
        # The inner mappings serve as ordered sets: hundreds of subscriptions to a department's
        # topic come and go.
        self._subscriptions: dict[str, dict[Subscription, None]] = defaultdict(dict)

    def subscribe(self, topics: str | Iterable[str], handler: Handler) -> Subscription:
        """Call ``handler`` once with every event of one or more topics, and with every ``Resync``."""
        names = (topics,) if isinstance(topics, str) else tuple(topics)
        subscription = Subscription(self, names, handler)
        for name in names:
            self._subscriptions[name][subscription] = None
        metrics.SUBSCRIPTIONS.inc()
        return subscription

    def drop(self, subscription: Subscription) -> None:
        """End a subscription; callers use ``Subscription.cancel``."""
        names, subscription.names = subscription.names, ()
        if names:
            metrics.SUBSCRIPTIONS.dec()
        for name in names:
            self._subscriptions[name].pop(subscription, None)
            if not self._subscriptions[name]:
                del self._subscriptions[name]

    def publish(self, event: Event) -> None:
        """Call every subscriber of the event's topics with it, once each."""
        hearing = self._subscriptions
        names = tuple(hearing) if isinstance(event, Resync) else event.topics()
        heard = dict.fromkeys(one for name in names for one in hearing.get(name, ()))
        for subscription in heard:
            if subscription.names:  # an earlier handler may have cancelled it
                _deliver(subscription, event)

    def counts(self) -> dict[str, int]:
        """Return the number of subscriptions by topic."""
        return {topic: len(at_topic) for topic, at_topic in self._subscriptions.items()}


def _deliver(subscription: Subscription, event: Event) -> None:
    try:
        subscription.handler(event)
    except Exception:
        log.exception('listener_failed', topics=subscription.names, kind=event.kind)
