"""All services of one process, put together. ``main.build`` makes one; pages receive it."""

from dataclasses import dataclass

from desk.db import Database
from desk.events import Topics
from desk.stream import EventStream
from services.agents import Agents
from services.chats import Chats
from services.customer_search import CustomerSearch
from services.customers import Customers
from services.drafts import Drafts
from services.inbox import Inbox
from services.message_search import MessageSearch
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
    chats: Chats
    customers: Customers
    customer_search: CustomerSearch
    drafts: Drafts
    inbox: Inbox
    message_search: MessageSearch
    viewers: Viewers
    visits: Visits
    sign_ins: SignIns


def assemble(
    db: Database, topics: Topics, stream: EventStream, *, jwt_secret: str, session_hours: int
) -> Services:
    """Put the services together over one database and one event stream; opens nothing."""
    relay = Relay(db, stream)
    workshop = Workshop(db, relay)
    return Services(
        topics=topics,
        stream=stream,
        relay=relay,
        agents=Agents(workshop),
        chats=Chats(workshop),
        customers=Customers(workshop),
        customer_search=CustomerSearch(db),
        drafts=Drafts(workshop),
        inbox=Inbox(workshop),
        message_search=MessageSearch(db),
        viewers=Viewers(relay),
        visits=Visits(workshop),
        sign_ins=SignIns(workshop, jwt_secret=jwt_secret, session_hours=session_hours),
    )
