"""Contact centre terms, spelt as in Amazon Connect, and its limits.

Limits are those of Amazon Connect's "service quotas" and feature specifications unless a line says
otherwise.
"""

from datetime import timedelta
from enum import StrEnum


class Channel(StrEnum):
    """The channel of a contact."""

    VOICE = 'VOICE'
    CHAT = 'CHAT'
    TASK = 'TASK'


class Initiation(StrEnum):
    """How a contact began."""

    INBOUND = 'INBOUND'
    OUTBOUND = 'OUTBOUND'
    TRANSFER = 'TRANSFER'
    QUEUE_TRANSFER = 'QUEUE_TRANSFER'
    CALLBACK = 'CALLBACK'
    API = 'API'
    MONITOR = 'MONITOR'
    EXTERNAL_OUTBOUND = 'EXTERNAL_OUTBOUND'


class Stage(StrEnum):
    """The place of a contact; it has exactly one."""

    SCHEDULED = 'SCHEDULED'  # a task or a callback before its time
    SYSTEM = 'SYSTEM'  # being dialled, in a flow, or with an outside party only
    QUEUED = 'QUEUED'
    OFFERED = 'OFFERED'  # at one agent, who is not connected yet
    CONNECTED = 'CONNECTED'
    ENDED = 'ENDED'


class AgentContactState(StrEnum):
    """A contact's state for its agent."""

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
    """An agent status's meaning for routing."""

    ROUTABLE = 'ROUTABLE'
    CUSTOM = 'CUSTOM'
    OFFLINE = 'OFFLINE'


class QueueType(StrEnum):
    """A queue of the centre, or an agent's own."""

    STANDARD = 'STANDARD'
    AGENT = 'AGENT'


class LegKind(StrEnum):
    """The party at one end of a call."""

    AGENT = 'agent'
    INBOUND = 'inbound'
    OUTBOUND = 'outbound'
    MONITORING = 'monitoring'


class LegState(StrEnum):
    """The state of one end of a call."""

    INIT = 'init'  # a callback's customer before dialling
    CONNECTING = 'connecting'
    CONNECTED = 'connected'
    HOLD = 'hold'
    SILENT_MONITOR = 'silent_monitor'
    BARGE = 'barge'
    DISCONNECTED = 'disconnected'


class EndpointType(StrEnum):
    """The targets that a softphone can call."""

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
    """The roles in a chat."""

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
QUOTAS = {Channel.VOICE: 10, Channel.CHAT: 500, Channel.TASK: 2_500}  # open ones, by instance
MAX_TRANSFERS = 11
MAX_ATTRIBUTE_BYTES = 32_768
MAX_SCHEDULE = timedelta(days=90)
MAX_STREAMS = 2
CHAT_CONNECT_SECONDS = 300  # a customer who has not joined by then cannot
BOT_CONNECT_SECONDS = 15
DEFAULT_CHAT_MINUTES = 25 * 60
HEARTBEAT_SECONDS = 120
