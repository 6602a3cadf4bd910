"""The Kubernetes API as the agent needs it: a few GETs and a port-forward, every one of them over by a given time.

No watch, no cache, no shared state between calls but which API server answered last. Nothing here knows what the
answers are for.
"""
