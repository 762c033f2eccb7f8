"""A conversation on screen: bubbles, the scrolling transcript, an earlier chat opened in place."""
