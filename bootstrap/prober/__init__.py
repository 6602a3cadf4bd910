"""hagen.bootstrap.prober: what a client sees while something fails.

plan (JSON) -> probes -> records (JSON lines) -> analysis. It knows nothing of what fails, or of how.
"""
