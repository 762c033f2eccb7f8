"""귓속말 and 넘겨받기: a supervisor whispers in, or takes over, a chat that an agent holds."""

from collections.abc import Awaitable, Callable

from models.audit import MAX_REASON_CHARS
from pages import notices
from pages.context import PageContext
from pages.locale import _
from pages.parts.floor.acting_form import acting_form
from pages.parts.kit import dialog, toast
from pages.parts.kit.markup import filled
from services.chats.events import ChatCard

MOST_WHISPERED = 500


def whisper(context: PageContext, chat: ChatCard) -> None:
    """Ask for a text that only the chat's agent sees, and send it."""

    async def say(words: str) -> None:
        joining = context.services.joining
        await context.still(joining.whisper(context.agent, chat.id, words))
        notices.done(_('귓속말을 보냈습니다'))

    ask_words(
        context,
        title=_('귓속말: {name} 님의 상담', name=chat.visitor_name),
        label=_('상담원에게만 보이는 말'),
        most=MOST_WHISPERED,
        do=say,
    )


def take_over(context: PageContext, chat: ChatCard) -> None:
    """Ask for a reason and take the chat from its agent; it can be given back."""

    async def take(why: str) -> None:
        joining = context.services.joining
        former = await context.still(joining.take_over(context.agent, chat.id, why))

        async def give_back() -> None:
            await context.still(joining.give_back(context.agent, chat.id, former))
            notices.done(_('상담을 돌려주었습니다'))

        toast.undoable(context, _('{name} 님의 상담을 넘겨받았습니다', name=chat.visitor_name), give_back)  # fmt: skip

    ask_words(
        context,
        title=_('넘겨받기: {name} 님의 상담', name=chat.visitor_name),
        label=_('사유'),
        most=MAX_REASON_CHARS,
        do=take,
    )


def ask_words(
    context: PageContext,
    *,
    title: str,
    label: str,
    most: int,
    do: Callable[[str], Awaitable[None]],
) -> None:
    """Ask for one line of text in a dialog and call ``do`` with it; an error is shown in the dialog."""
    with context.dialogs, dialog.titled(context.dialogs, title) as opened:
        fields = filled(
            '<label class="desk-steer-field">{label}<input class="desk-input" name="words" required autofocus maxlength="{most}" autocomplete="off"></label>',
            label=label,
            most=most,
        )
        acting_form(context, opened, fields, do=lambda values: do(values.get('words', '')))
