"""Asking keepalived, which takes root: what runs with root's uid stands here, apart, and imports little."""
