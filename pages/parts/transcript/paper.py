"""A whole conversation as a document: PDF, or plain text. Times are Seoul's."""

from collections.abc import Iterator

from desk.errors import ConflictError
from models import MessageType, Sender
from models.chat import SAID
from pages.locale import text
from pages.parts.kit import times
from pages.parts.transcript.system_lines import system_sentence
from services.pdf import document
from services.pdf.document import Block, Document
from services.transcripts.conversation import Conversation, ConversationLine

FILE_SIGN = '📎'


class Paper:
    """One conversation, told to one side of it in one language."""

    def __init__(self, conversation: Conversation, own: Sender, language: str) -> None:
        self._conversation = conversation
        self._own = own
        self._language = language

    def document(self) -> Document:
        """Return it as a document. Raises ``ConflictError``: too long for one; as text it is not."""
        lines = self._conversation.lines
        blocks = [document.facts(list(self._facts())), *map(self._block, lines)]
        if sum(map(document.weight, blocks)) > document.MOST_WEIGHT:
            raise ConflictError('transcript.too_long')
        return Document(
            title=self._word('상담 대화 내용'),
            subtitle=document.printable(self._subtitle()),
            foot=self._word('상담 대화 내용'),
            language=self._language,
            blocks=blocks,
        )

    def plain(self) -> bytes:
        """Return it as plain text in UTF-8, with the mark by which old Korean Windows programs know it."""
        facts = [f'{name}: {value}' for name, value in self._facts() if value]
        lines = [self._plain(one) for one in self._conversation.lines]
        told = [self._word('상담 대화 내용'), '', *facts, '', *lines, '']
        return '\r\n'.join(told).encode('utf-8-sig')

    def _subtitle(self) -> str:
        day = times.date(self._conversation.started_at, self._language)
        return f'{self._word(self._conversation.department)} · {day}'

    def _facts(self) -> Iterator[tuple[str, str]]:
        told = self._conversation
        yield self._word('고객'), told.customer
        yield self._word('상담원'), told.agent
        yield self._word('부서'), self._word(told.department)
        yield self._word('시작 시각'), times.full(told.started_at)
        yield self._word('종료 시각'), times.full(told.ended_at) if told.ended_at else ''

    def _block(self, line: ConversationLine) -> Block:
        if line.type not in SAID:
            return document.line(times.full(line.at), '', self._own_line(line))
        return document.line(times.full(line.at), self._who(line), self._said(line))

    def _plain(self, line: ConversationLine) -> str:
        if line.type not in SAID:
            return f'[{times.full(line.at)}] {self._own_line(line)}'
        said = document.unprinted_out(self._said(line)).replace('\n', '\r\n    ')
        return f'[{times.full(line.at)}] {self._who(line)}: {said}'

    def _own_line(self, line: ConversationLine) -> str:
        return system_sentence(line.type, line.name, self._own, self._language)

    def _who(self, line: ConversationLine) -> str:
        if line.sender is Sender.CUSTOMER:
            return self._conversation.customer
        return line.name or self._word('상담원')

    def _said(self, line: ConversationLine) -> str:
        return f'{FILE_SIGN} {line.text}' if line.type is MessageType.FILE else line.text

    def _word(self, key: str) -> str:
        return text(self._language, key) if key else ''
