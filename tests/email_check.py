"""Reads a raw mail on standard input with Python's own `email` package and prints what it found as JSON.

A second, independent reader: tests never compare our mails with our own strings only.
Prints {"headers": [[name, value], ...], "text": str|null, "html": str|null, "html_words": str, "attachments": [...],
"defects": [...]}; "html_words" is what the HTML part says once its tags are gone.
Headers keep their order and their repetitions; values are decoded (RFC 2047) and unfolded, line ends in bodies are \n.
"""

import json
import sys
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser


def content(part):
    return None if part is None else part.get_content().replace("\r\n", "\n")


def defects(message):
    """Every fault of the structure and of each header, of the whole mail and of each part in it."""
    found = []
    for part in message.walk():
        where = part.get_content_type()
        found += [f"{where}: {type(defect).__name__}: {defect}" for defect in part.defects]
        for name, value in part.items():
            found += [f"{where}: {name}: {type(defect).__name__}: {defect}" for defect in value.defects]
    return found


class Words(HTMLParser):
    """The words of an HTML page, alternative texts of pictures among them, and a space where a block begins or ends."""

    inline = {"a", "b", "code", "em", "i", "span", "strong"}

    def __init__(self, page):
        super().__init__()
        self.words, self.silent = [], 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.silent += tag in ("style", "title")
        self.words += ["" if tag in self.inline else " ", dict(attributes).get("alt") or ""]

    def handle_endtag(self, tag):
        self.silent -= tag in ("style", "title")
        self.words.append("" if tag in self.inline else " ")

    def handle_data(self, data):
        self.words.append("" if self.silent else data)


message = message_from_bytes(sys.stdin.buffer.read(), policy=default)
text = content(message.get_body(("plain",)))
html = content(message.get_body(("html",)))
json.dump(
    {
        "headers": [[name, str(value)] for name, value in message.items()],
        "text": text,
        "html": html,
        "html_words": "".join(Words(html).words) if html else "",
        "attachments": [part.get_filename() for part in message.iter_attachments()] if message.is_multipart() else [],
        # Asked last: reading the bodies above is what finds faults of their encoding.
        "defects": defects(message),
    },
    sys.stdout,
)
