"""Asks the provider about everybody who is signed in by it: who was deactivated there is out within a minute.

One process asks for all (a lease). Each session is asked about every ``CHECK_EVERY``: its refresh token is used, and the
groups are read again; a refusal ends the person's sessions of the provider. A provider that is away ends nobody's
session: that would turn its outage into ours.
"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import structlog
from redis.asyncio import Redis
from sqlalchemy.exc import SQLAlchemyError

from desk import clock
from desk.errors import DeskError, NotSignedInError, UpstreamError
from desk.lease import Lease
from models import Agent, SignInSession
from services.identity import queries
from services.identity.groups import GroupMeaning, Groups
from services.identity.people import give
from services.identity.provider import Provider
from services.identity.single_sign_on import SingleSignOn
from services.people import agent_queries
from services.people.sessions import end_sessions
from services.work.unit_of_work import UnitsOfWork

log = structlog.get_logger()

CHECK_EVERY = timedelta(seconds=40)
LOOK_SECONDS = 5.0
AT_ONCE = 8
BATCH = 200


class ProviderWatch:
    """The loop that asks."""

    def __init__(
        self,
        units: UnitsOfWork,
        sign_on: SingleSignOn,
        provider: Provider,
        groups: Groups,
        redis: 'Redis',
        *,
        prefix: str,
    ) -> None:
        self._units = units
        self._sign_on = sign_on
        self._provider = provider
        self._groups = groups
        self._lease = Lease(redis, f'{prefix}:sso-watch', seconds=LOOK_SECONDS * 3)

    async def follow(self) -> None:
        """Ask until cancelled."""
        try:
            while True:
                if await self._lease.is_held():
                    await self.look()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await self._lease.give_up()

    async def look(self) -> int:
        """Ask about all sessions whose turn it is; return how many were asked about."""
        now = clock.now()
        async with self._units.db.reading() as session:
            rows = await queries.unchecked(session, now=now, before=now - CHECK_EVERY, limit=BATCH)
        at_once = asyncio.Semaphore(AT_ONCE)

        async def ask(row: SignInSession) -> None:
            async with at_once:
                await self._ask(row)

        async with asyncio.TaskGroup() as group:
            for row in rows:
                group.create_task(ask(row))
        return len(rows)

    async def _ask(self, row: SignInSession) -> None:
        try:
            await self._check(row)
        except UpstreamError:
            log.warning('session_not_checked', session_id=str(row.id))
        except (DeskError, SQLAlchemyError):
            log.warning('session_not_checked', session_id=str(row.id), exc_info=True)

    async def _check(self, row: SignInSession) -> None:
        async with self._units.db.transaction() as session:
            # NOTE: a refresh token may work once only, so that two must not use it.
            is_mine = await queries.claim(
                session, row.id, checked_at=row.sso_checked_at, now=clock.now()
            )
            agent = await agent_queries.by_id(session, row.agent_id)
        if not is_mine or agent is None:
            return
        try:
            meaning = await self._meaning(row, agent)
        except NotSignedInError:
            await self._put_out(agent)
            return
        if meaning is not None:
            async with self._units.begin() as work:
                person = await agent_queries.by_id(work.session, agent.id, lock=True)
                if person is not None:
                    await give(work, person, meaning)

    async def _meaning(self, row: SignInSession, agent: Agent) -> GroupMeaning | None:
        """Return what a person's groups give now; none if that was not said again.

        Raises ``NotSignedInError`` for somebody whom the provider no longer vouches for, or who is in no group.
        """
        subject = agent.sso_subject or ''
        tokens = self._sign_on.kept.opened(row, subject)
        if tokens is None:
            raise NotSignedInError('sso.refused')
        if tokens.refresh:
            fresh = await self._provider.refreshed(tokens.refresh)
            kept = replace(fresh, id=fresh.id or tokens.id)
            async with self._units.db.transaction() as session:
                await queries.keep_token(session, row.id, self._sign_on.kept.sealed(kept, subject))
            tokens = fresh
        said = await self._sign_on.said_again(tokens)
        if said is None:
            return None
        if (meaning := self._groups.meaning_of(said)) is None:
            raise NotSignedInError('sso.no_group')
        return meaning

    async def _put_out(self, agent: Agent) -> None:
        async with self._units.begin() as work:
            theirs = await queries.sessions_of(
                work.session, subject=agent.sso_subject or '-', began_before=clock.now()
            )
            for one in theirs:
                await end_sessions(work, agent.id, by=None, only=one.id)
        log.info('out_at_provider', agent_id=str(agent.id))
