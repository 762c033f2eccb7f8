"""``/chat/visits``: the customer's side of a chat, for programs that act for a customer.

Starting a chat returns a token, the only key to that chat. It is sent as ``X-Chat-Token``, as a bearer token or as the
cookie ``desk_chat``. A token for another chat is answered like a wrong one (404).
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from desk.errors import ConflictError, NotFoundError
from desk.settings import Settings
from desk.throttle import Throttle
from models import ChatStatus, Sender
from pages.api import file_bodies
from pages.api.shapes import (
    Marks,
    NewRating,
    NewVisit,
    Number,
    StartedVisit,
    Text,
    Visit,
    VisitCallback,
    VisitCallbackChoice,
    VisitCallbackWish,
    VisitLine,
    VisitorsMessage,
    VisitToken,
    WaitRange,
    refusals,
)
from pages.api.transcript_files import ANSWER, TranscriptAnswers, TranscriptFormat
from pages.web.gate import address_of
from pages.web.principals import visitor_of
from services.chats.chats import MAX_PAGE, PAGE
from services.chats.events import ChatCard, Rating
from services.chats.outgoing import OutgoingMessage
from services.chats.visits import ChatStart
from services.files.files import FileUpload
from services.registry import Services

SOURCE = 'api'


class RateLimits:
    """Rate limits: starts and token attempts by address, requests by chat."""

    def __init__(self) -> None:
        self.starts = Throttle(limit=30, seconds=60, error_key='throttle.address')
        self.tries = Throttle(limit=120, seconds=60, error_key='throttle.address')
        self.wrong_tokens = Throttle(limit=60, seconds=60, error_key='throttle.address')
        self.requests = Throttle(limit=120, seconds=10)


def router(services: Services, settings: Settings) -> APIRouter:  # noqa: ARG001 - as all routers are made
    """Serve the customer's side of a chat."""
    visit = VisitOperations(services, RateLimits())
    api = APIRouter(
        prefix='/chat/visits',
        tags=['visit'],
        responses=refusals(422, 429),
    )
    add, one = api.add_api_route, '/{visit_id}'
    add(
        '/token',
        visit.token,
        methods=['POST'],
        status_code=201,
        summary='A token, to start a chat once however often it is sent',
    )
    add(
        '',
        visit.start,
        methods=['POST'],
        status_code=201,
        summary='Start a chat',
        responses=refusals(403, 409, 413),
    )
    add(one, visit.chat, summary='The own chat', responses=refusals(404))
    add(f'{one}/messages', visit.messages, summary='Transcript', responses=refusals(404))
    add(
        f'{one}/messages',
        visit.send,
        methods=['POST'],
        summary='Send a message',
        responses=refusals(403, 404, 409, 413),
    )
    file = f'{one}/files/{{file_id}}'
    add(
        file,
        visit.send_file,
        methods=['PUT'],
        summary='Send a file',
        responses=refusals(403, 404, 409, 413, 502),
        openapi_extra=file_bodies.BODY,
    )
    add(
        file,
        visit.read_file,
        summary='Read a file',
        response_class=Response,
        responses=file_bodies.ANSWER | refusals(404, 502),
    )
    add(
        f'{file}/preview',
        visit.preview_file,
        summary='Preview of a picture',
        response_class=Response,
        responses=file_bodies.PREVIEW_ANSWER | refusals(404, 502),
    )
    add(
        f'{one}/transcript',
        visit.transcript,
        summary='The own conversation as PDF or text',
        response_class=Response,
        responses=ANSWER | refusals(404, 409),
    )
    add(
        f'{one}/read',
        visit.read,
        methods=['POST'],
        summary='Mark as read',
        responses=refusals(404, 413),
    )
    add(
        f'{one}/typing',
        visit.typing,
        methods=['POST'],
        status_code=204,
        summary='Tell that the customer types',
        responses=refusals(404, 409),
    )
    add(
        f'{one}/callback',
        visit.callback_choice,
        summary='A call instead of waiting (콜백), and the free slots',
        responses=refusals(404),
    )
    add(
        f'{one}/callback',
        visit.ask_for_callback,
        methods=['POST'],
        status_code=201,
        summary='Ask for a call',
        responses=refusals(403, 404, 409, 413),
    )
    add(
        f'{one}/callback',
        visit.cancel_callback,
        methods=['DELETE'],
        summary='Do without the call',
        responses=refusals(404),
    )
    add(
        f'{one}/rating',
        visit.rate,
        methods=['PUT'],
        summary='Rate the chat that has ended',
        responses=refusals(404, 409, 413),
    )
    add(f'{one}/rating', visit.rating, summary='The own rating', responses=refusals(404))
    add(
        f'{one}/reopen',
        visit.reopen,
        methods=['POST'],
        summary='Go on with the chat that has ended',
        responses=refusals(403, 404, 409),
    )
    add(
        f'{one}/stay',
        visit.stay,
        methods=['POST'],
        summary='Say that the customer is still there',
        responses=refusals(404),
    )
    add(f'{one}/leave', visit.leave, methods=['POST'], summary='Leave', responses=refusals(404))
    return api


