"""Panels that several screens show, and the few small browser components."""
