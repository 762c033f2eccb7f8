"""Topics: who hears what, in which order, and that one failing listener harms nobody else."""

from typing_extensions import override

from desk.events import Event, Resync, Topics


class Rang(Event):
    """A bell rang."""

    bell: str
    count: int = 1

    @override
    def topics(self) -> tuple[str, ...]:
        return (f'bell:{self.bell}', 'bells')


def test_listener_hears_its_topic_in_order_and_nothing_else() -> None:
    topics, heard = Topics(), list[Event]()
    topics.subscribe('bell:door', heard.append)

    for count in (1, 2, 3):
        topics.publish(Rang(bell='door', count=count))
        topics.publish(Rang(bell='phone', count=count))

    assert heard == [Rang(bell='door', count=count) for count in (1, 2, 3)]


def test_resync_reaches_every_listener() -> None:
    topics, heard = Topics(), list[str]()
    topics.subscribe('bells', lambda event: heard.append(f'bells {event.kind}'))
    topics.subscribe('anything', lambda event: heard.append(f'anything {event.kind}'))

    topics.publish(Resync())

    assert heard == ['bells Resync', 'anything Resync']


def test_cancelled_listener_hears_nothing_more() -> None:
    topics, heard = Topics(), list[Event]()
    subscription = topics.subscribe('bells', heard.append)
    subscription.cancel()
    subscription.cancel()

    topics.publish(Rang(bell='door'))

    assert heard == []
    assert topics.counts() == {}


def test_failing_listener_harms_no_other() -> None:
    topics, heard = Topics(), list[Event]()

    def fail(_: Event) -> None:
        message = 'the screen is gone'
        raise RuntimeError(message)

    topics.subscribe('bells', fail)
    topics.subscribe('bells', heard.append)

    topics.publish(Rang(bell='door'))

    assert heard == [Rang(bell='door')]


def test_listener_that_cancels_another_while_hearing_leaves_no_gap() -> None:
    topics, heard = Topics(), list[str]()
    first = topics.subscribe('bells', lambda _: first.cancel())
    topics.subscribe('bells', lambda _: heard.append('second'))
    topics.subscribe('bells', lambda _: heard.append('third'))

    topics.publish(Rang(bell='door'))

    assert heard == ['second', 'third']


def test_listener_at_several_topics_hears_an_event_once() -> None:
    topics, heard = Topics(), list[Event]()
    subscription = topics.subscribe(('bells', 'bell:door', 'bell:phone'), heard.append)

    topics.publish(Rang(bell='door'))
    topics.publish(Resync())
    subscription.cancel()
    topics.publish(Rang(bell='door'))

    assert heard == [Rang(bell='door'), Resync()]
    assert topics.counts() == {}


def test_listener_that_is_cancelled_by_one_before_it_hears_nothing() -> None:
    topics, heard = Topics(), list[Event]()
    topics.subscribe('bells', lambda _: second.cancel())
    second = topics.subscribe('bells', heard.append)

    topics.publish(Rang(bell='door'))

    assert heard == []


def test_event_travels_by_its_class_name() -> None:
    sent = Rang(bell='door', count=7)

    received = Event.kinds[sent.kind].model_validate_json(sent.model_dump_json())

    assert received == sent
