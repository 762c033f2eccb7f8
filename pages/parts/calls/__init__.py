"""Calls: the softphone of the window around the desk, the bar that takes them, and who is calling."""
