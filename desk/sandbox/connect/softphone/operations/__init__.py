"""What each operation of the softphone does, in the world. Names are those of the library's API model.

``GetAgentSnapshot`` waits, and is the service's own; ``PauseContact`` and ``ResumeContact`` are not there.
"""

from desk.sandbox.connect.softphone.operations import agents, contacts, lines
from desk.sandbox.connect.softphone.operations.ask import Ask, Handler

HANDLERS: dict[str, Handler] = {**agents.HANDLERS, **contacts.HANDLERS, **lines.HANDLERS}

__all__ = ['HANDLERS', 'Ask', 'Handler']
