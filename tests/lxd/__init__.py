"""A real LXD for tests: daemons in a namespace of their own, and an image made here."""
