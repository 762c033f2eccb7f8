"""The words of a contact centre, spelt as Amazon Connect spells them, and its limits.

Limits are those of Amazon Connect's "service quotas" and feature specifications unless a line says otherwise.
"""

from datetime import timedelta
from enum import StrEnum


class Channel(StrEnum):
    """What a contact is made of."""

    VOICE = 'VOICE'
    CHAT = 'CHAT'
    TASK = 'TASK'


class Initiation(StrEnum):
    """How a contact came to be."""

    INBOUND = 'INBOUND'
    OUTBOUND = 'OUTBOUND'
    TRANSFER = 'TRANSFER'
    QUEUE_TRANSFER = 'QUEUE_TRANSFER'
    CALLBACK = 'CALLBACK'
    API = 'API'
    MONITOR = 'MONITOR'
    EXTERNAL_OUTBOUND = 'EXTERNAL_OUTBOUND'


class Stage(StrEnum):
    """The one place where a contact is."""

    SCHEDULED = 'SCHEDULED'  # a task or a callback that waits for its time
    SYSTEM = 'SYSTEM'  # being dialled, in a flow, or with nobody but an outside party
    QUEUED = 'QUEUED'
    OFFERED = 'OFFERED'  # at one agent, who is not connected yet
    CONNECTED = 'CONNECTED'
    ENDED = 'ENDED'


class AgentContactState(StrEnum):
    """What a contact is to the agent who has it."""

    INCOMING = 'INCOMING'
    CONNECTING = 'CONNECTING'
    CONNECTED = 'CONNECTED'
    CONNECTED_ONHOLD = 'CONNECTED_ONHOLD'
    MISSED = 'MISSED'
    REJECTED = 'REJECTED'
    ERROR = 'ERROR'
    ENDED = 'ENDED'  # after-contact work


RINGING = frozenset({AgentContactState.INCOMING, AgentContactState.CONNECTING})
TALKING = frozenset({AgentContactState.CONNECTED, AgentContactState.CONNECTED_ONHOLD})
FAILED = frozenset({AgentContactState.MISSED, AgentContactState.REJECTED, AgentContactState.ERROR})
CLEARABLE = FAILED | {AgentContactState.ENDED}


class StatusType(StrEnum):
    """What an agent status means to routing."""

    ROUTABLE = 'ROUTABLE'
    CUSTOM = 'CUSTOM'
    OFFLINE = 'OFFLINE'


class QueueType(StrEnum):
    """A queue of the centre, or one agent's own."""

    STANDARD = 'STANDARD'
    AGENT = 'AGENT'


class LegKind(StrEnum):
    """Whose end of a call a leg is."""

    AGENT = 'agent'
    INBOUND = 'inbound'
    OUTBOUND = 'outbound'
    MONITORING = 'monitoring'


class LegState(StrEnum):
    """Where one end of a call is."""

    INIT = 'init'  # a callback's customer, whom nobody has dialled yet
    CONNECTING = 'connecting'
    CONNECTED = 'connected'
    HOLD = 'hold'
    SILENT_MONITOR = 'silent_monitor'
    BARGE = 'barge'
    DISCONNECTED = 'disconnected'


class EndpointType(StrEnum):
    """What can be called from a softphone."""

    PHONE_NUMBER = 'phone_number'
    AGENT = 'agent'
    QUEUE = 'queue'


class Reason(StrEnum):
    """Why a contact ended (contact record, ``DisconnectReason``)."""

    CUSTOMER = 'CUSTOMER_DISCONNECT'
    AGENT = 'AGENT_DISCONNECT'
    THIRD_PARTY = 'THIRD_PARTY_DISCONNECT'
    TELECOM = 'TELECOM_PROBLEM'
    FLOW = 'CONTACT_FLOW_DISCONNECT'
    EXPIRED = 'EXPIRED'
    API = 'API'
    OTHER = 'OTHER'


class Role(StrEnum):
    """Who takes part in a chat."""

    AGENT = 'AGENT'
    CUSTOMER = 'CUSTOMER'
    SYSTEM = 'SYSTEM'
    CUSTOM_BOT = 'CUSTOM_BOT'
    SUPERVISOR = 'SUPERVISOR'


FAILED_SECONDS = 3  # assumed; users of the service see a failure pass "immediately"
OFFER_SECONDS = {Channel.VOICE: 20, Channel.CHAT: 20, Channel.TASK: 30}
DEFAULT_PRIORITY = 5
MAX_AGENT_QUEUE = 10
MAX_CALL_LEGS = 6  # with the multi-party setting, the agent's leg included
QUOTAS = {Channel.VOICE: 10, Channel.CHAT: 500, Channel.TASK: 2_500}  # at once, by instance
MAX_TRANSFERS = 11
MAX_ATTRIBUTE_BYTES = 32_768
MAX_SCHEDULE = timedelta(days=90)
MAX_STREAMS = 2
CHAT_CONNECT_SECONDS = 300  # a customer who has not joined by then never will
BOT_CONNECT_SECONDS = 15
DEFAULT_CHAT_MINUTES = 25 * 60
HEARTBEAT_SECONDS = 120
