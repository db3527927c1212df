//! What the kernel lets us have here: the ways to see processes, and our rights.

use std::fs;
use std::os::unix::fs::MetadataExt;

use procmon_model::host::Tier;

/// The number of `CAP_NET_ADMIN` in capabilities(7).
const NET_ADMIN: u32 = 12;

/// One way to see processes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    /// The words that ask for it.
    pub(crate) words: &'static [&'static str],
    /// What it is called.
    pub(crate) tier: Tier,
}

/// The ways that can be had here, every one that should work: who cannot have one is not asked whether it does.
pub(crate) fn ways() -> Vec<Way> {
    let way = |words, tier| Way { words, tier };
    let events = &["--accounting", "events"];
    let mut ways = vec![way(&["--accounting", "poll"], Tier::Poll), way(&["--trace"], Tier::Trace)];
    if events_are_told() {
        ways.push(way(events, Tier::Events));
    }
    if records_are_kept() {
        ways.push(way(&["--accounting", "exact"], Tier::R));
    }
    ways
}

/// Those of them that are told of everybody, however short they live.
pub(crate) fn telling_ways() -> Vec<Way> {
    ways().into_iter().filter(|way| way.tier != Tier::Poll).collect()
}

/// Whether the kernel tells events to everybody: in the initial namespaces, from Linux 6.6 on.
pub(crate) fn events_are_told() -> bool {
    let is_initial = |kind: &str, inode: &str| {
        fs::read_link(format!("/proc/self/ns/{kind}")).unwrap().to_str().unwrap().contains(inode)
    };
    is_initial("pid", "[4026531836]") && is_initial("user", "[4026531837]") && kernel() >= (6, 6)
}

/// Whether we are the user who may do everything.
pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Whether the kernel's records of ends are for us.
fn records_are_kept() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let rights = status.lines().find_map(|line| line.strip_prefix("CapEff:")).unwrap().trim();
    let rights = u64::from_str_radix(rights, 16).unwrap();
    events_are_told() && rights >> NET_ADMIN & 1 == 1
}

/// The first two numbers of the kernel's release.
fn kernel() -> (u32, u32) {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let mut numbers = release.split(|it: char| !it.is_ascii_digit()).map(|it| it.parse().unwrap());
    (numbers.next().unwrap(), numbers.next().unwrap())
}
