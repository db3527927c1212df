"""Reads tables of procmon with DuckDB and with pandas, and says in JSON what each finds in them.

Arguments: the table of samples and the table of processes, as Parquet or as CSV.
"""

import json
import sys

import duckdb
import pandas


def by_duckdb(samples, processes):
    cpu, memory, rss, most, count = duckdb.sql(
        f"select sum(cpuNs), max(memoryBytes), max(rssSumBytes), max(processCount), count(*) from '{samples}'"
    ).fetchall()[0]
    pids, living = duckdb.sql(f"select count(distinct pid), count(*) from '{processes}'").fetchall()[0]
    largest = duckdb.sql(f"select name, rssBytes from '{processes}' order by rssBytes desc, pid limit 1").fetchall()[0]
    return answer(cpu, memory, rss, most, count, pids, living, largest)


def by_pandas(samples, processes):
    read = pandas.read_parquet if samples.endswith(".parquet") else pandas.read_csv
    tree, each = read(samples), read(processes)
    largest = each.sort_values(["rssBytes", "pid"], ascending=[False, True]).iloc[0]
    return answer(
        tree.cpuNs.sum(),
        tree.memoryBytes.max(),
        tree.rssSumBytes.max(),
        tree.processCount.max(),
        len(tree),
        each.pid.nunique(),
        len(each),
        (largest["name"], largest.rssBytes),
    )


def answer(cpu, memory, rss, most, count, pids, living, largest):
    return {
        "cpuNs": int(cpu),
        "memoryPeakBytes": int(memory),
        "rssSumPeakBytes": int(rss),
        "processesPeak": int(most),
        "samples": int(count),
        "pids": int(pids),
        "living": int(living),
        "largest": [largest[0], int(largest[1])],
    }


def header(samples):
    """What a Parquet file says of the run; null of CSV, which says nothing."""
    if not samples.endswith(".parquet"):
        return None
    query = f"select value from parquet_kv_metadata('{samples}') where key = 'procmon'"
    return json.loads(duckdb.sql(query).fetchall()[0][0])


tables = sys.argv[1:3]
print(json.dumps({"duckdb": by_duckdb(*tables), "pandas": by_pandas(*tables), "header": header(tables[0])}))
