"""The demo desk: people, their past and live chats. Not part of the production image."""
