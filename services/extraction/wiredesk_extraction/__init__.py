"""Wiredesk extraction service."""