@dataclass(frozen=True, slots=True)
class VisitKey:
    """The key with which a request opens a chat."""

    request: Request
    visit_id: UUID

    @property
    def has_token(self) -> bool:
        """Whether the request carries any token."""
        headers = self.request.headers
        return 'x-chat-token' in headers or 'authorization' in headers or 'cookie' in headers


async def _key(
    request: Request,
    visit_id: UUID,
    x_chat_token: Annotated[str | None, Header(max_length=128)] = None,
) -> VisitKey:
    del x_chat_token  # declared for the documentation; the gate has read it
    return VisitKey(request, visit_id)


Opens = Annotated[VisitKey, Depends(_key)]


class VisitOperations:
    """The operations of ``/chat/visits``, one method each."""

    def __init__(self, services: Services, limits: RateLimits) -> None:
        self._visits, self._files = services.visits, services.files
        self._callbacks, self._ratings = services.callback_requests, services.ratings
        self._silence, self._reopenings = services.silence, services.reopenings
        self._waits = services.expected_waits
        self._announcements = services.announcements
        self._limits = limits
        self._transcripts, self._answers = services.transcripts, TranscriptAnswers()

    async def token(self) -> VisitToken:
        """Return a token that starts a chat."""
        return VisitToken(token=self._visits.new_token())

    async def start(self, request: Request, form: NewVisit) -> StartedVisit:
        """Start a chat that waits for an agent; 409 outside the business hours of its queue.

        The same ``token`` again is the same chat, until that chat has ended.
        """
        self._limits.tries.hit(address_of(request))
        self._limits.starts.hit(address_of(request), act=form.token)
        started = await self._visits.start(
            ChatStart(
                name=form.name,
                phone=form.phone,
                department=form.department,
                source=SOURCE,
                announcement=await self._announcements.known(str(form.announcement or '')),
                token=form.token or '',
            )
        )
        return StartedVisit(chat=await self._shown(started.chat), token=started.token)

    async def chat(self, key: Opens) -> Visit:
        """Return the customer's chat and its place in the queue. Each request also shows that the customer is still there."""
        return await self._shown(await self._opened(key))

    async def messages(
        self,
        key: Opens,
        after: Annotated[Number | None, Query(description='what came after this number')] = None,
        before: Annotated[Number | None, Query(description='the last ones before it')] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = PAGE,
    ) -> list[VisitLine]:
        """Return messages, oldest first: the messages after a number, else the last ones (before a number, if one is given)."""
        chat = await self._opened(key)
        if after is not None:
            lines = await self._visits.messages_after(chat.id, after, limit=limit)
        else:
            lines = await self._visits.transcript(chat.id, before=before, limit=limit)
        return [VisitLine.model_validate(line) for line in lines]

    async def send(self, key: Opens, message: VisitorsMessage) -> VisitLine:
        """Send a message and return it, numbered; the same ``id`` again returns the same message."""
        chat = await self._opened(key)
        outgoing = OutgoingMessage(
            id=message.id or uuid4(), chat_id=chat.id, content=message.content
        )
        return VisitLine.model_validate(await self._visits.write(outgoing))

    async def send_file(
        self,
        request: Request,
        key: Opens,
        file_id: UUID,
        name: Annotated[Text, Query(max_length=1_000)] = '',
    ) -> VisitLine:
        """Send a file and return its message; the same ``file_id`` again is the same message."""
        chat = await self._opened(key)
        upload = FileUpload(id=file_id, chat_id=chat.id, name=name)
        return VisitLine.model_validate(
            await self._files.send_as_customer(upload, request.stream())
        )

    async def read_file(
        self, key: Opens, file_id: UUID, *, shown: file_bodies.Shown = False
    ) -> Response:
        """Return a file of the own chat."""
        chat = await self._opened(key)
        file = await self._files.read_as_customer(chat.id, file_id)
        return file_bodies.answer(file, is_shown=shown)

    async def preview_file(self, key: Opens, file_id: UUID) -> Response:
        """Return the preview of a picture in the own chat; 404 for other files."""
        chat = await self._opened(key)
        return file_bodies.preview(await self._files.preview_as_customer(chat.id, file_id))

    async def transcript(
        self,
        request: Request,
        key: Opens,
        kind: Annotated[TranscriptFormat, Query(alias='format')] = TranscriptFormat.PDF,
    ) -> Response:
        """Return all messages of the own chat up to now as a file; a few times a minute."""
        chat = await self._opened(key)
        told = await self._transcripts.for_customer(chat.id)
        return await self._answers.answer(request, told, Sender.CUSTOMER, kind)

    async def read(self, key: Opens, marks: Marks) -> Visit:
        """Record how far the customer has read. Return the chat."""
        chat = await self._opened(key)
        await self._visits.mark(chat.id, delivered=marks.delivered, read=marks.number)
        return await self._shown(chat)

    async def typing(self, key: Opens) -> None:
        """Show the agent for some seconds that the customer is typing."""
        chat = await self._opened(key)
        if chat.status is ChatStatus.CLOSED:
            raise ConflictError('chat.ended')
        await self._visits.typing(chat)

    async def rate(self, key: Opens, given: NewRating) -> Rating:
        """Rate the ended chat (만족도) or change its rating, within a day after its end. The comment is masked as a message is."""
        chat = await self._opened(key)
        return await self._ratings.rate(chat.id, given.score, given.comment)

    async def rating(self, key: Opens) -> Rating | None:
        """Return the rating of the chat; null before it was given."""
        return await self._ratings.of_chat((await self._opened(key)).id)

    async def reopen(self, key: Opens) -> Visit:
        """Let a chat go on within a day after its end: with its agent when they can, else it waits. An open one stays as it is."""
        chat = await self._opened(key)
        return await self._shown(await self._reopenings.reopen(chat.id))

    async def stay(self, key: Opens) -> Visit:
        """Answer the desk's question whether the customer is still there; without one nothing changes."""
        chat = await self._opened(key)
        return await self._shown(await self._silence.stay(chat.id))

    async def leave(self, key: Opens) -> Visit:
        """End the chat for the customer; leaving again changes nothing."""
        chat = await self._opened(key)
        return await self._shown(await self._visits.leave(chat.id))

    async def callback_choice(self, key: Opens) -> VisitCallbackChoice:
        """Return the call that was asked for in this chat, and the slots that are free (an hour each, at most 8)."""
        chat = await self._opened(key)
        choice = await self._callbacks.choice(chat.id)
        asked = VisitCallback.model_validate(choice.asked) if choice.asked else None
        return VisitCallbackChoice(callback=asked, slots=list(choice.slots))

    async def ask_for_callback(self, key: Opens, wish: VisitCallbackWish) -> VisitCallback:
        """Ask to be called in a free slot; the chat goes on waiting. The same wish again is the same call-back.

        It is cancelled by itself when an agent takes the chat, or the customer calls, before.
        """
        chat = await self._opened(key)
        asked = await self._callbacks.ask(
            chat.id, phone=wish.phone, slot_from=wish.slot_from, body=wish.body
        )
        return VisitCallback.model_validate(asked)

    async def cancel_callback(self, key: Opens) -> VisitCallback:
        """Do without the call; again it changes nothing."""
        chat = await self._opened(key)
        return VisitCallback.model_validate(await self._callbacks.cancel(chat.id))

    async def _opened(self, key: VisitKey) -> ChatCard:
        """Return the chat of a key. Raises ``NotFoundError`` for any other chat."""
        chat = self._chat_of(key)
        if chat.id != key.visit_id:
            raise NotFoundError('visit.not_found')
        self._limits.requests.hit(chat.id)
        if chat.status is ChatStatus.WAITING:
            await self._visits.sign_of_life(chat.id)
        return chat

    def _chat_of(self, key: VisitKey) -> ChatCard:
        """Return the chat that the gate found for a key; wrong tokens count against the sender's address."""
        try:
            return visitor_of(key.request).chat
        except NotFoundError:
            if key.has_token:
                self._limits.wrong_tokens.hit(address_of(key.request))
            raise

    async def _shown(self, chat: ChatCard) -> Visit:
        place = await self._visits.place(chat.id) if chat.status is ChatStatus.WAITING else 0
        wait = await self._waits.at_place(chat.queue_id, place)
        shown = WaitRange.model_validate(wait) if wait else None
        return Visit.model_validate({**chat.model_dump(), 'place': place, 'expected_wait': shown})
