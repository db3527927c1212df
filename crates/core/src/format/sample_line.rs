//! Floor 8. A sample's line in the layout that procmon writes, read without asking for the order of its fields.
//!
//! Nearly all of a recording is samples, and a general reader of JSON spends its time on finding out which field comes
//! next. Here the next one is known. Whatever is laid out otherwise is `None`, and for the general reader.

use procmon_model::process::{Count, Counters, Gauges, Growth, ProcessKey, ProcessState};
use procmon_model::sample::{NamedThreads, Net, ProcessUse, Sample};
use procmon_model::units::{Bytes, CpuTime, Elapsed};
use serde::Deserialize;

/// How many bytes a process takes, about; a guess for the room that the list will need.
const PROCESS_BYTES: usize = 512;

const NS_PER_MS: u64 = 1_000_000;

/// What follows the processes where it was asked for.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Tail {
    named_threads: Vec<NamedThreads>,
    departed_net: Option<Net>,
    stray: Option<Net>,
}

/// The sample of a line; `None` where the line is not exactly as procmon lays out a sample.
pub(super) fn sample(line: &[u8]) -> Option<Sample> {
    let mut rest = Rest(line);
    rest.pass(b"{\"type\":\"sample\",\"fromMs\":")?;
    let from = rest.time()?;
    rest.pass(b",\"atMs\":")?;
    let mut sample = Sample {
        from,
        at: rest.time()?,
        cpu: rest.field(b",\"cpuNs\":")?.map(CpuTime::from_nanos),
        departed_cpu: rest.field(b",\"departedCpuNs\":")?.map(CpuTime::from_nanos),
        read: rest.field(b",\"readBytes\":")?.map(Bytes::new),
        written: rest.field(b",\"writtenBytes\":")?.map(Bytes::new),
        rss_sum: rest.field(b",\"rssSumBytes\":")?.map(Bytes::new),
        memory: rest.field(b",\"memoryBytes\":")?.map(Bytes::new),
        pss: rest.field(b",\"pssBytes\":")?.map(Bytes::new),
        thread_count: rest.field(b",\"threadCount\":")?,
        took: rest.field(b",\"tookNs\":")?.map(CpuTime::from_nanos)?,
        ..Sample::default()
    };
    rest.pass(b",\"processes\":[")?;
    sample.processes = rest.processes()?;
    let tail = rest.tail()?;
    let Tail { named_threads, departed_net, stray } = tail;
    Some(Sample { named_threads, departed_net, stray, ..sample })
}

