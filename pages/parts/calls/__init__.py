"""Calls on screen: the call bar, the caller card, and the bridge to the softphone."""
