"""From the snapshot to metrics, and how they are served."""
