"""The agent's workspace on screen: inbox and conversation."""
