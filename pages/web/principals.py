"""The principals of a request: a signed-in person, a customer with a chat's token, or nobody.

The gate authenticates once a request; screens and the API read the result here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends
from starlette.requests import HTTPConnection

from desk.errors import NotFoundError, NotSignedInError
from services.chats.events import ChatCard
from services.people.sign_ins import Staff

STATE_KEY = 'principals'


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A customer who holds the token of one chat."""

    chat: ChatCard


Principal = Staff | Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Principals:
    """All principals that one request proves; a browser may hold both a session and a chat's token."""

    staff: Staff | None = None
    visitor: Visitor | None = None
    framed: Visitor | None = None
    """The customer in a frame on another site, where the browser's other cookies say nothing of it."""
    identities: frozenset[UUID] = field(init=False)
    """The ids of session and chat, which own pages."""

    def __post_init__(self) -> None:
        known = (one for one in (self.staff, self.visitor, self.framed) if one is not None)
        object.__setattr__(self, 'identities', frozenset(identity(one) for one in known))


NOBODY = Principals()


def identity(principal: Principal) -> UUID:
    """Return a principal's id: of the session, or of the chat."""
    return principal.session_id if isinstance(principal, Staff) else principal.chat.id


def sole(principal: Principal) -> Principals:
    """Return principals that consist of this one alone."""
    if isinstance(principal, Staff):
        return Principals(staff=principal)
    return Principals(visitor=principal)


def principals_in(scope: Mapping[str, Any]) -> Principals:
    """Return the principals that the gate stored in an ASGI scope."""
    found = scope.get('state', {}).get(STATE_KEY, NOBODY)
    return found if isinstance(found, Principals) else NOBODY


def principal_of(request: HTTPConnection) -> Principal:
    """Return the request's principal. Raises ``NotSignedInError`` for nobody."""
    found = principals_in(request.scope)
    principal = found.staff or found.visitor
    if principal is None:
        raise NotSignedInError('sign_in.needed')
    return principal


def staff_of(request: HTTPConnection) -> Staff:
    """Return the request's signed-in person. Raises ``NotSignedInError``."""
    staff = principals_in(request.scope).staff
    if staff is None:
        raise NotSignedInError('sign_in.needed')
    return staff


def visitor_of(request: HTTPConnection) -> Visitor:
    """Return the request's customer. Raises ``NotFoundError``: a wrong token and a missing chat look the same."""
    visitor = principals_in(request.scope).visitor
    if visitor is None:
        raise NotFoundError('visit.not_found')
    return visitor


async def _staff(request: HTTPConnection) -> Staff:
    return staff_of(request)  # async: FastAPI runs a plain function in a thread


SignedIn = Annotated[Staff, Depends(_staff)]
"""For the API: the signed-in person."""
