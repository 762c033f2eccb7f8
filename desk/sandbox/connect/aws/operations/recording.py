"""Recording of calls: started once, suspended and resumed, stopped once. There is no audio."""

from desk.sandbox.connect.aws.operations.call import Call, Handler
from desk.sandbox.connect.world.contact import Contact
from desk.sandbox.connect.world.events import Json
from desk.sandbox.connect.world.refusals import NotPossible, NotThere
from desk.sandbox.connect.world.terms import Channel


def start_contact_recording(call: Call) -> Json:
    """Start the recording; a stopped recording cannot be started again."""
    contact = _call(call)
    if contact.recording.started_at is not None:
        raise NotPossible('The recording of this contact was begun before')
    contact.recording.started_at = call.world.now
    return {}


def suspend_contact_recording(call: Call) -> Json:
    """Suspend the recording: it contains silence from now on; a repeat does nothing."""
    contact = _recorded(call)
    contact.recording.suspended_since = contact.recording.suspended_since or call.world.now
    return {}


def resume_contact_recording(call: Call) -> Json:
    """Resume the recording; a repeat does nothing."""
    _recorded(call).recording.suspended_since = None
    return {}


def stop_contact_recording(call: Call) -> Json:
    """Stop the recording for good."""
    _recorded(call).recording.stopped_at = call.world.now
    return {}


def _call(call: Call) -> Contact:
    contact = call.world.core.live(call.key('ContactId'))
    if contact.root_id != call.key('InitialContactId'):
        raise NotThere('InitialContactId is not where this contact began')
    if contact.channel is not Channel.VOICE:
        raise NotPossible('Only calls are recorded')
    return contact


def _recorded(call: Call) -> Contact:
    contact = _call(call)
    if contact.recording.started_at is None or contact.recording.stopped_at is not None:
        raise NotPossible('The contact is not being recorded')
    return contact


HANDLERS: dict[str, Handler] = {
    'connect.StartContactRecording': start_contact_recording,
    'connect.SuspendContactRecording': suspend_contact_recording,
    'connect.ResumeContactRecording': resume_contact_recording,
    'connect.StopContactRecording': stop_contact_recording,
}
