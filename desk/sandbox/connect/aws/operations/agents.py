"""Operations on agents: status, dismissing, assigning, monitoring."""

from desk.sandbox.connect.aws.operations.call import Call, Handler
from desk.sandbox.connect.world.events import Json


def put_user_status(call: Call) -> Json:
    """Set an agent's status; during a contact it becomes the next one."""
    agent = call.world.core.agent(call.key('UserId'))
    call.world.hands.choose_status(agent, call.key('AgentStatusId'))
    return {}


def dismiss_user_contact(call: Call) -> Json:
    """Clear a missed, refused or ended contact from an agent."""
    agent = call.world.core.agent(call.key('UserId'))
    call.world.hands.clear(agent, call.key('ContactId'))
    return {}


def associate_contact_with_user(call: Call) -> Json:
    """Give an agent a waiting chat or task, in any status."""
    call.world.arrivals.assign(call.key('ContactId'), call.key('UserId'))
    return {}


def monitor_contact(call: Call) -> Json:
    """Let a supervisor listen to a contact, silently at first."""
    listening = call.world.arrivals.monitor(call.key('ContactId'), call.key('UserId'))
    return {'ContactId': listening.id, 'ContactArn': call.arn('contact', listening.id)}


HANDLERS: dict[str, Handler] = {
    'connect.PutUserStatus': put_user_status,
    'connect.DismissUserContact': dismiss_user_contact,
    'connect.AssociateContactWithUser': associate_contact_with_user,
    'connect.MonitorContact': monitor_contact,
}
