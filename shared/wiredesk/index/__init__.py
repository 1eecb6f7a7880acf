"""The index: what the indexing service writes and the gateway reads. `protocol` is the seam, one module a backend."""
