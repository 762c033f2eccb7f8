"""What is wrong for all processes alike, read in the database."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from models import AlertKind, FloorAlert
from services.alerting import queries
from services.alerting.sighting import Sighting

RELAY_SECONDS = 30
"""An event is told within a second; what is older was left by every process, or the stream does not take it."""
TRANSCRIPT_MINUTES = 60
GIVEN_UP_FOR = timedelta(days=1)
"""How long it is said that alerts were given up."""


async def shared_sightings(
    session: AsyncSession, now: datetime, *, has_bucket: bool
) -> list[Sighting]:
    """Return what is wrong now."""
    return [
        *await _relay(session, now),
        *(await _transcripts(session, now) if has_bucket else ()),
        *await _given_up(session, now),
        *(_of_limit(alert, name) for alert, name in await queries.passed_limits(session)),
    ]


async def _relay(session: AsyncSession, now: datetime) -> Sequence[Sighting]:
    oldest_at = await queries.oldest_event_at(session)
    if oldest_at is None or now - oldest_at < timedelta(seconds=RELAY_SECONDS):
        return ()
    figures = {'seconds': RELAY_SECONDS}
    return (Sighting(kind=AlertKind.RELAY, subject='outbox', figures=figures, since=oldest_at),)


async def _transcripts(session: AsyncSession, now: datetime) -> Sequence[Sighting]:
    count = await queries.late_transcripts(session, now - timedelta(minutes=TRANSCRIPT_MINUTES))
    figures = {'count': count, 'minutes': TRANSCRIPT_MINUTES}
    return _delivery('transcripts', figures) if count else ()


async def _given_up(session: AsyncSession, now: datetime) -> Sequence[Sighting]:
    count = await queries.given_up(session, now - GIVEN_UP_FOR)
    return _delivery('alerts', {'count': count}) if count else ()


def _delivery(subject: str, figures: dict[str, int]) -> Sequence[Sighting]:
    return (Sighting(kind=AlertKind.DELIVERIES, subject=subject, figures=dict(figures)),)


def _of_limit(alert: FloorAlert, queue: str) -> Sighting:
    figures: dict[str, str | int] = {
        'limit': alert.kind, 'value': alert.value, 'most': alert.most,
        'queue_id': str(alert.subject_id), 'queue': queue,
    }  # fmt: skip
    return Sighting(
        kind=AlertKind.THRESHOLD,
        subject=f'{alert.kind}/{alert.threshold_id}/{alert.subject_id}',
        figures=figures,
        since=alert.created_at,
    )
