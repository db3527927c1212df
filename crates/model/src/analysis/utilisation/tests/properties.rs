//! Floor 6. What holds for every recording.

use proptest::prelude::*;

use super::told::Told;
use crate::analysis::utilisation::Level;
use crate::process::Counters;
use crate::record::Record;
use crate::units::{Bytes, CpuTime, Elapsed};

/// One step of a session.
#[derive(Debug, Clone)]
enum Step {
    Start(u32),
    End(u32, Option<u64>),
    /// A length, a hole before it, what three processes used, and what the dead did; some of it unknown.
    Sample(u64, u64, [u64; 3], u64, u8),
    Over(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let pid = 1..6u32;
    let cpu = prop_oneof![5 => 0..200u64, 1 => Just(1u64 << 40)];
    let length = prop_oneof![1 => Just(0u64), 6 => 1..300u64, 1 => 1000..90_000u64];
    let hole = prop_oneof![6 => Just(0u64), 1 => 1..5000u64];
    let uses = [cpu.clone(), cpu.clone(), cpu.clone()];
    prop_oneof![
        1 => pid.clone().prop_map(Step::Start),
        1 => (pid, proptest::option::of(0..500u64)).prop_map(|(pid, cpu)| Step::End(pid, cpu)),
        8 => (length, hole, uses, cpu, any::<u8>())
            .prop_map(|(length, hole, uses, departed, unknown)| Step::Sample(length, hole, uses, departed, unknown)),
        1 => (0..5000u64).prop_map(Step::Over),
    ]
}

fn play(told: &mut Told, step: &Step) {
    match step {
        Step::Start(pid) => told.start(told.now, *pid, &format!("role {pid}")),
        Step::End(pid, cpu) => told.end(told.now, *pid, *cpu),
        Step::Sample(length, hole, uses, departed, unknown) => {
            told.now += hole;
            let uses: Vec<_> = (1..).zip(uses).map(|(pid, cpu)| (pid, *cpu, cpu * 7)).collect();
            told.sample(*length, &uses, *departed);
            let Some(Record::Sample(sample)) = told.recording.records.last_mut() else { return };
            let is = |bit: u8| unknown & (1 << bit) != 0;
            sample.read = is(0).then(|| Bytes::new(departed * 9));
            sample.memory = sample.memory.filter(|_| is(1) || is(2));
            sample.cpu = sample.cpu.filter(|_| is(3) || is(4));
            sample.departed_cpu = sample.departed_cpu.filter(|_| is(5) || is(6));
            if is(0) && is(4) && is(7) {
                sample.processes[0].growth.0 = Counters::default();
                sample.from = Elapsed::from_millis(told.now.saturating_sub(700));
                sample.rss_sum = None;
            }
        }
        Step::Over(cpu) => told.over(*cpu),
    }
}

fn sum_to_one(levels: &[Level]) -> bool {
    let sum: f64 = levels.iter().map(|level| level.share).sum();
    levels.is_empty() || (sum - 1.0).abs() < 1e-9
}

proptest! {
    #[test]
    fn shares_sum_to_one_phases_have_no_gaps_and_nothing_is_not_a_number(
        steps in proptest::collection::vec(step(), 0..60), cpus in 0..9u32
    ) {
        let mut told = Told::on(cpus);
        for step in &steps {
            play(&mut told, step);
        }
        let answer = told.utilisation();
        let said = format!("{answer:?}");
        prop_assert!(!said.contains("NaN") && !said.contains("inf"), "{}", said);
        prop_assert!(sum_to_one(&answer.concurrency.by_cores));
        prop_assert!(sum_to_one(&answer.concurrency.by_processes));
        prop_assert!(answer.covered_ms <= answer.duration_ms + 1e-6);
        let shares = [answer.cpu.full_load_share, answer.cpu.nearly_idle_share, answer.concurrency.one_process_share];
        prop_assert!(shares.into_iter().flatten().all(|share| (0.0..=1.0 + 1e-9).contains(&share)));
        if let Some(tail) = &answer.concurrency.serial_tail {
            prop_assert!((tail.from_ms + tail.duration_ms - answer.duration_ms).abs() < 1e-3);
            prop_assert!(tail.share > 0.0 && tail.share <= 1.0 + 1e-9);
        }
        prop_assert_eq!(answer.phases.is_empty(), answer.covered_ms == 0.0);
        prop_assert!(answer.phases.len() <= 6);
        let mut at = 0f64;
        for phase in &answer.phases {
            prop_assert_eq!(phase.from_ms.to_bits(), at.to_bits());
            prop_assert!(phase.at_ms > at);
            at = phase.at_ms;
            prop_assert!(phase.roles.iter().map(|role| role.share).sum::<f64>() <= 1.0 + 1e-9);
        }
        let started = steps.iter().filter(|step| matches!(step, Step::Start(_))).count() as u64;
        if !answer.phases.is_empty() {
            prop_assert_eq!(at.to_bits(), answer.duration_ms.to_bits());
            prop_assert_eq!(answer.phases.iter().map(|it| it.processes_started).sum::<u64>(), started);
        }
    }

    #[test]
    fn what_samples_say_of_the_load_is_what_they_hold(loads in proptest::collection::vec((1..500u64, 0..2000u64), 1..40)) {
        let mut told = Told::on(64);
        for (length, cpu) in &loads {
            told.sample(*length, &[(1, *cpu, 5)], 0);
        }
        let answer = told.utilisation();
        let wall: u64 = loads.iter().map(|(length, _)| length).sum();
        let cpu: CpuTime = loads.iter().map(|(_, cpu)| CpuTime::from_millis(*cpu)).sum();
        prop_assert!((answer.cpu.cores.mean.unwrap() - cpu.as_millis() / wall as f64).abs() < 1e-6);
        prop_assert!((answer.covered_ms - wall as f64).abs() < 1e-6);
        let of_phases: f64 = answer.phases.iter().flat_map(|phase| &phase.roles).map(|role| role.cpu_ms).sum();
        prop_assert!((of_phases - cpu.as_millis()).abs() < 1e-6);
    }
}
