"""From the customer's key at one server to the agent's screen at the other: one trace, at a collector that reads OTLP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.sandbox import BackingUrls
from desk.settings import Settings
from models import Agent
from tests.browser.conftest import Contexts
from tests.support.browser import live
from tests.support.browser.live import LiveDesk
from tests.support.browser.people import Centre
from tests.support.browser.talking import begin
from tests.support.collector import Collector, Seen, collecting
from tests.support.until import until

WORDS = '제 번호는 010-5555-6666 이고 이름은 홍길동입니다'
SECRETS = ('홍길동', '5555', '최유진', '9876', '제 번호는')


@pytest.fixture(scope='module')
def collector() -> Iterator[Collector]:
    """Where both servers send their traces."""
    with collecting() as collector:
        yield collector


@pytest.fixture
def settings(
    backing: BackingUrls, template: str, tmp_path: Path, collector: Collector
) -> Iterator[Settings]:
    """A desk that traces everything."""
    with live.database(backing, template, tmp_path) as settings:
        yield settings.model_copy(
            update={
                'otel_exporter_otlp_endpoint': collector.address,
                'otel_traces_sampler_arg': 1.0,
                'otel_service_name': 'agents-server',
            }
        )


@pytest.fixture
def servers(settings: Settings, tmp_path: Path) -> Iterator[tuple[LiveDesk, LiveDesk]]:
    """Two processes on one data: the agents' and the customers'."""
    customers = settings.model_copy(update={'otel_service_name': 'customers-server'})
    with (
        live.served(settings, tmp_path / 'one.log') as one,
        live.served(customers, tmp_path / 'two.log') as other,
    ):
        yield one, other


async def test_key_of_the_customer_and_screen_of_the_agent_are_one_trace(
    servers: tuple[LiveDesk, LiveDesk], person: Contexts, agent: Agent, collector: Collector
) -> None:
    desks, customers = servers
    centre = Centre(desks.address)
    context = await person()
    await centre.sign_in(context, agent.username)
    desk = await centre.desk(context)
    talk = await Centre(customers.address).talk(await person())
    await begin(desk, talk, agent)
    collector.bodies.clear()
    collector.paths.clear()

    await talk.sends(WORDS)
    await desk.reads('안녕하세요', WORDS)

    def drawn() -> list[Seen]:
        return [
            one
            for one in collector.spans()
            if one.name == 'drawn on page' and one.attributes['desk.reader'] == 'agent'
        ]

    await until(lambda: len(drawn()) > 0, seconds=20)
    [end] = drawn()
    await until(lambda: root_of(collector, end) is not None, seconds=20)
    trace = {one.span_id: one for one in collector.spans() if one.trace_id == end.trace_id}
    way = [end]
    while way[-1].parent_id:
        way.append(trace[way[-1].parent_id])
    assert [(one.name, one.service) for one in reversed(way)] == [
        ('page event', 'customers-server'),
        ('message stored', 'customers-server'),
        ('event sent', 'customers-server'),
        ('event heard', 'agents-server'),
        ('drawn on page', 'agents-server'),
    ]
    assert end.attributes['desk.browser'] == 'drawn'
    assert way[-2].attributes['desk.message_id'] == end.attributes['desk.message_id']
    assert {'WITH', 'XADD'} <= {one.name for one in trace.values()}
    assert not [secret for secret in SECRETS if secret in collector.everything]
    assert desks.complaints() + customers.complaints() == ''


def root_of(collector: Collector, end: Seen) -> Seen | None:
    """Return the first span of a trace, once it has come."""
    return next(
        (one for one in collector.spans() if one.trace_id == end.trace_id and not one.parent_id),
        None,
    )
