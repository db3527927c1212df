"""Records the golden files of this folder with denet, and what denet's own functions say of each. README.md says how.

Without the path of denet's command line, the files stay as they are, and denet's functions are asked again.
"""

import json
import os
import subprocess
import sys

import denet

WORK = ["/usr/bin/python3", "work.py"]
EVERY_100_MS = ["-q", "-i", "100", "-m", "100"]


def main(programs):
    for program in programs:
        record(program)
    for name in sorted(os.listdir()):
        if name.endswith((".jsonl", ".json", ".csv")) and not name.endswith(".expected.json"):
            expect(name)


def record(program):
    """Records every file; `program` is denet's command line."""
    cli = [program, *EVERY_100_MS]
    subprocess.run([*cli, "-o", "cli-tree.jsonl", "run", *WORK])
    subprocess.run([*cli, "--write-env", "--exclude-children", "-o", "cli-root.jsonl", "run", *WORK])
    with open("cli-stdout.jsonl", "w") as out:
        subprocess.run([program, *EVERY_100_MS[1:], "--json", "run", *WORK], stdout=out)
    for name, metadata in [("python-metadata.jsonl", True), ("python-bare.jsonl", False)]:
        denet.execute_with_monitoring(WORK, output_file=name, write_metadata=metadata, quiet=True)
    save()
    mask()


def save():
    """What one monitor writes when it is asked to save, in each of the forms that there are."""
    monitor = denet.ProcessMonitor(WORK, 100, 100, quiet=True)
    monitor.run()
    monitor.save_samples("saved.jsonl", "jsonl")
    monitor.save_samples("saved.json", "json")
    samples = [json.loads(sample) for sample in monitor.get_samples()]
    totals = [sample["aggregated"] for sample in samples]
    denet.save_metrics(totals, "totals.jsonl")
    denet.save_metrics(totals, "totals.json", "json")
    denet.save_metrics(totals, "totals.csv", "csv")
    denet.save_metrics(samples, "saved.csv", "csv")
    roots = denet.load_metrics("cli-root.jsonl")
    denet.save_metrics([root for root in roots if root["kind"] == "sample"], "root.csv", "csv")


def mask():
    """Takes the names of the machine out of the environment's record, and of the interpreter out of the saver's."""
    with open("totals.jsonl") as file:
        saved = file.read().replace(json.dumps(sys.executable), '"/usr/bin/python3"')
    with open("totals.jsonl", "w") as file:
        file.write(saved)
    with open("cli-root.jsonl") as file:
        lines = file.read().splitlines()
    env = json.loads(lines[0])
    env.update(host="shop", cgroup="0::/")
    with open("cli-root.jsonl", "w") as file:
        file.write("\n".join([json.dumps(env, separators=(",", ":")), *lines[1:]]) + "\n")


def expect(name):
    """What denet says of a file. Of a tree it is asked with the totals, since it finds no field in a tree."""
    source = name if not name.endswith(".csv") else {"root.csv": "cli-root.jsonl"}.get(name, "saved.jsonl")
    with open(source) as file:
        text = file.read()
    records = json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]
    whole = [record for record in records if "aggregated" in record or "cpu_usage" in record]
    samples = [record.get("aggregated", record) for record in whole]
    seconds = (samples[-1]["ts_ms"] - samples[0]["ts_ms"]) / 1000
    answers = {
        "get_summary": json.loads(denet.generate_summary_from_metrics_json([json.dumps(r) for r in whole], seconds)),
        "resource_utilization": denet.resource_utilization(samples),
        "aggregate_metrics": denet.aggregate_metrics(samples, 5, "mean"),
        "aggregate_metrics_max": denet.aggregate_metrics(samples, 5, "max"),
        "aggregate_metrics_min": denet.aggregate_metrics(samples, 5, "min"),
    }
    with open(name + ".expected.json", "w") as file:
        json.dump(answers, file, indent=1)
        file.write("\n")


main(sys.argv[1:])
