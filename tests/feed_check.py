"""Reads an Atom feed from stdin with feedparser (Debian's python3-feedparser) and prints what it understood.

Fails when the feed is not well-formed.
"""

import json
import sys

import feedparser

feed = feedparser.parse(sys.stdin.buffer.read())
if feed.bozo:
    sys.exit(f"not well-formed: {feed.bozo_exception}")
print(
    json.dumps(
        {
            "version": feed.version,
            "title": feed.feed.title,
            "id": feed.feed.id,
            "updated": feed.feed.updated,
            "entries": [
                {
                    "title": entry.title,
                    "id": entry.id,
                    "link": entry.link,
                    "updated": entry.updated,
                    "language": entry.content[0].language,
                    "content": entry.content[0].value,
                }
                for entry in feed.entries
            ],
        }
    )
)
