"""Reads samples with the parsers of prometheus_client and says in JSON what they found.

Arguments: the format, "text" or "openmetrics". The samples come on standard input.
"""

import io
import json
import sys

from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client import parser as text

# No newline but \n ends a line.
samples = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", newline="\n").read()
parse = text.text_string_to_metric_families
if sys.argv[1] == "openmetrics":
    parse = openmetrics.text_string_to_metric_families
families = [
    {
        "name": family.name,
        "type": family.type,
        "unit": family.unit,
        "samples": [[sample.name, sample.labels, sample.value] for sample in family.samples],
    }
    for family in parse(samples)
]
json.dump(families, sys.stdout)
