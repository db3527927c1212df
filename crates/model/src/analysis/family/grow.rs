//! Floor 6. The family of a recording, put together.

use std::cmp::Reverse;

use crate::analysis::summary::{cpu_millis, millis, rounded};
use crate::recording::Recording;
use crate::stats::known_sum;
use crate::units::CpuTime;

use super::gather::{Gathered, Member};
use super::kin::{Kin, Use};
use super::pace::{short_lived, spawned};
use super::path::longest_path;
use super::rollup::RollUps;
use super::shape::{CpuBasis, More, ProcessNode, ProcessTree, Subtree, TreeOptions};

/// Every process of a recording below the one that started it, what each and each subtree used, and what they come to by
/// role, tool, script and command. A recording without processes has an empty list.
pub fn process_tree(recording: &Recording, options: &TreeOptions) -> ProcessTree {
    let gathered = Gathered::from(recording);
    let kin = Kin::of(&gathered.members, &gathered.places, recording.header.root);
    let own: Vec<Use> = gathered.members.iter().map(|member| own(&gathered, member)).collect();
    let totals = kin.totals(&own);
    let known = own.iter().map(|own| own.cpu).fold(None, known_sum);
    let known_ms = cpu_millis(known.unwrap_or_default());
    let rolled = RollUps::of(recording, &gathered, &kin, &own, options.listed);
    let summary = &gathered.summary;
    ProcessTree {
        command: recording.header.command.clone(),
        duration_ms: summary.duration_ms,
        cpu_ms: summary.cpu_ms,
        estimated_cpu_ms: summary.accounting.estimated_cpu_ms,
        unattributed_cpu_ms: summary.cpu_ms.map(|all| rounded((all - known_ms).max(0.0))),
        process_count: gathered.members.len() as u64,
        orphans: kin.orphans,
        processes_peak: summary.processes_peak,
        depth_max: kin.depth.iter().max().copied(),
        spawned: spawned(&gathered, &kin, recording.header.attached),
        short_lived: short_lived(&gathered, &own),
        processes: nodes(&gathered, &kin, &totals, options),
        by_role: rolled.role,
        by_tool: rolled.tool,
        by_script: rolled.script,
        by_command: rolled.command,
        longest_path: longest_path(&gathered, &kin, options.listed),
    }
}

fn own(gathered: &Gathered, member: &Member) -> Use {
    let life = &member.life;
    Use {
        processes: 1,
        cpu: gathered.cpu(member),
        rss: life.rss_seen,
        read: life.read,
        written: life.written,
    }
}

/// The processes that are listed, and at each what hangs below it and is not.
fn nodes(
    gathered: &Gathered,
    kin: &Kin,
    totals: &[Use],
    options: &TreeOptions,
) -> Vec<ProcessNode> {
    let listed = listed(kin, totals, options);
    let mut hidden = vec![Use::default(); kin.order.len()];
    let mut nodes: Vec<ProcessNode> = Vec::new();
    let mut node_of = vec![None; kin.order.len()];
    for place in kin.sorted(options.sort, totals) {
        let above = kin.above[place];
        if listed[place] {
            node_of[place] = Some(nodes.len());
            let node = node(gathered, &gathered.members[place], &totals[place]);
            let above = above.and_then(|above| node_of[above]);
            nodes.push(ProcessNode { above, depth: kin.depth[place], ..node });
        } else if let Some(above) = above.filter(|above| listed[*above]) {
            hidden[above].add(&totals[place]);
        }
    }
    for (place, node) in node_of.iter().enumerate() {
        let Some(node) = node.and_then(|node| nodes.get_mut(node)) else { continue };
        let Use { processes, cpu, .. } = hidden[place];
        node.more = (processes > 0).then(|| More { processes, cpu_ms: cpu.map(cpu_millis) });
    }
    nodes
}

/// Whether each process is listed. No subtree uses more than one that it is a part of, so that whoever is listed stands
/// below one that is; of equals the one nearer to the root goes first.
fn listed(kin: &Kin, totals: &[Use], options: &TreeOptions) -> Vec<bool> {
    let deepest = options.depth.unwrap_or(usize::MAX);
    let mut foremost: Vec<usize> = kin.order.clone();
    foremost.retain(|place| kin.depth[*place] <= deepest);
    if let Some(most) = options.processes {
        foremost.sort_by_key(|place| Reverse(totals[*place].cpu));
        foremost.truncate(most.max(1));
    }
    let mut listed = vec![false; kin.order.len()];
    for place in foremost {
        listed[place] = true;
    }
    listed
}

fn node(gathered: &Gathered, member: &Member, total: &Use) -> ProcessNode {
    let life = &member.life;
    let info = &life.info;
    ProcessNode {
        key: info.key,
        parent: info.parent,
        above: None,
        depth: 0,
        name: info.image.name.clone(),
        role: info.image.role.clone(),
        command: info.image.command.clone(),
        started_ms: millis(info.started),
        ended_ms: member.ended().map(millis),
        exit_code: life.exit_code(),
        signal: life.signal(),
        cpu_ms: gathered.cpu(member).map(cpu_millis),
        cpu_basis: basis(gathered, member),
        rss_peak_bytes: life.peak(gathered.summary.largest_process_bytes),
        rss_seen_bytes: life.rss_seen,
        read_bytes: life.read,
        written_bytes: life.written,
        run_delay_ms: life.run_delay.map(cpu_millis),
        subtree: Subtree {
            processes: total.processes,
            cpu_ms: total.cpu.map(cpu_millis),
            rss_largest_bytes: total.rss,
            read_bytes: total.read,
            written_bytes: total.written,
        },
        more: None,
    }
}

fn basis(gathered: &Gathered, member: &Member) -> CpuBasis {
    let life = &member.life;
    if gathered.share.of(life.unread()) > CpuTime::ZERO {
        return CpuBasis::Estimated;
    }
    match life.cpu {
        None => CpuBasis::Unknown,
        Some(_) if life.cpu_final => CpuBasis::Final,
        Some(_) => CpuBasis::Read,
    }
}
