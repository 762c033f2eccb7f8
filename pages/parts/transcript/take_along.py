"""The buttons that save a conversation as PDF or text, for agents and for customers."""

from uuid import UUID

from markupsafe import Markup
from nicegui import ui

from models import Sender
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit import dialog
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled


def transcript_button(context: PageContext, chat_id: UUID) -> Piece:
    """Draw the button that asks in which format the conversation is to be saved."""

    def ask() -> None:
        with dialog.titled(context.dialogs, _('대화 내용 저장')) as opened:
            ui.label(
                _('내부 메모는 들어가지 않습니다. 누가 언제 받았는지 기록에 남습니다.')
            ).classes('desk-hint')
            with ui.element('div').classes('desk-actions'):
                button(_('닫기'), opened.close)
                Piece(inside=transcript_links(chat_id, Sender.AGENT, 'desk-button')).classes(
                    'desk-transcript-links'
                ).on('click', opened.close, args=[])

    drawn = button('', ask, ButtonStyle.QUIET).classes('desk-icon')
    drawn.set_inside(
        filled(
            '<i class="material-icons" aria-hidden="true">download</i><span class="desk-unseen">{text}</span>',
            text=_('대화 내용 저장'),
        )
    )
    drawn.props['title'] = _('대화 내용 저장')
    return drawn


def transcript_links(chat_id: UUID, own: Sender, style: str) -> Markup:
    """Return the links that save a conversation, for a reader who writes as ``own``."""
    side = 'visits' if own is Sender.CUSTOMER else 'sessions'
    names = {'pdf': _('PDF로 저장'), 'txt': _('텍스트로 저장')}
    return Markup(' ').join(
        filled(
            '<a class="{style}" href="/chat/{side}/{chat}/transcript?format={kind}" download>{name}</a>',
            style=style,
            side=side,
            chat=chat_id,
            kind=kind,
            name=name,
        )
        for kind, name in names.items()
    )
