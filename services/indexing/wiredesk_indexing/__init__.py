"""Wiredesk indexing service."""
