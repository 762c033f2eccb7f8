"""보호: what an agent sees of it in a chat and in a call, and what supervisors see."""
