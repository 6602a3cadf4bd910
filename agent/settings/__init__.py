"""What the daemons of this host are set to do: read from their own files, judged, and turned into times."""
