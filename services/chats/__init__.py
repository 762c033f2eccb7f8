"""Chats: the agent's side, the customer's side, the inbox, and the events that screens follow."""
