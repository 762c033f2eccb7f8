"""Connections between softphone and service: sockets, chats, tokens, and requests without effect."""

from datetime import timedelta

from desk import clock
from desk.sandbox.connect.softphone.errors import INVALID_STATE, SoftphoneError
from desk.sandbox.connect.softphone.operations.ask import Ask, Handler
from desk.sandbox.connect.world.events import Json

SOCKET_SECONDS = 3_540  # 59 minutes, as for chats; the library refuses less than 300 s
TOKEN_LIFE = timedelta(hours=12)


def create_transport(ask: Ask) -> Json:
    """Answer with the way to the agent's messages or into a chat; there are no media."""
    kind = ask.parameters['transportType']
    if kind == 'web_socket':
        socket = {'url': ask.socket_url, 'transportLifeTimeInSeconds': SOCKET_SECONDS}
        return {'webSocketTransport': socket}
    if kind == 'chat_token':
        expiry = (clock.now() + TOKEN_LIFE).isoformat()
        return {
            'chatTokenTransport': {'participantToken': _connection_token(ask), 'expiry': expiry}
        }
    if kind == 'softphone':
        return {'softphoneTransport': {'softphoneMediaConnections': []}}
    raise SoftphoneError(INVALID_STATE, f'The sandbox has no transport {kind}')


def get_new_auth_token(ask: Ask) -> Json:
    """Answer with another token for the same session."""
    return {'newAuthToken': ask.renew(), 'expirationDateTime': clock.now() + TOKEN_LIFE}


def take_note(_ask: Ask) -> Json:
    """Accept logs, reports and complaints without effect."""
    return {}


def _connection_token(ask: Ask) -> str:
    """Return a chat connection (the library's participant token), also while the chat rings."""
    contact = ask.world.core.live(str(ask.parameters.get('contactId')))
    ask.world.core.assignment(ask.agent, contact.id)
    place = ask.world.rooms.place_of(contact, ask.agent)
    return ask.world.rooms.connect(place.token, join=False).token


HANDLERS: dict[str, Handler] = {
    'CreateTransport': create_transport,
    'GetNewAuthToken': get_new_auth_token,
    'NotifyContactIssue': take_note,
    'SendClientLogs': take_note,
    'SendSoftphoneCallMetrics': take_note,
    'SendSoftphoneCallReport': take_note,
}
