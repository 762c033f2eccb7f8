"""The second factor: set up by its owner, asked for at sign-in, required by role, reset by administrators.

A code is accepted once. Wrong codes are counted for the person, from wherever they come: whoever may try has
the password already, so that nobody else can slow the person down.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from desk import clock
from desk.backoff import Backoff
from desk.errors import (
    ConflictError,
    DeskError,
    InvalidInputError,
    NotFoundError,
    NotSignedInError,
    TooManyError,
)
from desk.sealing import Sealer
from models import Agent, AgentRole, AuditAction, SecondFactor, SecondFactorRule
from services.people import agent_queries, one_time_codes
from services.people import second_factor_queries as queries
from services.people.authority import require_admin
from services.people.events import SettingPart, SettingsChanged
from services.people.one_time_codes import OneTimeCodes
from services.people.sessions import end_sessions
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

CODE_BACKOFF = Backoff(
    limit=5, window=timedelta(days=1), first=timedelta(seconds=30), most=timedelta(minutes=15)
)
"""Wrong codes in a row: some 100 tries a day, of a million codes of which three are right."""
SET_UP_WITHIN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorState:
    """What a person sees of their own second factor."""

    since: datetime | None
    """Since when it is on; none while it is off."""
    codes_left: int
    is_required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecondFactor:
    """A secret that is about to be confirmed; nothing of it is stored yet."""

    key: str
    address: str
    """For the QR code."""
    pending: str
    """The secret, encrypted: the form sends it back with the first code."""


class SecondFactors:
    """Everybody's second factors."""

    def __init__(self, units: UnitsOfWork, *, secret: str) -> None:
        self._units = units
        self._codes = OneTimeCodes(secret)
        self._pending = Sealer(secret, 'second factor to be confirmed')

    async def state(self, agent: Agent) -> SecondFactorState:
        """Return the state of one's own second factor."""
        async with self._units.db.reading() as session:
            factor = await queries.factor(session, agent.id)
            required = await queries.required_roles(session)
        return SecondFactorState(
            since=factor.created_at if factor else None,
            codes_left=len(factor.recovery_marks) if factor else 0,
            is_required=agent.role in required,
        )

    async def has(self, agent_id: UUID) -> bool:
        """Return whether a person has a second factor."""
        async with self._units.db.reading() as session:
            return await queries.factor(session, agent_id) is not None

    def begin(self, agent: Agent, *, issuer: str) -> NewSecondFactor:
        """Return a new secret for the app; ``confirm`` stores it."""
        secret = one_time_codes.new_secret()
        return self._offered(agent, secret, clock.now() + SET_UP_WITHIN, issuer)

    def begun(self, agent: Agent, pending: str, *, issuer: str) -> NewSecondFactor:
        """Return the secret of an earlier ``begin`` again, or a new one if it is too old."""
        found = self._begun(agent, pending)
        return self._offered(agent, *found, issuer) if found else self.begin(agent, issuer=issuer)

    async def confirm(self, agent: Agent, pending: str, code: str) -> list[str]:
        """Turn the second factor on with a first code; return the recovery codes, shown only now.

        Raises:
            InvalidInputError: the code is wrong, or the form is too old.
            ConflictError: there is a second factor already.
        """
        found = self._begun(agent, pending)
        step = one_time_codes.step_of(found[0], one_time_codes.typed(code)) if found else None
        if found is None or step is None:
            raise InvalidInputError('sign_in.code_wrong')
        codes = one_time_codes.new_recovery_codes()
        owner = str(agent.id)
        async with self._units.begin() as work:
            await agent_queries.by_id(work.session, agent.id, lock=True)
            if await queries.factor(work.session, agent.id, lock=True):
                raise ConflictError('second_factor.is_on')
            factor = SecondFactor(
                agent_id=agent.id, secret=self._codes.stored(owner, found[0]), last_step=step,
                recovery_marks=self._codes.marks(owner, codes),
            )  # fmt: skip
            work.session.add(factor)
            work.record(agent, AuditAction.SECOND_FACTOR_ON, subject=agent)
        return codes

    async def renew_codes(self, agent: Agent, code: str) -> list[str]:
        """Return new recovery codes in place of the earlier ones. Raises as ``turn_off``."""
        codes = one_time_codes.new_recovery_codes()
        async with self._units.begin() as work:
            refusal = await self._refusal(work, agent.id, code)
            if refusal is None:
                factor = await _factor(work, agent.id)
                factor.recovery_marks = self._codes.marks(str(agent.id), codes)
                work.record(agent, AuditAction.RECOVERY_CODES_MADE, subject=agent)
        if refusal:  # after the commit: the failure counts
            raise refusal
        return codes

    async def turn_off(self, agent: Agent, code: str) -> None:
        """Turn one's own second factor off, with a code.

        Raises:
            InvalidInputError: the code is wrong or was used.
            TooManyError: too many wrong codes.
            ConflictError: the role needs a second factor.
            NotFoundError: there is none.
        """
        async with self._units.begin() as work:
            now = await agent_queries.by_id(work.session, agent.id, lock=True)
            if now and now.role in await queries.required_roles(work.session):
                raise ConflictError('second_factor.required')
            refusal = await self._refusal(work, agent.id, code)
            if refusal is None:
                await work.session.delete(await _factor(work, agent.id))
                work.record(agent, AuditAction.SECOND_FACTOR_OFF, subject=agent)
        if refusal:
            raise refusal

    async def accept(self, agent_id: UUID, code: str) -> None:
        """Use up a code at sign-in.

        Raises:
            NotSignedInError: the code is wrong or was used.
            TooManyError: too many wrong codes; carries the seconds to wait. The code was not looked at.
        """
        async with self._units.begin() as work:
            refusal = await self._refusal(work, agent_id, code)
        if isinstance(refusal, InvalidInputError):
            raise NotSignedInError(refusal.key)
        if refusal:
            raise refusal

    async def reset(self, by: Agent, agent_id: UUID) -> None:
        """Take away the second factor of somebody who lost it, and end their sessions.

        Raises ``NotAllowedError`` for all but administrators, ``NotFoundError`` if there is none.
        """
        async with self._units.begin() as work:
            await require_admin(work.session, by)
            person = await agent_queries.by_id(work.session, agent_id, lock=True)
            if person is None:
                raise NotFoundError('agent.not_found')
            await work.session.delete(await _factor(work, agent_id))
            ended = await end_sessions(work, agent_id, by=by)
            details = {'sessions': ended}
            work.record(by, AuditAction.SECOND_FACTOR_RESET, subject=person, details=details)
            work.tell(SettingsChanged(part=SettingPart.SECOND_FACTOR))

    async def owners(self, by: Agent) -> frozenset[UUID]:
        """Return who has a second factor. Raises ``NotAllowedError``."""
        async with self._units.db.reading() as session:
            await require_admin(session, by)
            return frozenset(await queries.people_with(session))

    async def required_roles(self, by: Agent) -> frozenset[AgentRole]:
        """Return the roles that need a second factor. Raises ``NotAllowedError``."""
        async with self._units.db.reading() as session:
            await require_admin(session, by)
            return await queries.required_roles(session)

    async def require(self, by: Agent, role: AgentRole, *, is_required: bool) -> None:
        """Say whether a role needs a second factor; open pages go on until they are opened anew.

        Raises ``NotAllowedError``.
        """
        async with self._units.begin() as work:
            await require_admin(work.session, by)
            rule = await queries.rule(work.session, role) or SecondFactorRule(role=role)
            if rule.is_required == is_required:
                return
            rule.is_required, rule.updated_at = is_required, clock.now()
            work.session.add(rule)
            details = {'role': role.value, 'is_required': is_required}
            work.record(by, AuditAction.SECOND_FACTOR_RULE, details=details)
            work.tell(SettingsChanged(part=SettingPart.SECOND_FACTOR))

    async def _refusal(self, work: UnitOfWork, agent_id: UUID, code: str) -> DeskError | None:
        """Use up a code, or count a failure; return why it was refused."""
        factor = await _factor(work, agent_id)
        wait = CODE_BACKOFF.wait_seconds(factor.failures, factor.failed_at)
        if wait:
            return TooManyError('sign_in.wait', wait_seconds=wait)
        work.session.add(factor)
        spent = self._codes.spend(factor, code)
        if spent is None:
            factor.failures += 1
            factor.failed_at = clock.now()
            return InvalidInputError('sign_in.code_wrong')
        factor.failures = 0
        if spent:
            left = {'left': len(factor.recovery_marks)}
            person = await agent_queries.by_id(work.session, agent_id)
            work.record(agent_id, AuditAction.RECOVERY_CODE_USED, subject=person, details=left)
        return None

    def _offered(self, agent: Agent, secret: str, until: datetime, issuer: str) -> NewSecondFactor:
        text = f'{secret} {int(until.timestamp())}'
        return NewSecondFactor(
            key=' '.join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            address=one_time_codes.address_of(secret, account=agent.username, issuer=issuer),
            pending=self._pending.sealed(text, str(agent.id)),
        )

    def _begun(self, agent: Agent, pending: str) -> tuple[str, datetime] | None:
        text = self._pending.opened(pending, str(agent.id))
        secret, _, until = (text or '').partition(' ')
        if not until or int(until) < clock.now().timestamp():
            return None
        return secret, datetime.fromtimestamp(int(until), UTC)


async def _factor(work: UnitOfWork, agent_id: UUID) -> SecondFactor:
    factor = await queries.factor(work.session, agent_id, lock=True)
    if factor is None:
        raise NotFoundError('second_factor.none')
    return factor
