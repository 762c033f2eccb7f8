"""What is told of the chat on other sites."""

from uuid import UUID

from typing_extensions import override

from desk.events import Event


def page_topic(chat_id: UUID) -> str:
    """Return the topic of the page that one chat's customer looks at."""
    return f'site-page:{chat_id}'


class PageChanged(Event):
    """The customer of a chat went on to another page of the site."""

    chat_id: UUID

    @override
    def topics(self) -> tuple[str, ...]:
        return (page_topic(self.chat_id),)
