"""Records a command with denet, and says in JSON what denet's own functions return of the recording.

Arguments: `ProcessMonitor` or `execute_with_monitoring`, the path of the recording, and the words of the command.
"""

import json
import sys

import denet


def record(how, path, command):
    """The first has intervals that grow, and writes no line about the command; the second is the other way round."""
    if how == "ProcessMonitor":
        denet.ProcessMonitor(command, 100, 1000, output_file=path, quiet=True).run()
    else:
        denet.execute_with_monitoring(command, output_file=path, write_metadata=True, quiet=True)


def main(how, path, *command):
    record(how, path, list(command))
    # denet finds no field in a tree, so it is asked of the tree's totals.
    totals = [tree["aggregated"] for tree in denet.load_metrics(path) if "aggregated" in tree]
    answers = {
        "version": denet.__version__,
        "summary": json.loads(denet.generate_summary_from_file(path)),
        "use": denet.resource_utilization(totals),
        "windows": {method: denet.aggregate_metrics(totals, 5, method) for method in ["mean", "max", "min"]},
    }
    print(json.dumps(answers))


main(*sys.argv[1:])
