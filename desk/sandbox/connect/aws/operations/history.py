"""Historical metrics: ``GetMetricDataV2``."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from desk.sandbox.connect.aws.operations.call import Call, Handler, bare
from desk.sandbox.connect.world.contact import Contact
from desk.sandbox.connect.world.events import Json
from desk.sandbox.connect.world.historical_metrics import (
    METRICS,
    HistoricalMetrics,
    Span,
    Threshold,
)
from desk.sandbox.connect.world.refusals import NotPossible, NotThere
from desk.sandbox.connect.world.terms import Channel

PERIODS = {
    'FIFTEEN_MIN': timedelta(minutes=15),
    'THIRTY_MIN': timedelta(minutes=30),
    'HOUR': timedelta(hours=1),
    'DAY': timedelta(days=1),
    'WEEK': timedelta(weeks=1),
}
SHORT_PERIODS = {'FIFTEEN_MIN', 'THIRTY_MIN', 'HOUR'}
KEYS = {'QUEUE', 'CHANNEL', 'AGENT', 'ROUTING_PROFILE'}
MAX_VALUES = 100
LONGEST = timedelta(days=35)
LONGEST_SHORT = timedelta(days=3)
OLDEST = timedelta(days=93)


def get_metric_data_v2(call: Call) -> Json:
    """Answer with historical metrics, row by row; rows without contacts are left out."""
    asked = call.parameters
    if asked['ResourceArn'] != call.world.state.instance.arn:
        raise NotThere(f'{asked["ResourceArn"]} does not exist')
    filters = {f.get('FilterKey', ''): f.get('FilterValues') or [] for f in asked['Filters']}
    groupings = asked.get('Groupings') or []
    _check(filters, groupings, asked['Metrics'])
    _must_be_there(call, filters)
    rows = [
        _row(dimensions, contacts, span, asked)
        for span in _spans(call)
        for dimensions, contacts in _groups(call, filters, groupings)
        if any(_touches(contact, span) for contact in contacts)
    ]
    found, token = call.page(rows, 'metric-data')
    return {'MetricResults': found, 'NextToken': token}


def _check(filters: dict[str, list[str]], groupings: list[str], metrics: list[Json]) -> None:
    if not set(filters) & {'QUEUE', 'AGENT', 'ROUTING_PROFILE'}:
        raise NotPossible('A filter of queues, agents or routing profiles is required')
    if not set(filters) <= KEYS or not set(groupings) <= KEYS:
        raise NotPossible(f'The sandbox filters and groups by {", ".join(sorted(KEYS))}')
    if sum(len(values) for values in filters.values()) > MAX_VALUES:
        raise NotPossible(f'At most {MAX_VALUES} filter values')
    for metric in metrics:
        if metric.get('Name') == 'SERVICE_LEVEL':
            _threshold(metric)
        elif metric.get('Name') not in METRICS:
            raise NotPossible(f'The sandbox does not count {metric.get("Name")}')


def _must_be_there(call: Call, filters: dict[str, list[str]]) -> None:
    """Refuse a filter for unknown objects: an answer without rows would look like a quiet day."""
    find: dict[str, Callable[[str], object]] = {
        'QUEUE': call.world.routing.queue,
        'ROUTING_PROFILE': call.world.routing.profile,
        'AGENT': call.world.core.agent,
    }
    for key, values in filters.items():
        for value in values:
            if key in find:
                find[key](bare(value))
            elif value not in list(Channel):
                raise NotPossible(f'There is no channel {value}')


def _threshold(metric: Json) -> Threshold:
    thresholds = metric.get('Threshold') or []
    if len(thresholds) != 1 or thresholds[0].get('Comparison') not in {'LT', 'LTE'}:
        raise NotPossible('SERVICE_LEVEL needs a threshold with LT or LTE')
    return Threshold(
        seconds=float(thresholds[0].get('ThresholdValue', 0)),
        includes=thresholds[0]['Comparison'] == 'LTE',
    )


def _spans(call: Call) -> Iterator[Span]:
    asked = call.parameters
    start, end = asked['StartTime'], asked['EndTime']
    interval = asked.get('Interval') or {}
    period = str(interval.get('IntervalPeriod', 'TOTAL'))
    longest = LONGEST_SHORT if period in SHORT_PERIODS else LONGEST
    if not start < end or end - start > longest or start < call.world.now - OLDEST:
        raise NotPossible('The time range is empty, too long or too long ago')
    if period == 'TOTAL':
        yield Span(start=start, end=end)
        return
    at = _floor(start, period, str(interval.get('TimeZone', 'UTC')))
    while at < end:
        yield Span(start=at, end=at + PERIODS[period])
        at += PERIODS[period]


def _floor(at: datetime, period: str, zone_name: str) -> datetime:
    """Return the beginning of a time's interval: days and weeks begin in the reader's time zone."""
    if period in SHORT_PERIODS:
        seconds = PERIODS[period].total_seconds()
        return at - timedelta(seconds=at.timestamp() % seconds)
    try:
        local = at.astimezone(ZoneInfo(zone_name))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise NotPossible(f'Time zone {zone_name} does not exist') from error
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _groups(
    call: Call, filters: dict[str, list[str]], groupings: list[str]
) -> list[tuple[dict[str, str], list[Contact]]]:
    groups: dict[tuple[str, ...], list[Contact]] = {}
    wanted = {key: {bare(value) for value in values} for key, values in filters.items()}
    for contact in call.world.state.contacts.values():
        values = {key: _value_of(call, contact, key) for key in KEYS}
        if all(values[key] in allowed for key, allowed in wanted.items()):
            group = tuple(values[key] for key in groupings)
            if all(group):
                groups.setdefault(group, []).append(contact)
    return [
        (dict(zip(groupings, group, strict=True)), contacts)
        for group, contacts in sorted(groups.items())
    ]


def _value_of(call: Call, contact: Contact, key: str) -> str:
    if key == 'QUEUE':
        return contact.queue_id or ''
    if key == 'CHANNEL':
        return contact.channel.value
    if key == 'AGENT':
        return contact.agent_id or ''
    agent = call.world.state.agents.get(contact.agent_id or '')
    return agent.profile.routing_profile_id if agent else ''


def _touches(contact: Contact, span: Span) -> bool:
    times = (contact.initiated_at, contact.enqueued_at, contact.disconnected_at)
    return any(span.holds(at) for at in times)


def _row(dimensions: dict[str, str], contacts: list[Contact], span: Span, asked: Json) -> Json:
    past = HistoricalMetrics(contacts, span)
    period = (asked.get('Interval') or {}).get('IntervalPeriod', 'TOTAL')
    return {
        'Dimensions': dimensions,
        'MetricInterval': {'Interval': period, 'StartTime': span.start, 'EndTime': span.end},
        'Collections': [
            {
                'Metric': metric,
                'Value': past.value(
                    metric['Name'],
                    _threshold(metric) if metric['Name'] == 'SERVICE_LEVEL' else None,
                ),
            }
            for metric in asked['Metrics']
        ],
    }


HANDLERS: dict[str, Handler] = {'connect.GetMetricDataV2': get_metric_data_v2}
