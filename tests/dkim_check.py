"""Verifies a raw mail on standard input with dkimpy and prints, for each of its DKIM signatures from above, whether it holds.

The first argument is a JSON object of TXT records, by name; there is no DNS. Prints [{"selector": …, "algorithm": …,
"ok": true | false, "why": …}, …].
"""

import json
import re
import sys

import dkim

records = json.loads(sys.argv[1])
mail = sys.stdin.buffer.read()


def txt(name, timeout=None):
    return records[name.decode().rstrip(".")].encode()


results = []
for index, (name, value) in enumerate(h for h in dkim.rfc822_parse(mail)[0] if h[0].lower() == b"dkim-signature"):
    tags = dict(re.findall(r"([a-z]+)=([^;]*)", re.sub(r"\s", "", value.decode())))
    try:
        ok, why = dkim.DKIM(mail, minkey=2048).verify(index, dnsfunc=txt), ""
    except Exception as error:  # whatever it is, the signature does not hold
        ok, why = False, f"{type(error).__name__}: {error}"
    results.append({"selector": tags["s"], "algorithm": tags["a"], "ok": ok, "why": why})
json.dump(results, sys.stdout)
