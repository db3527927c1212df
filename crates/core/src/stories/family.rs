//! Floor 9. Stories of families: who started whom, and what it came to.

use procmon_model::analysis::family::{CpuBasis, ProcessNode, TreeOptions, process_tree};
use procmon_model::event::{Ending, LastKnown};
use procmon_model::fake::Story;

use super::told::{fixed, ms, play};

#[test]
fn a_family_that_was_watched_adds_up_to_what_the_kernel_counted() {
    let mut story = Story::of(&["npm", "run", "build"]);
    let shell = story.spawn(20, 1, &["sh", "-c", "tsc && vite build"]);
    let tsc = story.spawn(40, shell, &["node", "/app/node_modules/.bin/tsc"]);
    story.work(tsc, 40, 640, 1000).hold(50, tsc, 300 << 20, 0).end(650, tsc, Ending::Code(0));
    let git = story.spawn(660, shell, &["git", "describe"]);
    story.work(git, 660, 680, 1000).end(680, git, Ending::Code(0));
    let vite = story.spawn(690, shell, &["node", "/app/node_modules/.bin/vite", "build"]);
    story.work(vite, 690, 1090, 500).end(1100, vite, Ending::Code(0));
    story.end(1110, shell, Ending::Code(0)).work(1, 0, 20, 1000).end(1120, 1, Ending::Code(0));
    for (pid, cpu) in [(shell, 0), (tsc, 600), (vite, 200)] {
        let told = LastKnown { cpu: Some(ms(cpu)), cpu_final: true, ..LastKnown::default() };
        story.tell(pid, told);
    }
    let told = play(story, &fixed(100));
    let (summary, tree) =
        (told.summary(), process_tree(&told.recording(), &TreeOptions::default()));
    let line = |node: &ProcessNode| (node.role.clone().unwrap(), node.depth, node.cpu_ms);
    let lines: Vec<_> = tree.processes.iter().map(line).collect();
    let expected = [
        ("npm run build".to_owned(), 0, Some(20.0)),
        ("sh: tsc && vite build".to_owned(), 1, Some(0.0)),
        ("tsc".to_owned(), 2, Some(600.0)),
        ("git".to_owned(), 2, Some(20.0)),
        ("vite build".to_owned(), 2, Some(200.0)),
    ];
    assert_eq!(lines, expected);
    assert_eq!(tree.processes[3].cpu_basis, CpuBasis::Estimated);
    assert_eq!((tree.cpu_ms, tree.unattributed_cpu_ms), (summary.cpu_ms, Some(0.0)));
    assert_eq!(tree.processes[0].subtree.cpu_ms, summary.cpu_ms);
    assert_eq!(tree.estimated_cpu_ms.to_bits(), summary.accounting.estimated_cpu_ms.to_bits());
    let script = &tree.by_script.groups[0];
    assert_eq!((script.label.as_str(), script.processes), ("build", 5));
    let path = tree.longest_path.unwrap();
    let own: Vec<_> = path.links.iter().map(|link| (link.key.pid, link.own_ms)).collect();
    assert_eq!(own, [(1, 30.0), (2, 50.0), (3, 610.0), (4, 20.0), (5, 410.0)]);
    assert_eq!(path.wall_ms.to_bits(), 1120f64.to_bits());
}
