//! Floor 12. The addon of the benchmark `border`: the same samples as text, as procmon's own addon hands them over, and as objects.
//!
//! It is built for the benchmark alone and belongs to no package.

mod napi_calls;
mod objects;
mod samples;

use std::thread;

use napi::bindgen_prelude::{Env, FromNapiValue, Unknown};
use napi::{Error, JsValue, Result};
use napi_derive::napi;
use procmon_core::sink::{Queue, Receiver, queue};
use procmon_model::ports::Sink;
use procmon_model::record::Record;
use procmon_model::sample::Sample;

use crate::napi_calls::Border;
use crate::objects::{Builder, Way};

/// Samples in batches, each of which can be fetched as text once and as objects again and again.
#[napi]
pub struct Feed {
    samples: Vec<Sample>,
    /// How many samples a batch has.
    size: usize,
    /// A queue for each batch.
    queues: Vec<(Queue, Receiver)>,
}

#[napi]
impl Feed {
    /// That many batches of that many samples of that many processes.
    #[napi(constructor, catch_unwind)]
    pub fn new(batches: u32, size: u32, processes: u32) -> Self {
        let samples = samples::samples(batches * size, processes);
        let size = size as usize;
        let queues = (0..batches).map(|_| queue(size, || {})).collect();
        Self { samples, size, queues }
    }

    /// Has another thread write each batch into its queue, as the thread of a session does.
    #[napi(catch_unwind)]
    pub fn write(&mut self) {
        let Self { samples, size, queues } = self;
        thread::scope(|scope| {
            scope.spawn(|| {
                for (batch, (queue, _)) in samples.chunks(*size).zip(queues) {
                    for sample in batch {
                        queue.write(&Record::Sample(sample.clone()));
                    }
                }
            });
        });
    }

    /// A portion of the lines of a batch that were written since the last time, in the way of procmon's own addon.
    #[napi(catch_unwind)]
    pub fn drain(&self, batch: u32) -> Result<String> {
        let mut text = Vec::new();
        let (_, receiver) = self.queues.get(batch as usize).ok_or_else(no_such_batch)?;
        receiver.drain(&mut text);
        String::from_utf8(text).map_err(|error| Error::from_reason(error.to_string()))
    }

    /// A batch as objects, each member set by its name.
    #[napi(catch_unwind)]
    pub fn named<'env>(&self, env: &'env Env, batch: u32) -> Result<Unknown<'env>> {
        self.objects(env, batch, Way::Named)
    }

    /// The same with names that are made once.
    #[napi(catch_unwind)]
    pub fn keyed<'env>(&self, env: &'env Env, batch: u32) -> Result<Unknown<'env>> {
        self.objects(env, batch, Way::Keyed)
    }

    /// The same with all members of an object declared at once, by their names.
    #[napi(catch_unwind)]
    pub fn declared<'env>(&self, env: &'env Env, batch: u32) -> Result<Unknown<'env>> {
        self.objects(env, batch, Way::Declared)
    }

    /// The same with all members of an object declared at once and names that are made once.
    #[napi(catch_unwind)]
    pub fn defined<'env>(&self, env: &'env Env, batch: u32) -> Result<Unknown<'env>> {
        self.objects(env, batch, Way::Defined)
    }

    /// The same by functions of JavaScript that are called with all members of an object.
    #[napi(catch_unwind)]
    pub fn called<'env>(
        &self,
        env: &'env Env,
        batch: u32,
        for_sample: Unknown<'env>,
        for_process: Unknown<'env>,
    ) -> Result<Unknown<'env>> {
        self.objects(env, batch, Way::Called(for_sample.raw(), for_process.raw()))
    }
}

impl Feed {
    fn objects<'env>(&self, env: &'env Env, batch: u32, way: Way) -> Result<Unknown<'env>> {
        let samples =
            self.samples.chunks(self.size).nth(batch as usize).ok_or_else(no_such_batch)?;
        let array = Builder::new(Border::of(*env), way)?.array(samples)?;
        // SAFETY: the array was made in the scope of this call.
        unsafe { Unknown::from_napi_value(env.raw(), array) }
    }
}

/// Nanoseconds of processor time that the calling thread has used.
#[napi(catch_unwind)]
pub fn thread_cpu_ns() -> Result<f64> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a timespec of ours that the kernel fills.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    if result != 0 {
        return Err(Error::from_reason(std::io::Error::last_os_error().to_string()));
    }
    Ok(time.tv_sec as f64 * 1e9 + time.tv_nsec as f64)
}

fn no_such_batch() -> Error {
    Error::from_reason("there is no such batch")
}
