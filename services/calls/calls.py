"""Calls as the desk's people work with them: list, read, dial, stop, attributes, monitoring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import structlog
from sqlalchemy.exc import IntegrityError

from desk import clock
from desk.errors import (
    ConflictError,
    DeskError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    TooManyError,
    UpstreamError,
)
from models import (
    Agent,
    AuditAction,
    Call,
    CallDirection,
    CallEnding,
    CallLeg,
    CallMoment,
    StepKind,
)
from services.calls import queries
from services.calls.call_log import finish_undialled
from services.calls.computed_call import ComputedCall, ComputedStep, computed_call
from services.calls.dial_rules import DialPurpose, DialRules
from services.calls.directory import ConnectDirectory
from services.calls.events import CallChanged
from services.chats.announcing import Announcements
from services.contacts.access import may_write, require_supervisor
from services.customers import queries as customer_queries
from services.customers.phone_lookup import PhoneLookup
from services.customers.records import require_customer
from services.settings.texts import TextName, Texts
from services.text.phone_numbers import e164, parse_phone
from services.work.cursors import Position
from services.work.unit_of_work import UnitOfWork, UnitsOfWork

log = structlog.get_logger()

CALLED_IN = 'ko'
"""Nobody knows a called person's language before they speak."""
PAGE = 50
MAX_PAGE = 200
UNDIALLED = timedelta(seconds=90)
"""A dialled call without a contact after this time was not made."""
NOTICE = 'desk_recording_notice'
"""The attribute with what the contact flow is to say of the recording; missing where the settings have no such text."""

ANNOUNCEMENT = 'desk_protection_notice'
"""The attribute with what the contact flow is to say of the protection of agents (보호)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDetail:
    """One call with its legs, their agents' states, and the customer's path through them."""

    call: Call
    legs: Sequence[CallLeg]
    moments: Sequence[CallMoment]
    computed: ComputedCall | None

    @property
    def current_leg(self) -> CallLeg | None:
        """The customer's current leg; ``None`` before the first leg and after the end."""
        if self.computed is None or self.call.end_time is not None:
            return None
        return next((leg for leg in self.legs if leg.id == self.computed.leg_ids[-1]), None)


