"""Alerts to whoever runs the desk: what is wrong is found, kept once, and told through SNS (decision 0054)."""
