"""The HTTP API, `/api/v1`: publishing, facts, and the pipeline."""
