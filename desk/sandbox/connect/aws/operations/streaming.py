"""Chat streaming: sends a chat's messages to SNS topics."""

from desk.sandbox.connect.aws.operations.call import Call, Handler
from desk.sandbox.connect.world.events import Json
from desk.sandbox.connect.world.refusals import NotPossible


def start_contact_streaming(call: Call) -> Json:
    """Send a chat's messages to a standard SNS topic from now on."""
    contact = call.world.core.live(call.key('ContactId'))
    arn = topic_of(call.parameters['ChatStreamingConfiguration'])
    return {'StreamingId': call.world.chats.stream(contact, arn).id}


def topic_of(configuration: Json) -> str:
    """Return the topic of a streaming configuration.

    Raises:
        NotPossible: it is not a standard topic.
    """
    arn = str(configuration['StreamingEndpointArn'])
    if not arn.startswith('arn:aws:sns:') or arn.endswith('.fifo'):
        raise NotPossible('StreamingEndpointArn must be a standard SNS topic')
    return arn


def stop_contact_streaming(call: Call) -> Json:
    """Stop sending to a topic."""
    contact = call.world.core.live(call.key('ContactId'))
    call.world.chats.stop_stream(contact, call.parameters['StreamingId'])
    return {}


HANDLERS: dict[str, Handler] = {
    'connect.StartContactStreaming': start_contact_streaming,
    'connect.StopContactStreaming': stop_contact_streaming,
}
