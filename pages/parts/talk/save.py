"""How a customer saves the conversation: a menu in the header during the chat, links below it when it is over."""

from uuid import UUID

from models import Sender
from pages.locale import _
from pages.parts.kit.markup import Piece, filled
from pages.parts.transcript.take_along import transcript_links


def draw_save_menu(chat_id: UUID) -> None:
    """Draw the menu; it opens without the server."""
    inside = filled(
        '<summary class="talk-button" aria-label="{text}" title="{text}"><i class="material-icons" aria-hidden="true">download</i></summary>'
        '<div>{links}</div>',
        text=_('대화 저장'),
        links=transcript_links(chat_id, Sender.CUSTOMER, 'talk-button'),
    )
    Piece('details', inside=inside).classes('talk-save')
