"""Events and who hears them inside this process.

An event says what has happened, after the commit that made it so. It knows its topics; whoever subscribed to
one of them is called with it, in the order of publication. Between processes events travel by ``desk.stream``, encoded:
a process of another version of the desk may not be able to read them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError
from typing_extensions import override

from desk import metrics

log = structlog.get_logger()


class Event(BaseModel):
    """Something that has happened. A subclass is known by its class name wherever it travels."""

    model_config = ConfigDict(frozen=True)
    kinds: ClassVar[dict[str, type['Event']]] = {}

    @classmethod
    @override
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        Event.kinds[cls.__name__] = cls

    @property
    def kind(self) -> str:
        """The name this event travels under."""
        return type(self).__name__

    def topics(self) -> tuple[str, ...]:
        """Name the topics whose subscribers hear this."""
        raise NotImplementedError


class Unreadable(StrEnum):
    """Why this version of the desk cannot read an event."""

    KIND = 'kind'
    """It knows no event of this kind."""
    SHAPE = 'shape'
    """It knows the kind with other fields or values, or the body is no JSON."""


class UnreadableEventError(Exception):
    """An event cannot be read here; ``faults`` name the rules that it breaks, and nothing of its content."""

    def __init__(self, reason: Unreadable, faults: frozenset[str] = frozenset()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.faults = faults


@dataclass(frozen=True, slots=True)
class EncodedEvent:
    """An event as it is stored and travels: by the name of its kind, and as JSON."""

    kind: str
    body: str

    @classmethod
    def of(cls, event: Event) -> 'EncodedEvent':
        """Encode an event."""
        return cls(event.kind, event.model_dump_json())

    def decoded(self) -> Event:
        """Return the event. Raises ``UnreadableEventError`` for one that another version of the desk wrote.

        A field that is not known here is refused like a value that is not: what it changes in the meaning of the
        others cannot be known.
        """
        kind = Event.kinds.get(self.kind)
        if kind is None:
            raise UnreadableEventError(Unreadable.KIND)
        try:
            return kind.model_validate_json(self.body, extra='forbid')
        except ValidationError as error:
            faults = frozenset(one['type'] for one in error.errors(include_input=False))
            raise UnreadableEventError(Unreadable.SHAPE, faults) from None


class Resync(Event):
    """Events may have been missed: whoever shows something reads it again. Reaches every subscriber."""

    @override
    def topics(self) -> tuple[str, ...]:
        return ()


Handler = Callable[[Any], None]


class Subscription:
    """One listener's place at its topics, until it is cancelled."""

    def __init__(self, topics: 'Topics', names: tuple[str, ...], handler: Handler) -> None:
        self._topics = topics
        self.names = names
        self.handler = handler

    def cancel(self) -> None:
        """Hear nothing more; a second call does nothing."""
        self._topics.drop(self)


class Topics:
    """Who hears what in this process. Handlers run at once, in order, and must not block."""

    def __init__(self) -> None:
        # The inner mappings are ordered sets: a department's topic has hundreds of listeners that come and go.
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
        """End a subscription; ``Subscription.cancel`` is the way to call it."""
        names, subscription.names = subscription.names, ()
        if names:
            metrics.SUBSCRIPTIONS.dec()
        for name in names:
            self._subscriptions[name].pop(subscription, None)
            if not self._subscriptions[name]:
                del self._subscriptions[name]

    def publish(self, event: Event) -> None:
        """Hand an event to all who hear one of its topics, once each."""
        hearing = self._subscriptions
        names = tuple(hearing) if isinstance(event, Resync) else event.topics()
        heard = dict.fromkeys(one for name in names for one in hearing.get(name, ()))
        for subscription in heard:
            if subscription.names:  # not cancelled by one who heard it first
                _deliver(subscription, event)

    def counts(self) -> dict[str, int]:
        """Return the number of subscriptions at each topic that has any."""
        return {topic: len(at_topic) for topic, at_topic in self._subscriptions.items()}


def _deliver(subscription: Subscription, event: Event) -> None:
    try:
        subscription.handler(event)
    except Exception:
        log.exception('listener_failed', topics=subscription.names, kind=event.kind)
