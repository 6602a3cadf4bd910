"""LXD, by pylxd."""
