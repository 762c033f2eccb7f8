"""The demo desk: people, past chats and running chats. Not part of the production image."""
