"""The softphone's operations on the world. Names are those of the library's API model.

The service itself answers the long poll ``GetAgentSnapshot``; ``PauseContact`` and
``ResumeContact`` are missing.
"""

from desk.sandbox.connect.softphone.operations import agents, contacts, lines
from desk.sandbox.connect.softphone.operations.ask import Ask, Handler

HANDLERS: dict[str, Handler] = {**agents.HANDLERS, **contacts.HANDLERS, **lines.HANDLERS}

__all__ = ['HANDLERS', 'Ask', 'Handler']
