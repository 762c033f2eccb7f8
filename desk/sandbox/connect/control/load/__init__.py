"""A played day: customers who call and chat, agents who work. The same seed gives the same day, at any speed."""
