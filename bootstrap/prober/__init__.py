"""hagen.bootstrap.prober: what a client sees while something fails.

plan (JSON) -> probes -> records (JSON lines) -> analysis. It knows nothing of what fails, or of how. As a process:
`python -m hagen.bootstrap.prober PLAN RESULT`. A further kind of probe is a file, a line in `kinds`, and its name in
`plan`.
"""
