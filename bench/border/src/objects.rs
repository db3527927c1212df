//! Floor 12. Samples as objects of JavaScript that are built one by one across the border, in each way that Node's C API has.

use std::ffi::CStr;

use napi::Result;
use procmon_model::process::{Count, ProcessState};
use procmon_model::sample::{ProcessUse, Sample};
use procmon_model::units::{Bytes, CpuTime};

use crate::napi_calls::{Border, Keys, Value};

/// The members of a sample, in the order of a record.
const SAMPLE: [&CStr; 13] = [
    c"type",
    c"fromMs",
    c"atMs",
    c"cpuNs",
    c"departedCpuNs",
    c"readBytes",
    c"writtenBytes",
    c"rssSumBytes",
    c"memoryBytes",
    c"pssBytes",
    c"threadCount",
    c"tookNs",
    c"processes",
];

/// The members of a process in it, likewise.
const PROCESS: [&CStr; 26] = [
    c"pid",
    c"startTime",
    c"cpuNs",
    c"cpuUserNs",
    c"cpuSystemNs",
    c"minorFaults",
    c"majorFaults",
    c"readBytes",
    c"writtenBytes",
    c"readCharsBytes",
    c"writtenCharsBytes",
    c"runDelayNs",
    c"blockDelayNs",
    c"voluntarySwitches",
    c"forcedSwitches",
    c"netRxBytes",
    c"netTxBytes",
    c"rssBytes",
    c"rssPeakBytes",
    c"sharedBytes",
    c"pssBytes",
    c"swapBytes",
    c"virtualBytes",
    c"threads",
    c"fds",
    c"state",
];

/// How the members come into an object.
#[derive(Clone, Copy)]
pub(crate) enum Way {
    /// `napi_set_named_property`: each name is made a string anew.
    Named,
    /// `napi_set_property`, with names that were made once.
    Keyed,
    /// `napi_define_properties`, all members with one call, as `#[napi(object)]` does it: each name is made a string anew.
    Declared,
    /// The same with names that were made once.
    Defined,
    /// A JavaScript function for samples and one for processes, called with all members.
    Called(Value, Value),
}

/// Builds objects in one way during one call.
pub(crate) struct Builder {
    border: Border,
    way: Way,
    null: Value,
    kind: Value,
    states: [Value; 6],
    sample_keys: [Value; SAMPLE.len()],
    process_keys: [Value; PROCESS.len()],
}

impl Builder {
    pub(crate) fn new(border: Border, way: Way) -> Result<Self> {
        let null = border.null()?;
        let mut sample_keys = [null; SAMPLE.len()];
        let mut process_keys = [null; PROCESS.len()];
        for (slot, name) in
            sample_keys.iter_mut().zip(SAMPLE).chain(process_keys.iter_mut().zip(PROCESS))
        {
            *slot = border.word(name)?;
        }
        let mut states = [null; 6];
        let words = [c"running", c"sleeping", c"waiting", c"stopped", c"zombie", c"other"];
        for (slot, word) in states.iter_mut().zip(words) {
            *slot = border.word(word)?;
        }
        let kind = border.word(c"sample")?;
        Ok(Self { border, way, null, kind, states, sample_keys, process_keys })
    }

    /// An array of an object for each sample.
    pub(crate) fn array(&self, samples: &[Sample]) -> Result<Value> {
        let array = self.border.array(samples.len())?;
        for (index, sample) in (0..).zip(samples) {
            self.border.in_scope(|| self.border.set_element(array, index, self.sample(sample)?))?;
        }
        Ok(array)
    }

    fn sample(&self, sample: &Sample) -> Result<Value> {
        let processes = self.border.array(sample.processes.len())?;
        for (index, process) in (0..).zip(&sample.processes) {
            self.border.set_element(processes, index, self.process(process)?)?;
        }
        let number = |number| self.border.number(number);
        let values = [
            self.kind,
            number(sample.from.as_millis())?,
            number(sample.at.as_millis())?,
            self.time(sample.cpu)?,
            self.time(sample.departed_cpu)?,
            self.bytes(sample.read)?,
            self.bytes(sample.written)?,
            self.bytes(sample.rss_sum)?,
            self.bytes(sample.memory)?,
            self.bytes(sample.pss)?,
            self.whole(sample.thread_count)?,
            number(sample.took.as_nanos() as f64)?,
            processes,
        ];
        self.object(&SAMPLE, &self.sample_keys, &values)
    }

    fn process(&self, process: &ProcessUse) -> Result<Value> {
        let (growth, gauges) = (&process.growth.0, &process.gauges);
        let values = [
            self.whole(Some(process.key.pid.into()))?,
            self.whole(Some(process.key.start))?,
            self.time(growth.cpu)?,
            self.time(growth.cpu_user)?,
            self.time(growth.cpu_system)?,
            self.count(growth.faults_minor)?,
            self.count(growth.faults_major)?,
            self.bytes(growth.read)?,
            self.bytes(growth.written)?,
            self.bytes(growth.read_chars)?,
            self.bytes(growth.written_chars)?,
            self.time(growth.run_delay)?,
            self.time(growth.block_delay)?,
            self.count(growth.switches_voluntary)?,
            self.count(growth.switches_forced)?,
            self.bytes(growth.net_received)?,
            self.bytes(growth.net_sent)?,
            self.bytes(gauges.rss)?,
            self.bytes(gauges.rss_peak)?,
            self.bytes(gauges.shared)?,
            self.bytes(gauges.pss)?,
            self.bytes(gauges.swap)?,
            self.bytes(gauges.virtual_size)?,
            self.whole(gauges.threads.map(u64::from))?,
            self.whole(gauges.fds.map(u64::from))?,
            self.state(gauges.state),
        ];
        self.object(&PROCESS, &self.process_keys, &values)
    }

    fn object(&self, names: &[&CStr], keys: &[Value], values: &[Value]) -> Result<Value> {
        if let Way::Called(for_sample, for_process) = self.way {
            let function = if names.len() == SAMPLE.len() { for_sample } else { for_process };
            return self.border.call(function, values);
        }
        let object = self.border.object()?;
        match self.way {
            Way::Named => names
                .iter()
                .zip(values)
                .try_for_each(|(name, value)| self.border.set_named(object, name, *value))?,
            Way::Keyed => keys
                .iter()
                .zip(values)
                .try_for_each(|(key, value)| self.border.set(object, *key, *value))?,
            Way::Declared => self.border.define(object, Keys::Named(names), values)?,
            _ => self.border.define(object, Keys::Made(keys), values)?,
        }
        Ok(object)
    }

    fn time(&self, time: Option<CpuTime>) -> Result<Value> {
        self.whole(time.map(CpuTime::as_nanos))
    }

    fn bytes(&self, bytes: Option<Bytes>) -> Result<Value> {
        self.whole(bytes.map(Bytes::get))
    }

    fn count(&self, count: Option<Count>) -> Result<Value> {
        self.whole(count.map(|Count(count)| count))
    }

    fn whole(&self, number: Option<u64>) -> Result<Value> {
        number.map_or(Ok(self.null), |number| self.border.number(number as f64))
    }

    fn state(&self, state: Option<ProcessState>) -> Value {
        let [running, sleeping, waiting, stopped, zombie, other] = self.states;
        match state {
            None => self.null,
            Some(ProcessState::Running) => running,
            Some(ProcessState::Sleeping) => sleeping,
            Some(ProcessState::Waiting) => waiting,
            Some(ProcessState::Stopped) => stopped,
            Some(ProcessState::Zombie) => zombie,
            Some(ProcessState::Other) => other,
        }
    }
}