/// What is left of a line.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    /// Passes over what has to come next.
    #[inline]
    fn pass(&mut self, expected: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(expected)?;
        Some(())
    }

    /// A whole number without a sign; none with a leading zero or of more than 64 bits.
    #[inline]
    fn number(&mut self) -> Option<u64> {
        let digit = |byte: &u8| byte.is_ascii_digit().then(|| u64::from(byte - b'0'));
        let mut value = self.0.first().and_then(digit)?;
        let mut length = 1;
        while let Some(next) = self.0.get(length).and_then(digit) {
            // In its first 19 digits a number cannot pass the 64 bits.
            value = if length < 19 {
                value * 10 + next
            } else {
                value.checked_mul(10)?.checked_add(next)?
            };
            length += 1;
        }
        let is_plain = length == 1 || self.0.first() != Some(&b'0');
        self.0 = &self.0[length..];
        is_plain.then_some(value)
    }

    /// A number that may be null, behind its name.
    #[inline]
    #[expect(clippy::option_option, reason = "the outer is whether the line is laid out so")]
    fn field(&mut self, name: &[u8]) -> Option<Option<u64>> {
        self.pass(name)?;
        match self.pass(b"null") {
            Some(()) => Some(None),
            None => self.number().map(Some),
        }
    }

    /// A time in milliseconds, as far as it is exact to the nanosecond.
    fn time(&mut self) -> Option<Elapsed> {
        let whole = self.number().filter(|millis| *millis < 1_000_000_000)? * NS_PER_MS;
        let Some(()) = self.pass(b".") else { return Some(Elapsed::from_nanos(whole)) };
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (fraction, rest) = self.0.split_at(digits);
        if digits == 0 || digits > 6 {
            return None;
        }
        self.0 = rest;
        let millionths = (0..6).fold(0, |sum, place| {
            sum * 10 + fraction.get(place).map_or(0, |digit| u64::from(digit - b'0'))
        });
        Some(Elapsed::from_nanos(whole + millionths))
    }

    fn processes(&mut self) -> Option<Vec<ProcessUse>> {
        if self.pass(b"]").is_some() {
            return Some(Vec::new());
        }
        let mut processes = Vec::with_capacity(self.0.len() / PROCESS_BYTES + 1);
        loop {
            processes.push(self.process()?);
            if self.pass(b",").is_none() {
                self.pass(b"]")?;
                return Some(processes);
            }
        }
    }

    fn process(&mut self) -> Option<ProcessUse> {
        self.pass(b"{\"pid\":")?;
        let pid = u32::try_from(self.number()?).ok()?;
        self.pass(b",\"startTime\":")?;
        let key = ProcessKey { pid, start: self.number()? };
        let process = ProcessUse { key, growth: Growth(self.counters()?), gauges: self.gauges()? };
        self.pass(b"}")?;
        Some(process)
    }

    fn counters(&mut self) -> Option<Counters> {
        Some(Counters {
            cpu: self.field(b",\"cpuNs\":")?.map(CpuTime::from_nanos),
            cpu_user: self.field(b",\"cpuUserNs\":")?.map(CpuTime::from_nanos),
            cpu_system: self.field(b",\"cpuSystemNs\":")?.map(CpuTime::from_nanos),
            faults_minor: self.field(b",\"minorFaults\":")?.map(Count),
            faults_major: self.field(b",\"majorFaults\":")?.map(Count),
            read: self.field(b",\"readBytes\":")?.map(Bytes::new),
            written: self.field(b",\"writtenBytes\":")?.map(Bytes::new),
            read_chars: self.field(b",\"readCharsBytes\":")?.map(Bytes::new),
            written_chars: self.field(b",\"writtenCharsBytes\":")?.map(Bytes::new),
            run_delay: self.field(b",\"runDelayNs\":")?.map(CpuTime::from_nanos),
            block_delay: self.field(b",\"blockDelayNs\":")?.map(CpuTime::from_nanos),
            switches_voluntary: self.field(b",\"voluntarySwitches\":")?.map(Count),
            switches_forced: self.field(b",\"forcedSwitches\":")?.map(Count),
            net_received: self.field(b",\"netRxBytes\":")?.map(Bytes::new),
            net_sent: self.field(b",\"netTxBytes\":")?.map(Bytes::new),
        })
    }

    fn gauges(&mut self) -> Option<Gauges> {
        Some(Gauges {
            rss: self.field(b",\"rssBytes\":")?.map(Bytes::new),
            rss_peak: self.field(b",\"rssPeakBytes\":")?.map(Bytes::new),
            shared: self.field(b",\"sharedBytes\":")?.map(Bytes::new),
            pss: self.field(b",\"pssBytes\":")?.map(Bytes::new),
            swap: self.field(b",\"swapBytes\":")?.map(Bytes::new),
            virtual_size: self.field(b",\"virtualBytes\":")?.map(Bytes::new),
            threads: self.small(b",\"threads\":")?,
            fds: self.small(b",\"fds\":")?,
            state: self.state()?,
        })
    }

    #[expect(clippy::option_option, reason = "the outer is whether the line is laid out so")]
    fn small(&mut self, name: &[u8]) -> Option<Option<u32>> {
        self.field(name)?.map_or(Some(None), |value| u32::try_from(value).ok().map(Some))
    }

    #[expect(clippy::option_option, reason = "the outer is whether the line is laid out so")]
    fn state(&mut self) -> Option<Option<ProcessState>> {
        const STATES: [(&[u8], Option<ProcessState>); 6] = [
            (b"\"sleeping\"", Some(ProcessState::Sleeping)),
            (b"\"running\"", Some(ProcessState::Running)),
            (b"\"waiting\"", Some(ProcessState::Waiting)),
            (b"\"stopped\"", Some(ProcessState::Stopped)),
            (b"\"zombie\"", Some(ProcessState::Zombie)),
            (b"null", None),
        ];
        self.pass(b",\"state\":")?;
        let (word, state) = STATES.into_iter().find(|(word, _)| self.0.starts_with(word))?;
        self.0 = &self.0[word.len()..];
        Some(state)
    }

    /// The end of the line, and what stands between the processes and it.
    fn tail(&self) -> Option<Tail> {
        let rest = self.0.trim_ascii_end();
        if rest == b"}" {
            return Some(Tail::default());
        }
        let fields = rest.strip_prefix(b",")?;
        if fields.first() != Some(&b'"') {
            return None;
        }
        serde_json::from_slice(&[b"{", fields].concat()).ok()
    }
}

#[cfg(test)]
mod tests {
    use procmon_model::record::Record;
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::format::jsonl;

    const STATES: [ProcessState; 6] = [
        ProcessState::Running,
        ProcessState::Sleeping,
        ProcessState::Waiting,
        ProcessState::Stopped,
        ProcessState::Zombie,
        ProcessState::Other,
    ];

    fn number() -> impl Strategy<Value = Option<u64>> {
        prop_oneof![Just(None), any::<u64>().prop_map(Some), (0_u64..12).prop_map(Some)]
    }

