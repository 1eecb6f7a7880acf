"""Wiredesk ingest service."""
