"""The chat on other sites: what a site's button looks like, the start of a chat there, and where its customer is.

A site's browser proves nothing but its origin; who the visitor is, the site's server signs (``signatures``). A right signature
links the chat to the record that it names. Without one the customer stays unverified, and is told nothing of it: neither that a
signature was wrong, nor that a record was found.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from desk import clock
from desk.errors import InvalidInputError, NotAllowedError, NotFoundError
from models import EVERYWHERE, Agent, ChatStatus, Customer, CustomerStatus, SettingKind, SiteVisit
from services.chats import queries as chat_queries
from services.chats.changes import require_chat
from services.chats.visits import ChatStart, StartedChat, Visits, VisitTopic
from services.contacts import queue_queries
from services.customers.linking import Customers
from services.customers.phone_lookup import PhoneLookup
from services.settings import queries as setting_queries
from services.settings.sites import AllowedSites
from services.settings.widget_look import SITES, WidgetLook
from services.widget import queries
from services.widget.addresses import kept_address, kept_title
from services.widget.events import PageChanged
from services.widget.signatures import SignedIdentity, read_signed
from services.widget.site_keys import SiteKeys
from services.work.unit_of_work import UnitsOfWork

SOURCE = 'widget'
"""Where such a chat came in (``ChatSession.source``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """A page of a site, as its browser tells it: where it is, and who the site says its visitor is."""

    site: str
    """Its origin: the browser's own word."""
    address: str = ''
    title: str = ''
    signed: str = ''
    """The signed identity; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What a closed button shows of its chat."""

    unread: int
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPage:
    """Where the customer of a chat writes from, as agents see it."""

    visit: SiteVisit
    is_linked: bool
    """Whether the chat belongs to the record that the signed identity names."""


class Widget:
    """The use cases of other sites."""

    def __init__(  # noqa: PLR0913 - it brings these together
        self,
        units: UnitsOfWork,
        sites: AllowedSites,
        keys: SiteKeys,
        visits: Visits,
        customers: Customers,
        phones: PhoneLookup,
        *,
        secret: str,
    ) -> None:
        self._units, self._db = units, units.db
        self._sites, self._keys = sites, keys
        self._visits, self._customers, self._phones = visits, customers, phones
        self._pulses = hmac.digest(secret.encode(), b'pulse of a chat on a site', 'sha256')

    async def look(self, site: str, queue: str = '') -> WidgetLook | None:
        """Return how a site's button looks, for a queue that the site offers; ``None`` for a site that is not allowed."""
        if not await self._sites.allows(site):
            return None
        async with self._db.reading() as session:
            wanted = await queue_queries.by_name(session, queue) if queue else None
            ids = [EVERYWHERE, *([wanted.id] if wanted and wanted.is_active else [])]
            found = await setting_queries.documents(session, [SettingKind.WIDGET], ids)
        look = WidgetLook(found.get((SettingKind.WIDGET.value, EVERYWHERE), {}))
        own = WidgetLook(found.get((SettingKind.WIDGET.value, ids[-1]), {}))
        return own.over(look) if _offers(own, site) else look

    async def look_of(self, queue_id: UUID) -> WidgetLook:
        """Return how the button of a queue looks, or that of every queue (``EVERYWHERE``): no secret, it stands on sites."""
        async with self._db.reading() as session:
            ids = [EVERYWHERE, queue_id]
            found = await setting_queries.documents(session, [SettingKind.WIDGET], ids)
        own, below = (
            WidgetLook(found.get((SettingKind.WIDGET.value, one), {})) for one in reversed(ids)
        )
        return own.over(below)

    async def topics(self, site: str) -> list[VisitTopic]:
        """Return the topics that a site offers, by name."""
        topics = await self._visits.topics()
        async with self._db.reading() as session:
            queues = await queue_queries.active(session)
            ids = [one.id for one in queues]
            found = await setting_queries.documents(session, [SettingKind.WIDGET], ids)
        looks = {one.name: WidgetLook(found.get((SettingKind.WIDGET.value, one.id), {})) for one in queues}  # fmt: skip
        return [one for one in topics if _offers(looks.get(one.name, WidgetLook()), site)]

    async def start(self, form: ChatStart, page: SitePage) -> StartedChat:
        """Start a chat on a site, and link it to the record that a right signature names.

        Raises:
            NotAllowedError: the site is not allowed, or the customer is blocked.
            InvalidInputError: the site does not offer this topic.
            DeskError: all that ``Visits.start`` raises.
        """
        if not await self._sites.allows(page.site):
            raise NotAllowedError('widget.site')
        offered = {one.name for one in await self.topics(page.site)}
        if form.department and form.department not in offered:
            raise InvalidInputError('widget.topic')
        identity = await self._identity(page)
        customer = await self._named(identity) if identity else None
        if customer is not None and customer.status is CustomerStatus.BLOCKED:
            raise NotAllowedError('visit.blocked')
        started = await self._visits.start(replace(form, source=SOURCE))
        visit = SiteVisit(
            chat_session_id=started.chat.id,
            site=page.site,
            address=kept_address(page.address, page.site),
            title=kept_title(page.title),
            identity=identity.subject if identity else '',
            customer_id=customer.id if customer else None,
        )
        async with self._units.begin() as work:
            await queries.add_visit(work.session, visit)
            work.tell(PageChanged(chat_id=started.chat.id))
        if customer is not None:
            await self._customers.link_signed(started.chat.id, customer.id)
        return started

    async def may_show(self, chat_id: UUID, page: SitePage) -> bool:
        """Whether a chat may be shown on a site's page: it began on that site, and for the visitor whom the page names now.

        A chat without a signed identity is shown to whoever holds its token. For one with an identity the same identity is
        asked for, also an expired one: it opens nothing by itself.
        """
        async with self._db.reading() as session:
            visit = await queries.visit_of(session, chat_id)
        if visit is None or visit.site != page.site:
            return False
        if not visit.identity:
            return True
        identity = read_signed(page.signed, await self._keys.secrets_of(page.site))
        return identity is not None and identity.subject == visit.identity

    async def site_of(self, chat_id: UUID) -> str:
        """Return the site on which a chat began; empty for one that began at ``/talk`` itself."""
        async with self._db.reading() as session:
            visit = await queries.visit_of(session, chat_id)
        return visit.site if visit else ''

    def pulse_key(self, chat_id: UUID) -> str:
        """Return the key with which a site's page asks for a chat's ``Pulse``, and for no more."""
        return hmac.new(self._pulses, chat_id.bytes, 'sha256').hexdigest()[:32]

    async def pulse(self, chat_id: UUID, key: str, page: SitePage) -> Pulse:
        """Record which page the customer of a chat looks at, and return what their closed button shows.

        Who has signed in on the site since the chat began becomes known by the page's signed identity.

        Raises ``NotFoundError``: a wrong key, another site's chat, a site that is not allowed any more.
        """
        if not hmac.compare_digest(self.pulse_key(chat_id).encode(), key.encode()):
            raise NotFoundError('visit.not_found')
        is_allowed = await self._sites.allows(page.site)
        async with self._db.reading() as session:
            visit = await queries.visit_of(session, chat_id)
            state = await queries.state_of(session, chat_id)
        if visit is None or state is None or visit.site != page.site or not is_allowed:
            raise NotFoundError('visit.not_found')
        status, unread = state
        if status is ChatStatus.CLOSED:
            return Pulse(unread=0, is_over=True)
        if status is ChatStatus.WAITING:
            await self._visits.sign_of_life(chat_id)
        await self._move(visit, page)
        if not visit.identity and page.signed:
            await self._become_known(chat_id, page)
        return Pulse(unread=unread, is_over=False)

    async def page_of(self, agent: Agent, chat_id: UUID) -> CustomerPage | None:
        """Return where the customer of a chat is; ``None`` for a chat that began at ``/talk`` itself.

        Raises ``NotFoundError`` when the chat does not exist or the agent may not see it.
        """
        async with self._db.reading() as session:
            chat = require_chat(await chat_queries.chat_of(session, agent, chat_id))
            visit = await queries.visit_of(session, chat_id)
        if visit is None:
            return None
        is_linked = visit.customer_id is not None and visit.customer_id == chat.customer_id
        return CustomerPage(visit=visit, is_linked=is_linked)

    async def _move(self, visit: SiteVisit, page: SitePage) -> None:
        address = kept_address(page.address, page.site)
        title = kept_title(page.title) if address else ''
        if not address or (address, title) == (visit.address, visit.title):
            return
        async with self._units.begin() as work:
            now = clock.now()
            if await queries.move(
                work.session, visit.chat_session_id, address=address, title=title, now=now
            ):
                work.tell(PageChanged(chat_id=visit.chat_session_id))

    async def _become_known(self, chat_id: UUID, page: SitePage) -> None:
        identity = await self._identity(page)
        if identity is None:
            return
        customer = await self._named(identity)
        async with self._units.begin() as work:
            customer_id = customer.id if customer else None
            if await queries.name(work.session, chat_id, identity.subject, customer_id):
                work.tell(PageChanged(chat_id=chat_id))
        if customer is not None:
            await self._customers.link_signed(chat_id, customer.id)

    async def _identity(self, page: SitePage) -> SignedIdentity | None:
        """Return who the site says its visitor is; ``None`` for a wrong or expired signature, and for none."""
        if not page.signed:
            return None
        identity = read_signed(page.signed, await self._keys.secrets_of(page.site))
        return identity if identity is not None and identity.is_valid(clock.now()) else None

    async def _named(self, identity: SignedIdentity) -> Customer | None:
        """Return the one record that an identity names; ``None`` where it names none, or several."""
        found: Sequence[Customer]
        if identity.number is None and identity.email is None and identity.phone:
            found = await self._phones.customers(identity.phone, limit=2)
        else:
            async with self._db.reading() as session:
                found = await queries.customers_of(
                    session, number=identity.number, email=identity.email
                )
        return found[0] if len(found) == 1 else None


def _offers(look: WidgetLook, site: str) -> bool:
    """Whether the queue of this look is offered by a site: no list is every site."""
    sites = look.values.get(SITES, '').split()
    return not sites or site in sites
