//! Floor 7. The machine we run on.

use std::{env, fs, thread};

use procmon_model::host::Host;
use procmon_model::units::Bytes;

use crate::linux::{parse, syscall};

/// The machine we run on.
pub(crate) fn host() -> Host {
    Host {
        os: env::consts::OS.to_owned(),
        kernel: fs::read_to_string("/proc/sys/kernel/osrelease")
            .ok()
            .map(|release| release.trim_end().to_owned()),
        arch: env::consts::ARCH.to_owned(),
        cpus: syscall::processors_online(),
        // Affinity counts, and so do the quotas of cgroups of either version, rounded down but never to none.
        cpus_available: thread::available_parallelism()
            .ok()
            .and_then(|count| u32::try_from(count.get()).ok()),
        memory: fs::read("/proc/meminfo")
            .ok()
            .and_then(|meminfo| parse::total_memory(&meminfo))
            .map(Bytes::new),
    }
}

/// Whether the kernel counts the time that processes wait for storage.
pub(crate) fn counts_block_delays() -> bool {
    fs::read("/proc/sys/kernel/task_delayacct").is_ok_and(|setting| setting.starts_with(b"1"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn words_of(program: &str, arguments: &[&str]) -> String {
        let output = Command::new(program).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    #[test]
    fn says_of_the_machine_what_other_programs_say() {
        let host = host();
        assert_eq!(host.os, "linux");
        assert_eq!(host.kernel, Some(words_of("uname", &["-r"])));
        assert_eq!(host.arch, words_of("uname", &["-m"]));
        assert_eq!(host.cpus, words_of("getconf", &["_NPROCESSORS_ONLN"]).parse().ok());
        let pages: u64 = words_of("getconf", &["_PHYS_PAGES"]).parse().unwrap();
        assert_eq!(host.memory, Some(Bytes::new(pages * syscall::page_bytes())));
    }

    #[test]
    fn at_least_one_processor_is_ours_and_at_most_all() {
        let host = host();
        assert!((1..=host.cpus.unwrap()).contains(&host.cpus_available.unwrap()));
    }
}
