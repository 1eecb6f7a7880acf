"""Wiredesk: a stream of news articles becomes searchable facts, each tied to the words it came from."""
