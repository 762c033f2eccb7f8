"""The end of a message's trace: its page's browser says that it has drawn it.

Only for a message whose trace is recorded; nothing is asked of the browser for any other.
"""

from nicegui import background_tasks, ui

from desk import tracing
from models import Sender
from services.chats.events import ChatMessage

ANSWER_SECONDS = 5.0
DRAWN = """
return await new Promise((answer) => {
  if (document.hidden) return answer("hidden");
  requestAnimationFrame(() => requestAnimationFrame(() => answer("drawn")));
  setTimeout(() => answer("late"), 3000);
})
"""
"""Comes to the browser after the message itself. The second frame begins once the first was drawn; a hidden tab draws none."""


def trace_drawing(element: ui.element, message: ChatMessage, reader: Sender) -> None:
    """Record until when the browser has drawn a message that was just put into ``element``."""
    if tracing.carried() and element.client.has_socket_connection:
        background_tasks.create(_drawn(element, message, reader), context=element)


async def _drawn(element: ui.element, message: ChatMessage, reader: Sender) -> None:
    ids = {'chat_id': message.chat_session_id, 'message_id': message.id}
    with tracing.child('drawn on page', reader=reader.value, **ids):
        try:
            said = await element.client.run_javascript(DRAWN, timeout=ANSWER_SECONDS)
        except TimeoutError:  # it has left, or is asleep
            said = 'unanswered'
        tracing.note(browser=said if said in {'drawn', 'hidden', 'late'} else 'unanswered')
