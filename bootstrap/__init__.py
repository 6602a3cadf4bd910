"""Bootstrap: inventory -> machines -> cluster -> Argo CD.

It reads the `inventory.yaml` that the generator renders, and nothing else of hagen: the file is the contract between
the two (`tests/contract`). It never imports `hagen.generator` or `hagen.agent`.
"""
