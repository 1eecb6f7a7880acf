"""Wiredesk gateway service."""