    fn process() -> impl Strategy<Value = ProcessUse> {
        let counts = proptest::collection::vec(number(), 15);
        let amounts = proptest::collection::vec(number(), 6);
        let state = proptest::option::of(proptest::sample::select(&STATES[..]));
        let key = (any::<u32>(), any::<u64>());
        (key, counts, amounts, any::<[Option<u32>; 2]>(), state).prop_map(
            |((pid, start), counts, amounts, [threads, fds], state)| {
                let mut line = serde_json::json!({ "pid": pid, "startTime": start });
                let names = procmon_model::metrics::CATALOGUE.iter().map(|metric| metric.name);
                for (name, value) in names.zip(counts.into_iter().chain(amounts)) {
                    line[name] = value.into();
                }
                line["threads"] = threads.into();
                line["fds"] = fds.into();
                line["state"] = serde_json::to_value(state).unwrap();
                serde_json::from_value(line).unwrap()
            },
        )
    }

    prop_compose! {
        fn any_sample()(
            from in 0_u64..4_000_000_000_000_000,
            took in 0_u64..10_000_000_000,
            totals in proptest::collection::vec(number(), 8),
            processes in proptest::collection::vec(process(), 0..4),
            threads in proptest::collection::vec(("[a-z\"]{0,3}", any::<u32>()), 0..2),
            stray in proptest::option::of(any::<(u64, u64)>()),
        ) -> Sample {
            let bytes = |at: usize| totals[at].map(Bytes::new);
            let key = ProcessKey { pid: 1, start: 2 };
            Sample {
                from: Elapsed::from_nanos(from),
                at: Elapsed::from_nanos(from + took),
                cpu: totals[0].map(CpuTime::from_nanos),
                departed_cpu: totals[1].map(CpuTime::from_nanos),
                read: bytes(2),
                written: bytes(3),
                rss_sum: bytes(4),
                memory: bytes(5),
                pss: bytes(6),
                thread_count: totals[7],
                took: CpuTime::from_nanos(took),
                processes,
                named_threads: threads
                    .into_iter()
                    .map(|(name, count)| NamedThreads { key, name, count, cpu: CpuTime::ZERO })
                    .collect(),
                departed_net: None,
                stray: stray.map(|(received, sent)| Net {
                    received: Bytes::new(received),
                    sent: Bytes::new(sent),
                }),
            }
        }
    }

    fn line(sample: &Sample) -> Vec<u8> {
        let mut line = Vec::new();
        jsonl::encode(&Record::Sample(sample.clone()), &mut line).unwrap();
        line
    }

    /// The same object with its fields in another order, and so are those of the objects in it.
    fn turned(value: &Value, by: usize) -> String {
        match value {
            Value::Object(fields) => {
                let mut fields: Vec<_> = fields.iter().collect();
                let by = by % fields.len().max(1);
                fields.rotate_left(by);
                let fields = fields.iter().map(|(name, value)| {
                    format!("{}: {}", Value::from(name.as_str()), turned(value, by))
                });
                format!("{{{}}}", fields.collect::<Vec<_>>().join(" ,"))
            }
            Value::Array(values) => {
                let values = values.iter().map(|value| turned(value, by));
                format!("[{}]", values.collect::<Vec<_>>().join(","))
            }
            other => other.to_string(),
        }
    }

    /// The general reader, which asks nothing of the order of fields.
    fn generally(line: &[u8]) -> Option<Record> {
        serde_json::from_slice(line).ok()
    }

    proptest! {
        #[test]
        fn a_sample_as_it_is_written_takes_the_short_way(sample in any_sample()) {
            let line = line(&sample);
            let expected = generally(&line);
            prop_assert_eq!(expected.as_ref(), Some(&Record::Sample(sample.clone())));
            let is_other = |used: &ProcessUse| used.gauges.state == Some(ProcessState::Other);
            if sample.at < Elapsed::from_millis(1_000_000_000)
                && !sample.processes.iter().any(is_other)
            {
                prop_assert_eq!(super::sample(&line), Some(sample));
            }
            prop_assert_eq!(jsonl::decode(&line).ok(), expected);
        }

        #[test]
        fn any_order_of_fields_gives_the_same(sample in any_sample(), by in any::<usize>()) {
            let value: Value = serde_json::from_slice(&line(&sample)).unwrap();
            let turned = turned(&value, by);
            prop_assert_eq!(jsonl::decode(turned.as_bytes()).ok(), generally(turned.as_bytes()));
        }

        #[test]
        fn a_line_with_other_bytes_in_it_is_read_as_in_general(
            sample in any_sample(), at in any::<prop::sample::Index>(),
            bytes in "[-0-9a-z{}\\[\\],:.\"+ ]{0,2}", removed in 0_usize..3,
        ) {
            let mut line = line(&sample);
            let at = at.index(line.len());
            let end = (at + removed).min(line.len());
            line.splice(at..end, bytes.bytes());
            prop_assert_eq!(jsonl::decode(&line).ok(), generally(&line));
        }
    }

    #[test]
    fn a_number_that_json_does_not_know_is_none() {
        let value = |text: &str| Rest(text.as_bytes()).number();
        assert_eq!(value("18446744073709551615,"), Some(u64::MAX));
        assert_eq!((value("18446744073709551616"), value("184467440737095516150")), (None, None));
        assert_eq!(
            (value("0"), value("00"), value("01"), value("-1"), value("")),
            (Some(0), None, None, None, None)
        );
    }
}
