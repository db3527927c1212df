//! Floor 6. Runs made up with noise as that of real ones.

use crate::analysis::compare::dice::Dice;
use crate::analysis::compare::{RoleFigures, RunFigures};
use crate::units::Bytes;

/// What a made-up change does to every run.
#[derive(Clone, Copy, Default)]
pub(super) struct Effect {
    /// A share of the processor time more.
    pub(super) cpu: f64,
    /// That many bytes more.
    pub(super) memory: f64,
}

/// Runs of one build, drawn one after the other.
pub(super) struct Build {
    dice: Dice,
}

impl Build {
    pub(super) fn new(seed: u64) -> Self {
        Self { dice: Dice::new(seed) }
    }

    pub(super) fn runs(&mut self, count: usize, effect: Effect) -> Vec<RunFigures> {
        (0..count).map(|_| self.run(effect)).collect()
    }

    /// Two percent of noise in the processor time and one run in ten that was disturbed; a wall time that follows it and
    /// waits on top; memory in two heaps, as a collection of garbage comes in time or late; storage that is read in the
    /// first runs only; a process more at times. Figures of one run go together.
    fn run(&mut self, effect: Effect) -> RunFigures {
        let disturbed = if self.dice.share() < 0.1 { 1.0 + 0.3 * self.dice.share() } else { 1.0 };
        let cpu = 4000.0 * (1.0 + effect.cpu) * (0.02 * self.normal()).exp() * disturbed;
        let wall = cpu * 0.55 + 150.0 * self.waiting() * disturbed;
        let heap = if self.dice.share() < 0.3 { 30e6 } else { 0.0 };
        let memory = 400e6 + effect.memory + heap + 4e6 * self.normal();
        let read = if self.dice.share() < 0.2 { 80e6 * self.dice.share() } else { 0.0 };
        let written = 12e6 + 2e5 * self.normal();
        let processes = 14 + u64::from(self.dice.share() < 0.15);
        let threads = 60 + self.dice.below(5) as u64;
        let share = 0.6 + 0.01 * self.normal();
        let role = |cpu_ms: f64, memory: f64, processes| RoleFigures {
            processes,
            cpu_ms,
            memory_peak_bytes: Some(bytes(memory)),
        };
        let base_cpu = cpu / (1.0 + effect.cpu);
        let by_role = [
            ("webpack".to_owned(), role(base_cpu * share + cpu - base_cpu, memory * 0.7, 1)),
            ("terser worker".to_owned(), role(base_cpu * (1.0 - share), memory * 0.3, 4)),
        ];
        RunFigures {
            wall_ms: Some(wall),
            cpu_ms: Some(cpu),
            cpu_user_ms: Some(cpu * 0.85),
            cpu_system_ms: Some(cpu * 0.15),
            memory_peak_bytes: Some(bytes(memory)),
            largest_process_bytes: Some(bytes(memory * 0.7 + 1e6 * self.normal())),
            rss_sum_peak_bytes: Some(bytes(memory * 1.4 + 6e6 * self.normal())),
            read_bytes: Some(bytes(read)),
            written_bytes: Some(bytes(written)),
            processes_seen: Some(processes),
            threads_peak: Some(threads),
            exit_code: Some(0),
            by_role: by_role.into(),
            ..RunFigures::default()
        }
    }

    /// Normally distributed with a deviation of 1 (Box and Muller).
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.dice.share()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.dice.share()).cos()
    }

    /// Exponentially distributed with a mean of 1.
    fn waiting(&mut self) -> f64 {
        -(1.0 - self.dice.share()).ln()
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cut at 0 before")]
fn bytes(bytes: f64) -> Bytes {
    Bytes::new(bytes.max(0.0) as u64)
}
