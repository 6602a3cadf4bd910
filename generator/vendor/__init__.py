"""Copies of upstream manifests in the rendered repository, and hagen.lock, which says what they are.

images     every image that a cluster runs, for a registry mirror
uses       which manifests a topology names, and where each copy lies
upkeep     which of them this cluster keeps up, where several clusters share a repository
lock       hagen.lock, as a file and as entries
known      what the repository has already
copies     what a render adds: the copies and the lock
manifest   whether some bytes are Kubernetes manifests, and which images they name
source     where manifests come from: their own URLs, a mirror, a folder
fetch      one file over HTTP, with retries and limits
obtain     many files at once
checking   `hagen vendor --check`
"""
