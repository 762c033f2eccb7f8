"""Rules that chats and calls share: access, queues, categories, wrap-up, promises."""
