//! Floor 11. The families of figures, which a group, a process and a run have alike but for their prefix.

/// The rows of all figures under a prefix, told of whom.
macro_rules! figures {
    ($prefix:literal, $whose:literal) => {
        &[
            counter(
                concat!($prefix, "_cpu_seconds_total"),
                concat!("Processor time used by ", $whose, "."),
                Unit::Seconds,
                &["mode"],
                Split(&[("user", cpu_user), ("system", cpu_system)]),
            ),
            gauge(
                concat!($prefix, "_resident_memory_bytes"),
                concat!("Resident memory of ", $whose, ", shared pages once for each process."),
                Unit::Bytes,
                &[],
                One(rss),
            ),
            gauge(
                concat!($prefix, "_proportional_memory_bytes"),
                concat!(
                    "Resident memory of ",
                    $whose,
                    ", each page divided by the number of processes that map it."
                ),
                Unit::Bytes,
                &[],
                One(pss),
            ),
            gauge(
                concat!($prefix, "_unique_memory_bytes"),
                concat!("Resident memory of ", $whose, " that is shared with no other process."),
                Unit::Bytes,
                &[],
                One(unique),
            ),
            gauge(
                concat!($prefix, "_swap_bytes"),
                concat!("Memory of ", $whose, " that was moved out to swap."),
                Unit::Bytes,
                &[],
                One(swap),
            ),
            gauge(
                concat!($prefix, "_virtual_memory_bytes"),
                concat!("Address space of ", $whose, "."),
                Unit::Bytes,
                &[],
                One(virtual_size),
            ),
            counter(
                concat!($prefix, "_io_bytes_total"),
                concat!("Bytes that ", $whose, " fetched from storage and sent towards it."),
                Unit::Bytes,
                &["direction"],
                Split(&[("read", read), ("write", written)]),
            ),
            counter(
                concat!($prefix, "_syscall_io_bytes_total"),
                concat!(
                    "Bytes that ",
                    $whose,
                    " passed by read, write and their like, from and to anything."
                ),
                Unit::Bytes,
                &["direction"],
                Split(&[("read", read_chars), ("write", written_chars)]),
            ),
            counter(
                concat!($prefix, "_network_bytes_total"),
                concat!("Bytes that ", $whose, " received and sent over TCP."),
                Unit::Bytes,
                &["direction"],
                Split(&[("receive", net_received), ("transmit", net_sent)]),
            ),
            gauge(
                concat!($prefix, "_threads"),
                concat!("Threads of ", $whose, "."),
                Unit::None,
                &[],
                One(threads),
            ),
            gauge(
                concat!($prefix, "_open_fds"),
                concat!("Open file descriptors of ", $whose, "."),
                Unit::None,
                &[],
                One(fds),
            ),
            counter(
                concat!($prefix, "_context_switches_total"),
                concat!("How often the first threads of ", $whose, " left their processor."),
                Unit::None,
                &["type"],
                Split(&[("voluntary", switches_voluntary), ("involuntary", switches_forced)]),
            ),
            counter(
                concat!($prefix, "_page_faults_total"),
                concat!("Page faults of ", $whose, "; major ones waited for storage."),
                Unit::None,
                &["type"],
                Split(&[("minor", faults_minor), ("major", faults_major)]),
            ),
            gauge(
                concat!($prefix, "_start_time_seconds"),
                concat!(
                    "When the oldest living process of ",
                    $whose,
                    " started, in seconds since 1970."
                ),
                Unit::Seconds,
                &[],
                One(started_seconds),
            ),
        ]
    };
}

pub(super) use figures;
