"""What chats and calls have in common: who may see and write in them."""
