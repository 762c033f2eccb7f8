"""All services of one process, put together. ``main.build`` makes one; pages receive it."""

from dataclasses import dataclass

from redis.asyncio import Redis

from desk.db import Database
from desk.events import Topics
from desk.stream import EventStream
from services.agents import Agents
from services.audit_log import AuditLog
from services.chats import Chats
from services.customer_duplicates import CustomerDuplicates
from services.customer_erasure import CustomerErasure
from services.customer_import import CustomerImport
from services.customer_merging import CustomerMerging
from services.customer_notes import CustomerNotes
from services.customer_records import CustomerRecords
from services.customer_search import CustomerSearch
from services.customer_timeline import CustomerTimeline
from services.customer_work import CustomerWorkshop
from services.customers import Customers
from services.drafts import Drafts
from services.exports import Exports
from services.history import History
from services.history_views import HistoryViews
from services.inbox import Inbox
from services.message_search import MessageSearch
from services.personal_data import PersonalData
from services.phone_lookup import PhoneLookup
from services.relay import Relay
from services.sign_ins import SignIns
from services.viewers import Viewers
from services.visits import Visits
from services.work import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What the desk can do, a field a feature."""

    topics: Topics
    stream: EventStream
    relay: Relay
    agents: Agents
    audit_log: AuditLog
    chats: Chats
    customers: Customers
    customer_duplicates: CustomerDuplicates
    customer_erasure: CustomerErasure
    customer_import: CustomerImport
    customer_merging: CustomerMerging
    customer_notes: CustomerNotes
    customer_records: CustomerRecords
    customer_search: CustomerSearch
    customer_timeline: CustomerTimeline
    drafts: Drafts
    exports: Exports
    history: History
    history_views: HistoryViews
    inbox: Inbox
    message_search: MessageSearch
    personal_data: PersonalData
    phone_lookup: PhoneLookup
    viewers: Viewers
    visits: Visits
    sign_ins: SignIns


def assemble(
    db: Database,
    topics: Topics,
    stream: EventStream,
    *,
    redis: 'Redis',
    jwt_secret: str,
    session_hours: int,
) -> Services:
    """Put the services together over one database and one event stream; opens nothing."""
    relay = Relay(db, stream)
    workshop = Workshop(db, relay)
    customer_search, message_search = CustomerSearch(db), MessageSearch(db)
    phones = PhoneLookup(db, redis, stream, topics, secret=jwt_secret)
    customer_workshop = CustomerWorkshop(workshop, phones)
    history = History(db, customer_search, message_search)
    return Services(
        topics=topics,
        stream=stream,
        relay=relay,
        agents=Agents(workshop),
        audit_log=AuditLog(db),
        chats=Chats(workshop),
        customers=Customers(customer_workshop, phones),
        customer_duplicates=CustomerDuplicates(customer_workshop),
        customer_erasure=CustomerErasure(customer_workshop, stream),
        customer_import=CustomerImport(workshop, phones),
        customer_merging=CustomerMerging(customer_workshop),
        customer_notes=CustomerNotes(customer_workshop),
        customer_records=CustomerRecords(customer_workshop),
        customer_search=customer_search,
        customer_timeline=CustomerTimeline(customer_workshop),
        drafts=Drafts(workshop),
        exports=Exports(workshop, topics, history),
        history=history,
        history_views=HistoryViews(workshop),
        inbox=Inbox(workshop),
        message_search=message_search,
        personal_data=PersonalData(workshop),
        phone_lookup=phones,
        viewers=Viewers(relay),
        visits=Visits(workshop),
        sign_ins=SignIns(workshop, jwt_secret=jwt_secret, session_hours=session_hours),
    )
