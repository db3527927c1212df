//! Whatever denet may have written, each process that a sample shows has begun and not ended, stands in it once, and
//! no time goes back.

#![no_main]

use std::collections::BTreeSet;

use procmon_fuzz::read;
use procmon_model::event::ProcessEvent;
use procmon_model::process::ProcessKey;
use procmon_model::record::Record;
use procmon_model::units::Elapsed;

/// Stand before bytes that are no recording themselves: those of lines, of an array and of a table.
const BEGINS: [&[u8]; 3] = [
    b"{\"kind\":\"exit\",\"ts_ms\":1}\n",
    b"[{\"ts_ms\":1,\"cpu_usage\":0},",
    b"ts_ms,cpu_usage,kind,parent,children,aggregated\n",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some((_, records)) = read(bytes) {
        return check(&records);
    }
    for begin in BEGINS {
        let text = [begin, bytes].concat();
        let (_, records) = read(&text).expect("nothing that follows keeps it from loading");
        check(&records);
    }
});

fn check(records: &[Record]) {
    let is_denets = matches!(records.first(), Some(Record::Event(ProcessEvent::Started { process, .. })) if process.key.start == 0);
    if !is_denets {
        return;
    }
    let mut living: BTreeSet<ProcessKey> = BTreeSet::new();
    let mut at = Elapsed::ZERO;
    for record in records {
        match record {
            Record::Event(ProcessEvent::Started { process, .. }) => {
                assert!(living.insert(process.key), "it begins twice");
            }
            Record::Event(ProcessEvent::Ended { key, .. }) => {
                assert!(living.remove(key), "it ends and never began");
            }
            Record::Sample(sample) => {
                assert!(at <= sample.from && sample.from <= sample.at, "time goes back");
                at = sample.at;
                let shown: BTreeSet<_> = sample.processes.iter().map(|used| used.key).collect();
                assert_eq!(shown.len(), sample.processes.len(), "it is shown twice");
                assert!(shown.is_subset(&living), "it is shown and does not live");
            }
            _ => {}
        }
    }
}
