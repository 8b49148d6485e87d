"""Reads a calendar file from stdin with two libraries that know nothing of each other and prints what both understood.

Needs Debian's python3-icalendar and python3-vobject. Fails when one of them refuses the file or the two disagree.
"""

import datetime
import json
import sys

import icalendar
import vobject

raw = sys.stdin.buffer.read()
text = raw.decode("utf-8")
for line in text.split("\r\n"):
    assert "\n" not in line and "\r" not in line, f"a line does not end in CRLF: {line!r}"
    assert len(line.encode("utf-8")) <= 75, f"longer than 75 octets: {line!r}"
assert text.endswith("END:VCALENDAR\r\n")

calendar = icalendar.Calendar.from_ical(raw)
events = [part for part in calendar.walk() if part.name == "VEVENT"]
assert len(events) == 1, events
event = events[0]
for part in calendar.walk():
    assert not getattr(part, "errors", []), part.errors

other = vobject.readOne(text)
other_event = other.vevent


def moment(value):
    assert isinstance(value, datetime.datetime) and value.tzinfo is not None, value
    return value.astimezone(datetime.timezone.utc).isoformat()


start = moment(event["DTSTART"].dt)
assert start == moment(other_event.dtstart.value), (start, other_event.dtstart.value)
assert str(event["SUMMARY"]) == other_event.summary.value

print(
    json.dumps(
        {
            "method": str(calendar["METHOD"]),
            "uid": str(event["UID"]),
            "sequence": int(event["SEQUENCE"]),
            "status": str(event["STATUS"]),
            "start": start,
            "end": moment(event["DTEND"].dt) if "DTEND" in event else None,
            "summary": str(event["SUMMARY"]),
            "location": str(event.get("LOCATION", "")),
            "description": str(event.get("DESCRIPTION", "")),
            "zones": [str(part["TZID"]) for part in calendar.walk() if part.name == "VTIMEZONE"],
            "asks_nobody": "ATTENDEE" not in event and "ORGANIZER" not in event,
        }
    )
)
