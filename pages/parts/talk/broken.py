"""What stands in the place of a chat that cannot be shown."""

from nicegui import ui

from desk.errors import DeskError
from pages.locale import _, customer_sentence, language
from pages.parts.kit.markup import Piece, filled
from pages.web.talk_place import TalkPlace

RETRY_SECONDS = 5.0


def tell_broken(error: DeskError, place: TalkPlace) -> None:
    """Show in the chat's place why it cannot be shown, and that nothing is lost; the page tries again by itself."""
    ui.timer(RETRY_SECONDS, ui.navigate.reload, once=True)
    with ui.element().classes('talk talk-broken').props('role=alert'):
        Piece(
            inside=filled(
                '<h1>{sentence}</h1><p>{safe}</p><a class="talk-button talk-primary" href="{address}">{again}</a>',
                sentence=customer_sentence(language(), error),
                safe=_('주고받은 메시지는 그대로 있어요.'),
                address=place.at(),
                again=_('다시 시도'),
            )
        )
