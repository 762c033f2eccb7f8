"""Alerts as the settings ask for them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from desk.db import Database
from desk.settings import Settings
from models import AlertKind
from services.alerting.certificates import CertificateWatch
from services.alerting.watches import AnswerWatch, ConnectWatch, FailingService, Watch
from services.aws.alert_topic import AlertTopic, topic_for


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSetup:
    """The topic, and the addresses whose certificates are watched."""

    topic: AlertTopic | None = None
    base_url: str = ''
    """The address people open, in front of the links in messages."""
    addresses: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> 'AlertSetup':
        """Return the setup; opens nothing."""
        return cls(
            topic=topic_for(settings),
            base_url=settings.public_url,
            addresses=tuple(one for one in (settings.public_url, settings.oidc_issuer) if one),
        )

    def watches(
        self,
        db: Database,
        ping_valkey: Callable[[], Awaitable[object]],
        clients: Sequence[FailingService],
    ) -> tuple[Watch, ...]:
        """Return what one process watches; ``clients`` are those of Connect."""
        return (
            AnswerWatch(AlertKind.DATABASE, db.ping),
            AnswerWatch(AlertKind.VALKEY, ping_valkey),
            ConnectWatch(clients),
            CertificateWatch(self.addresses),
        )
