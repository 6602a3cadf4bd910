"""Every drill on the testbed, and what docs/failover.md says of it."""
