"""The generator: hagen.yaml -> validated model -> topology -> files -> git.

Here belong the reading and judging of one configuration file and the writing of what follows from it. Nothing here
talks to a machine, a cluster or the network; `hagen.bootstrap` and `hagen.agent` read the files that this package
renders and are never imported by it.
"""