class Calls:
    """Actions on calls.

    Every action that asks Connect raises ``ConflictError`` where no instance is configured.
    """

    def __init__(
        self,
        units: UnitsOfWork,
        directory: ConnectDirectory,
        phones: PhoneLookup,
        rules: DialRules,
        texts: Texts,
        announcements: Announcements,
    ) -> None:
        self._units = units
        self._texts = texts
        self._announcements = announcements
        self._rules = rules
        self._db = units.db
        self._directory = directory
        self._phones = phones

    async def page(
        self,
        agent: Agent,
        *,
        is_open: bool | None = None,
        only_own: bool = False,
        before: Position | None = None,
        limit: int = PAGE,
    ) -> Sequence[Call]:
        """Return calls that an agent may see, newest first, after a place, at most ``MAX_PAGE``."""
        async with self._db.reading() as session:
            return await queries.page(
                session,
                agent,
                is_open=is_open,
                only_own=only_own,
                before=before,
                limit=min(limit, MAX_PAGE),
            )

    async def call(self, agent: Agent, call_id: UUID) -> Call:
        """Return one call.

        Raises ``NotFoundError`` when it does not exist or the agent may not see it.
        """
        async with self._db.reading() as session:
            return _require(await queries.call_of(session, agent, call_id))

    async def detail(self, agent: Agent, call_id: UUID) -> CallDetail:
        """Return one call with all details. Raises ``NotFoundError`` as ``call`` does."""
        async with self._db.reading() as session:
            call = _require(await queries.call_of(session, agent, call_id))
            legs = await queries.legs_of(session, call.id)
            moments = await queries.moments_of(session, [leg.id for leg in legs])
        root_id, dialled_by_id = call.contact_id or '', call.dialled_by_id
        computed = computed_call(root_id, legs, moments, dialled_by_id=dialled_by_id)
        return CallDetail(call=call, legs=legs, moments=moments, computed=computed)

    async def dial(
        self,
        agent: Agent,
        number: str,
        *,
        call_id: UUID,
        purpose: DialPurpose = DialPurpose.SERVICE,
    ) -> Call:
        """Call a customer: Connect rings them, and brings them to an agent when they answer.

        The caller makes the id: the same id again is the same call, and rings nobody twice.

        Raises:
            InvalidInputError: no number, or one that must not be called.
            ConflictError: a call to the number is being made, the id is another call's, or ``DialRules`` forbid it.
            TooManyError: Connect has no room for more calls.
            UpstreamError: Connect is away; whether it calls is not known, and the same id may be tried again.
        """
        api = self._directory.api
        phone = parse_phone(number)
        if phone is None:
            raise InvalidInputError('call.number')
        call = await self._begun(agent, phone, call_id, purpose)
        if call.contact_id is not None or call.end_time is not None:
            return call
        attributes = {
            'desk_call': str(call.id),
            'desk_agent': agent.username,
            **({NOTICE: call.recording_notice} if call.recording_notice else {}),
            ANNOUNCEMENT: (await self._announcements.current(CALLED_IN)).body,
        }
        try:
            contact_id = await api.initiate_outbound_call(
                e164(phone), token=call.id, attributes=attributes
            )
        except (UpstreamError, TooManyError) as error:
            if isinstance(error, TooManyError):
                await self._not_made(call.id)
            raise
        except DeskError:
            await self._not_made(call.id)
            raise
        return await self._made(call.id, contact_id)

    async def dial_customer(
        self,
        agent: Agent,
        customer_id: UUID,
        *,
        call_id: UUID,
        purpose: DialPurpose = DialPurpose.SERVICE,
    ) -> Call:
        """Call the first number of a customer on record. Raises ``NotFoundError``, and as ``dial`` does."""
        async with self._db.reading() as session:
            customer = require_customer(
                await customer_queries.following_merges(session, customer_id)
            )
        return await self.dial(agent, customer.phone, call_id=call_id, purpose=purpose)

    async def stop(self, agent: Agent, call_id: UUID) -> None:
        """End an open call for everybody in it.

        Raises:
            NotFoundError, NotAllowedError: it does not exist; it is a colleague's.
            ConflictError: it is over, has not begun, or only a softphone can end it (after a transfer).
        """
        leg = await self._open_leg(agent, call_id)
        try:
            await self._directory.api.stop(leg.contact_id)
        except (ConflictError, InvalidInputError) as error:
            raise ConflictError('call.only_softphone_ends') from error
        await self._record(agent, AuditAction.CALL_STOPPED, call_id)

    async def attributes(self, agent: Agent, call_id: UUID) -> dict[str, str]:
        """Return a call's attributes at Connect. Raises ``NotFoundError``, ``ConflictError``."""
        call = await self.call(agent, call_id)
        return await self._directory.api.attributes(_contact_of(call))

    async def set_attributes(
        self, agent: Agent, call_id: UUID, attributes: Mapping[str, str]
    ) -> dict[str, str]:
        """Set attributes of a call at Connect, also after its end; attributes that are not named stay.

        Raises:
            NotFoundError, NotAllowedError: it does not exist; it is a colleague's.
            ConflictError: it has no contact yet.
            InvalidInputError: a name is invalid, or all attributes together are too long.
        """
        call = await self.call(agent, call_id)
        if not may_write(agent, call):
            raise NotAllowedError('call.not_yours')
        if not attributes or not all(map(is_attribute_name, attributes)):
            raise InvalidInputError('call.attribute_name')
        api, root_id = self._directory.api, _contact_of(call)
        await api.set_attributes(root_id, attributes)
        await self._record(
            agent, AuditAction.CALL_ATTRIBUTES_SET, call_id, fields=sorted(attributes)
        )
        return await api.attributes(root_id)

    async def of_contact(self, agent: Agent, contact_id: str) -> Call | None:
        """Return the call that one of Connect's contacts is part of; nothing before the desk has heard of it."""
        async with self._db.reading() as session:
            return await queries.call_of_contact(session, agent, contact_id)

    async def monitor(
        self,
        supervisor: Agent,
        call_id: UUID,
        *,
        may_barge: bool = False,
        token: UUID | None = None,
    ) -> str:
        """Let a supervisor listen to an open call on their softphone; return the contact of their leg.

        Raises:
            NotAllowedError: not a supervisor.
            NotFoundError: the call does not exist.
            ConflictError: nobody talks in it, or the supervisor has no Connect user or cannot listen now.
        """
        require_supervisor(supervisor)
        leg = await self._open_leg(supervisor, call_id)
        if leg.answered_at is None:
            raise ConflictError('call.not_answered')
        user_id = await self._directory.user_id(supervisor)
        contact_id = await self._directory.api.monitor(
            leg.contact_id, user_id, may_barge=may_barge, token=token or uuid4()
        )
        await self._record(supervisor, AuditAction.CALL_MONITORED, call_id)
        return contact_id

    async def dismiss(self, agent: Agent, call_id: UUID) -> None:
        """Clear the agent's own ended part of a call at Connect, so that they are free there.

        Raises:
            NotFoundError: there is no such call.
            ConflictError: the agent is no user of Connect's, or Connect has nothing of it to clear.
        """
        detail = await self.detail(agent, call_id)
        own = [leg for leg in detail.legs if leg.agent_id == agent.id and leg.answered_at]
        if not own:
            raise ConflictError('call.not_answered')
        user_id = await self._directory.user_id(agent)
        await self._directory.api.dismiss(user_id, own[-1].contact_id)

    async def give_up_undialled(self, *, after: timedelta = UNDIALLED) -> int:
        """End dialled calls whose contact never came; return how many."""
        async with self._units.begin() as work:
            calls = await queries.never_dialled(work.session, before=clock.now() - after)
            for call in calls:
                await _fail(work, call)
        return len(calls)

    async def open_leg(self, agent: Agent, call_id: UUID) -> tuple[Call, CallLeg]:
        """Return an open call that the agent may act on, and the customer's current leg.

        Raises as ``stop``.
        """
        detail = await self.detail(agent, call_id)
        if not may_write(agent, detail.call):
            raise NotAllowedError('call.not_yours')
        if detail.call.end_time is not None:
            raise ConflictError('call.over')
        if detail.current_leg is None:
            raise ConflictError('call.not_begun')
        return detail.call, detail.current_leg

    async def _open_leg(self, agent: Agent, call_id: UUID) -> CallLeg:
        return (await self.open_leg(agent, call_id))[1]

    async def _begun(self, agent: Agent, phone: str, call_id: UUID, purpose: DialPurpose) -> Call:
        """Return the row of a call that is asked for: the earlier one of the same id, or a new one."""
        async with self._db.reading() as session:
            earlier = await queries.call_by_id(session, call_id)
        if earlier is not None:
            if (earlier.dialled_by_id, earlier.phone) != (agent.id, phone):
                raise ConflictError('call.another')
            return earlier
        await self._rules.check(agent, phone, purpose)
        found = await self._phones.customers(phone, limit=2)
        call = Call(
            id=call_id,
            direction=CallDirection.OUTBOUND,
            phone=phone,
            customer_id=found[0].id if len(found) == 1 else None,
            agent_id=agent.id,
            dialled_by_id=agent.id,
            department=agent.department,
            version=1,
            announcement_id=(await self._announcements.current(CALLED_IN)).version,
            recording_notice=(await self._texts.of()).said(TextName.RECORDING, CALLED_IN),
        )
        try:
            async with self._units.begin() as work:
                work.session.add(call)
                await work.session.flush()
                work.record(agent, AuditAction.CALL_DIALLED, subject=call)
                work.tell(CallChanged.of(call))
        except IntegrityError as error:
            raise ConflictError('call.being_dialled') from error
        return call

    async def _made(self, call_id: UUID, contact_id: str) -> Call:
        """Store which Connect contact a call is; the contact's first event may have done so already."""
        async with self._units.begin() as work:
            await queries.hold_call(work.session, contact_id)
            call = await queries.call_by_id(work.session, call_id, lock=True)
            told = await queries.call_by_contact(work.session, contact_id)
            if call is None or (told is not None and told.id != call_id):
                raise ConflictError('call.another')
            if call.contact_id is None:
                call.contact_id = contact_id
                call.version += 1
                work.session.add(call)
                work.tell(CallChanged.of(call))
        return call

    async def _not_made(self, call_id: UUID) -> None:
        async with self._units.begin() as work:
            call = await queries.call_by_id(work.session, call_id, lock=True)
            if call is not None and call.contact_id is None and call.end_time is None:
                await _fail(work, call)

    async def _record(
        self, agent: Agent, action: AuditAction, call_id: UUID, *, fields: Sequence[str] = ()
    ) -> None:
        async with self._units.begin() as work:
            call = await queries.call_by_id(work.session, call_id)
            if call is not None:
                work.record(agent, action, subject=call, fields=fields)


def is_attribute_name(name: str) -> bool:
    """Whether Connect accepts it as an attribute's name: letters, digits, ``-`` and ``_``."""
    return bool(name) and name.isascii() and name.replace('-', '').replace('_', '').isalnum()


async def _fail(work: UnitOfWork, call: Call) -> None:
    call.end_time, call.ending = clock.now(), CallEnding.FAILED
    call.version += 1
    work.session.add(call)
    end = ComputedStep(
        kind=StepKind.ENDED,
        at=call.end_time,
        agent_id=call.agent_id,
        reason=CallEnding.FAILED.value,
    )
    await finish_undialled(work, call, end)


def _contact_of(call: Call) -> str:
    if call.contact_id is None:
        raise ConflictError('call.not_begun')
    return call.contact_id


def _require(call: Call | None) -> Call:
    if call is None:
        raise NotFoundError('call.not_found')
    return call
