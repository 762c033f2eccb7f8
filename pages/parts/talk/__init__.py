"""The customer's side of a chat on screen."""
