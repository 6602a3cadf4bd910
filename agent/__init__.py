"""The health agent of the load-balancer hosts.

It reads the `agent.yaml` that the generator renders, and nothing else of hagen: the file is the contract between the
two (`tests/contract`). It never imports `hagen.generator` or `hagen.bootstrap`.
"""
