"""이용 제한 from where a customer is met: beside a conversation and on the card of a caller, for supervisors, without a record of 보호."""

from collections.abc import Awaitable, Callable

from desk.errors import DeskError
from models import Customer, CustomerStatus
from pages import notices
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit.restriction_dialog import ask_restriction


def restriction_act(
    context: PageContext, customer: Customer
) -> tuple[str, Callable[[], Awaitable[None]]] | None:
    """Return what a supervisor may press for a customer, and what that does; ``None`` for agents, and for a block without an end."""
    if not context.agent.is_supervisor:
        return None
    restrictions = context.services.restrictions
    is_blocked = customer.status is CustomerStatus.BLOCKED

    async def release() -> None:
        await _act(context, restrictions.release(context.agent, customer.id), _('이용 제한을 풀었습니다'))  # fmt: skip

    async def restrict() -> None:
        if (given := await context.still(ask_restriction(context))) is not None:
            days, why = given
            act = restrictions.restrict(context.agent, customer.id, days, why)
            await _act(context, act, _('이용을 제한했습니다'))

    if not is_blocked:
        return _('이용 제한'), restrict
    return (_('이용 제한 풀기'), release) if customer.blocked_until is not None else None


async def _act(context: PageContext, act: Awaitable[object], said: str) -> None:
    try:
        await context.still(act)
    except DeskError as error:
        notices.tell(error)
    else:
        notices.done(said)
