"""만족도: what a customer is asked when a chat with an agent has ended, until the page is left."""

from markupsafe import Markup
from nicegui.events import GenericEventArguments

from desk.errors import DeskError
from models.rating import HIGHEST_SCORE, LOWEST_SCORE, MAX_COMMENT_CHARS
from pages import notices
from pages.component import Component
from pages.locale import _, customer_sentence, language
from pages.parts.kit.form_values import VALUES_OF_FORM, values_of
from pages.parts.kit.markup import Piece, filled
from services.chats.events import ChatCard, ChatRated, Rating, chat_topic
from services.registry import Services


class TalkRating(Component):
    """Five stars, a comment and a button; a given rating stays there to be changed."""

    def __init__(self, services: Services, chat: ChatCard) -> None:
        super().__init__(services.topics)
        self._ratings, self._chat = services.ratings, chat
        self.classes('talk-rating')
        with self:
            self._form = Piece('form')
            self._form.on('submit', self._send, js_handler=VALUES_OF_FORM)
            self._said = Piece('p').props('role=status tabindex=-1')

    async def open(self) -> None:
        """Ask, or show the rating that was given before, here or elsewhere."""
        self.listen(chat_topic(self._chat.id), self._hear)
        try:
            given = await self.still(self._ratings.of_chat(self._chat.id))
        except DeskError:  # the question can be asked all the same
            given = None
        self._draw(given)

    def _hear(self, event: object) -> None:
        if isinstance(event, ChatRated):
            self._draw(event.rating)

    def _draw(self, given: Rating | None) -> None:
        self._form.set_inside(_question(given))

    async def _send(self, event: GenericEventArguments) -> None:
        values = values_of(event)
        score = values.get('score', '')
        if not score.isdecimal():
            self._say(_('별점을 먼저 골라 주세요.'))
            return
        try:
            rating = await self.still(
                self._ratings.rate(self._chat.id, int(score), values.get('comment', ''))
            )
        except DeskError as error:
            notices.stay(customer_sentence(language(), error))
            return
        self._draw(rating)
        self._say(_('평가해 주셔서 감사해요. 이 화면에서 다시 고칠 수 있어요.'))
        self._said.run_method('focus')  # the pressed button was drawn anew

    def _say(self, text: str) -> None:
        self._said.set_inside(filled('{text}', text=text))


def score_names() -> dict[int, str]:
    """Return what each score means, the lowest first."""
    words = (_('매우 불만족'), _('불만족'), _('보통'), _('만족'), _('매우 만족'))
    return dict(zip(range(LOWEST_SCORE, HIGHEST_SCORE + 1), words, strict=True))


def _question(given: Rating | None) -> Markup:
    stars = Markup().join(
        filled(
            '<label><input type="radio" name="score" value="{score}"{checked}>'
            '<i class="material-icons" aria-hidden="true">star</i><span>{name}</span></label>',
            score=score,
            checked=Markup(' checked') if given is not None and given.score == score else '',
            name=_('{score}점, {word}', score=score, word=word),
        )
        for score, word in score_names().items()
    )
    return filled(
        '<fieldset><legend>{question}</legend><div class="talk-stars">{stars}</div></fieldset>'
        '<div class="talk-comment"><textarea name="comment" rows="2" maxlength="{most}" aria-label="{label}" placeholder="{label}">'
        '{comment}</textarea><button type="submit" class="talk-button">{send}</button></div>',
        question=_('상담은 어떠셨나요?'),
        stars=stars,
        most=MAX_COMMENT_CHARS,
        label=_('의견 남기기 (선택)'),
        comment=given.comment if given else '',
        send=_('평가 고치기') if given else _('평가 보내기'),
    )
