//! Floor 7. The machine we run on.

use std::{env, fs, thread};

use procmon_model::host::Host;
use procmon_model::units::Bytes;

use crate::linux::procfs::Procfs;
use crate::linux::{parse, syscall};

/// The machine whose processes a procfs shows. What another procfs than ours leaves open is as it is for us, since the
/// kernel is the same.
pub(crate) fn host(procfs: &Procfs) -> Host {
    let of_others = || parse::processors(&fs::read(procfs.path("stat")).ok()?);
    let cpus = if procfs.is_own() { None } else { of_others() };
    let cpus = cpus.or_else(syscall::processors_online);
    Host {
        os: env::consts::OS.to_owned(),
        kernel: release(procfs).or_else(|| release(&Procfs::own())),
        arch: env::consts::ARCH.to_owned(),
        cpus,
        // What confines us does not confine those beyond our own procfs.
        cpus_available: if procfs.is_own() { processors_for_us() } else { cpus },
        memory: memory(procfs).or_else(|| memory(&Procfs::own())),
    }
}

fn release(procfs: &Procfs) -> Option<String> {
    let release = fs::read_to_string(procfs.path("sys/kernel/osrelease")).ok()?;
    Some(release.trim_end().to_owned())
}

/// Affinity counts, and so do the quotas of cgroups of either version, rounded down but never to none.
fn processors_for_us() -> Option<u32> {
    thread::available_parallelism().ok().and_then(|count| u32::try_from(count.get()).ok())
}

fn memory(procfs: &Procfs) -> Option<Bytes> {
    let meminfo = fs::read(procfs.path("meminfo")).ok()?;
    parse::total_memory(&meminfo).map(Bytes::new)
}

/// Whether the kernel counts the time that processes wait for storage.
pub(crate) fn counts_block_delays(procfs: &Procfs) -> bool {
    fs::read(procfs.path("sys/kernel/task_delayacct"))
        .is_ok_and(|setting| setting.starts_with(b"1"))
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
        let host = host(&Procfs::own());
        assert_eq!(host.os, "linux");
        assert_eq!(host.kernel, Some(words_of("uname", &["-r"])));
        assert_eq!(host.arch, words_of("uname", &["-m"]));
        assert_eq!(host.cpus, words_of("getconf", &["_NPROCESSORS_ONLN"]).parse().ok());
        let pages: u64 = words_of("getconf", &["_PHYS_PAGES"]).parse().unwrap();
        assert_eq!(host.memory, Some(Bytes::new(pages * syscall::page_bytes())));
    }

    #[test]
    fn at_least_one_processor_is_ours_and_at_most_all() {
        let host = host(&Procfs::own());
        assert!((1..=host.cpus.unwrap()).contains(&host.cpus_available.unwrap()));
    }
}
