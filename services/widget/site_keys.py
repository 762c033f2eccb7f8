"""The secrets with which sites sign who their visitor is: made, shown once, and rotated by administrators.

A site has at most two that count: the old one goes on while the site's server is told the new one.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from desk import clock
from desk.errors import ConflictError, NotFoundError
from desk.sealing import Sealer
from models import EVERYWHERE, Agent, AuditAction, SiteKey
from services.people.events import SettingsChanged
from services.settings.access import require_editor
from services.settings.sites import AllowedSites
from services.widget import queries
from services.work.unit_of_work import UnitsOfWork

MOST_KEYS = 2
PART = 'site_keys'
"""What ``SettingsChanged`` says when they change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """A secret as it is listed: everything but itself."""

    id: UUID
    origin: str
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A new secret, which is shown only once."""

    id: UUID
    origin: str
    secret: str


class SiteKeys:
    """The secrets of all sites."""

    def __init__(self, units: UnitsOfWork, sites: AllowedSites, *, secret: str) -> None:
        self._units = units
        self._sites = sites
        self._sealer = Sealer(secret, 'site key')

    async def all(self, by: Agent) -> Sequence[KeyView]:
        """Return the secrets that count, oldest first. Raises ``NotAllowedError`` for all but administrators."""
        async with self._units.db.reading() as session:
            await require_editor(session, by, EVERYWHERE)
            found = await queries.keys_with_makers(session)
        return [
            KeyView(id=key.id, origin=key.origin, made_at=key.created_at, made_by=maker.name)
            for key, maker in found
        ]

    async def make(self, by: Agent, origin: str) -> NewKey:
        """Make a secret for an allowed site.

        Raises:
            NotAllowedError: not an administrator.
            NotFoundError: the site is not allowed.
            ConflictError: it has two already.
        """
        secret = f'site_{secrets.token_urlsafe(32)}'
        is_allowed = await self._sites.allows(origin)
        async with self._units.begin() as work:
            now = await require_editor(work.session, by, EVERYWHERE)
            if not is_allowed:
                raise NotFoundError('widget.site')
            await queries.one_at_a_time(work.session, origin)
            if len(await queries.keys_of(work.session, origin)) >= MOST_KEYS:
                raise ConflictError('widget.keys', most=MOST_KEYS)
            key = SiteKey(origin=origin, sealed='', made_by_id=now.id)
            key.sealed = self._sealer.sealed(secret, _owner(key))
            work.session.add(key)
            work.record(now, AuditAction.SITE_KEY_MADE, details={'site': origin})
            work.tell(SettingsChanged(part=PART))
        return NewKey(id=key.id, origin=origin, secret=secret)

    async def retire(self, by: Agent, key_id: UUID) -> None:
        """Take a secret out of use, at once and for good; again it changes nothing.

        Raises ``NotAllowedError`` and ``NotFoundError``.
        """
        async with self._units.begin() as work:
            now = await require_editor(work.session, by, EVERYWHERE)
            key = await queries.locked_key(work.session, key_id)
            if key is None:
                raise NotFoundError('widget.key')
            if key.retired_at is not None:
                return
            key.retired_at = clock.now()
            work.session.add(key)
            work.record(now, AuditAction.SITE_KEY_RETIRED, details={'site': key.origin})
            work.tell(SettingsChanged(part=PART))

    async def secrets_of(self, origin: str) -> list[str]:
        """Return the secrets of a site that count; none for a site that is not allowed (any more)."""
        if not await self._sites.allows(origin):
            return []
        async with self._units.db.reading() as session:
            keys = await queries.keys_of(session, origin)
        opened = [self._sealer.opened(one.sealed, _owner(one)) for one in keys]
        return [one for one in opened if one is not None]


def _owner(key: SiteKey) -> str:
    """Return what a sealed secret is bound to: copied to another site's row it cannot be opened."""
    return f'{key.id} {key.origin}'
