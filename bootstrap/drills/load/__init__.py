"""The load of a drill: Locust with the rendered scenario, and what the autoscaler made of it."""
