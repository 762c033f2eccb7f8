"""Panels that several screens use, and the components that run in the browser."""
