"""The simulated operations: one function each, registered by its key."""

from desk.sandbox.connect.aws.operations import (
    agents,
    analysis,
    contacts,
    directory,
    history,
    participants,
    realtime,
    recording,
    streaming,
    transcripts,
)
from desk.sandbox.connect.aws.operations.call import Call, Handler

HANDLERS: dict[str, Handler] = {
    **directory.HANDLERS,
    **contacts.HANDLERS,
    **agents.HANDLERS,
    **recording.HANDLERS,
    **realtime.HANDLERS,
    **history.HANDLERS,
    **streaming.HANDLERS,
    **participants.HANDLERS,
    **transcripts.HANDLERS,
    **analysis.HANDLERS,
}

__all__ = ['HANDLERS', 'Call', 'Handler']
