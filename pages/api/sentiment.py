"""``/chat/sessions/{id}/sentiment``: the sentiment of a chat's customer, in the guide's shape of ``analyze_sentiment``."""

from uuid import UUID

from fastapi import APIRouter

from pages.api.rate_limit import rate_limit
from pages.api.sentiment_shapes import ChatSentimentItem
from pages.api.shapes import refusals
from pages.web.principals import SignedIn
from services.registry import Services


def router(services: Services) -> APIRouter:
    """Serve sentiment to everybody who may see the chat."""

    async def sentiment(staff: SignedIn, session_id: UUID) -> ChatSentimentItem:
        """Return the sentiment of a chat's customer: computed some seconds after each message, where sentiment is switched on."""
        await services.chats.chat(staff.agent, session_id)
        found = await services.sentiments.of_chat(staff.agent, session_id)
        return ChatSentimentItem.of(found.mood, found.marks)

    api = APIRouter(
        prefix='/chat/sessions/{session_id}/sentiment',
        tags=['chat'],
        dependencies=[rate_limit()],
        responses=refusals(401, 404, 422, 429),
    )
    api.add_api_route('', sentiment, summary='Sentiment (고객 감정)')
    return api
