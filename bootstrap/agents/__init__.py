"""What the health agents on the load balancers say: asked over HTTP, read as plain data."""
