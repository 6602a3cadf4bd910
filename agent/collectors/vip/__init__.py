"""Who holds the virtual IP: every witness that this host has."""
