"""What a stranger does first: a whole call by the softphone, and then the events and the metrics, which agree with it."""

from datetime import datetime, timedelta
from typing import Any

from tests.browser.softphone.conftest import Phones
from tests.browser.softphone.test_call import talking
from tests.browser.softphone.test_consult import COLLEAGUE
from tests.support.sandbox.box import ORDERS, Box
from tests.support.sandbox.letters import received, within_time
from tests.support.softphone.phone import Phone

COUNTS = ('CONTACTS_IN_QUEUE', 'AGENTS_AVAILABLE', 'AGENTS_ON_CONTACT', 'AGENTS_AFTER_CONTACT_WORK')
TIMES = ('HANDLE_TIME', 'INTERACTION_TIME', 'HOLD_TIME', 'AFTER_CONTACT_WORK_TIME')


async def test_numbers_agree_after_a_whole_call(
    phone: Phone, desk_of: Phones, box: Box, contact_queue: str
) -> None:
    contact_id = await talking(phone, box)
    box.advance(20)
    await phone.on_leg('hold', contact_id)
    box.advance(30)
    await phone.on_leg('resume', contact_id)
    theirs = await confer(phone, await desk_of('agent2'), box, contact_id)
    await phone.on_leg('destroy', contact_id, 'agent')
    await phone.shows(contact_id, 'ended')
    assert now(box) == [0, 1, 0, 1]
    box.advance(10)
    await phone.on_contact('clear', contact_id)
    await phone.is_in('상담 가능')

    assert now(box) == [0, 2, 0, 0]
    assert past(box) == [125, 80, 35, 10]
    described = box.call('connect.DescribeContact', ContactId=contact_id, **box.instance)
    agent = described['Contact']['AgentInfo']
    assert (agent['AgentInitiatedHoldDuration'], agent['AfterContactWorkDuration']) == (35, 10)
    told = {(each, kind) for each in (contact_id, theirs) for kind in box.told(each)}
    events = within_time(
        received(box, contact_queue), lambda found: {kind_of(each) for each in found} >= told
    )
    assert {kind_of(each) for each in events} == told
    assert [kind for each, kind in told if kind == 'COMPLETED'] == ['COMPLETED'] * 2


async def confer(phone: Phone, colleague: Phone, box: Box, contact_id: str) -> str:
    """Let a colleague be consulted for five seconds and confer for sixty; the id of their contact."""
    await phone.consult(contact_id, COLLEAGUE)
    theirs = await colleague.only_contact()
    await colleague.shows(theirs, 'connecting')
    box.advance(5)
    await colleague.on_contact('accept', theirs)
    await phone.has_legs(contact_id, customer='hold', third='connected')
    await phone.do(f'contactOf("{contact_id}").conferenceConnections(callbacks)')
    await phone.has_legs(contact_id, customer='connected', third='connected')
    assert now(box) == [0, 0, 2, 0]
    box.advance(60)
    await colleague.on_leg('destroy', theirs, 'agent')
    await colleague.shows(theirs, 'ended')
    await colleague.on_contact('clear', theirs)
    return theirs


def now(box: Box) -> list[float]:
    """How it is, as ``COUNTS``."""
    answer = box.call(
        'connect.GetCurrentMetricData',
        Filters={'Queues': [ORDERS]},
        CurrentMetrics=[{'Name': name, 'Unit': 'COUNT'} for name in COUNTS],
        **box.instance,
    )
    values = {c['Metric']['Name']: c['Value'] for c in answer['MetricResults'][0]['Collections']}
    return [values[name] for name in COUNTS]


def past(box: Box) -> list[float]:
    """How many seconds the calls of the queue took, as ``TIMES``."""
    moment = datetime.fromisoformat(box.hand('GET', 'health')['now'])
    answer = box.call(
        'connect.GetMetricDataV2',
        ResourceArn=box.arn,
        StartTime=moment - timedelta(hours=1),
        EndTime=moment + timedelta(seconds=1),
        Filters=[{'FilterKey': 'QUEUE', 'FilterValues': [ORDERS]}],
        Metrics=[{'Name': f'SUM_{name}'} for name in TIMES],
    )
    values = {c['Metric']['Name']: c['Value'] for c in answer['MetricResults'][0]['Collections']}
    return [values[f'SUM_{name}'] for name in TIMES]


def kind_of(event: dict[str, Any]) -> tuple[str, str]:
    return event['detail']['contactId'], event['detail']['eventType']
