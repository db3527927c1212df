//! Floor 6. A story: which processes live when, how hard they work and what they hold.

use crate::event::{Ending, LastKnown, Signal};
use crate::process::{Image, ProcessInfo, ProcessKey};
use crate::units::{Bytes, CpuTime, Elapsed};

/// One process of a story.
#[derive(Debug, Clone)]
pub(super) struct Role {
    pub(super) info: ProcessInfo,
    pub(super) own_image: Option<Image>,
    pub(super) ended: Option<(Elapsed, Ending)>,
    /// Stretches of work: from, to and cores in thousandths.
    pub(super) work: Vec<(Elapsed, Elapsed, u64)>,
    /// Resident and shared memory from a moment on.
    pub(super) memory: Vec<(Elapsed, Bytes, Bytes)>,
    /// Proportional set size from a moment on.
    pub(super) pss: Vec<(Elapsed, Bytes)>,
    /// What the kernel's record of its end tells.
    pub(super) told: LastKnown,
    /// Whether it has a session of its own.
    pub(super) detached: bool,
    /// Whether we have no right to send it a signal.
    pub(super) forbidden: bool,
    /// Whether it goes on when it is asked to end.
    pub(super) defiant: bool,
    /// Bytes read and written at a moment.
    pub(super) io: Vec<(Elapsed, Bytes, Bytes)>,
}

/// A story about a tree of processes. Times are milliseconds since the session began.
#[derive(Debug, Clone, Default)]
pub struct Story {
    pub(super) roles: Vec<Role>,
    /// Moments at which the source of events loses some: when, and how many.
    pub(super) losses: Vec<(Elapsed, u64)>,
    /// Moments at which something fails that the source of events had at the start.
    pub(super) failures: Vec<Elapsed>,
    /// Moments at which the kernel kills something for want of memory.
    pub(super) oom_kills: Vec<Elapsed>,
    /// What the cgroup counts that was made for the command.
    pub(super) of_group: Option<CpuTime>,
}

impl Story {
    /// A story that begins with the launch of a command; its process is number 1.
    pub fn of(command: &[&str]) -> Self {
        let mut story = Self::default();
        story.enter(0, None, Some(image(command)));
        story
    }

    /// A process forks and runs a command at once. Answers the child's number.
    pub fn spawn(&mut self, at: u64, parent: u32, command: &[&str]) -> u32 {
        self.enter(at, Some(parent), Some(image(command)))
    }

    /// A process forks, and the copy goes on with its parent's program.
    pub fn fork(&mut self, at: u64, parent: u32) -> u32 {
        self.enter(at, Some(parent), None)
    }

    /// A process keeps that many thousandths of a core busy.
    pub fn work(&mut self, pid: u32, from: u64, to: u64, milli_cores: u64) -> &mut Self {
        let stretch = (Elapsed::from_millis(from), Elapsed::from_millis(to), milli_cores);
        self.role(pid).work.push(stretch);
        self
    }

    /// A process holds that much from now on, the second figure of it shared.
    pub fn hold(&mut self, at: u64, pid: u32, rss: u64, shared: u64) -> &mut Self {
        let held = (Elapsed::from_millis(at), Bytes::new(rss), Bytes::new(shared));
        self.role(pid).memory.push(held);
        self
    }

    /// The proportional set size of a process is that from now on.
    pub fn share(&mut self, at: u64, pid: u32, pss: u64) -> &mut Self {
        self.role(pid).pss.push((Elapsed::from_millis(at), Bytes::new(pss)));
        self
    }

    /// A process calls setsid(2).
    pub fn detach(&mut self, pid: u32) -> &mut Self {
        self.role(pid).detached = true;
        self
    }

    /// We have no right to send a process a signal.
    pub fn forbid(&mut self, pid: u32) -> &mut Self {
        self.role(pid).forbidden = true;
        self
    }

    /// The kernel kills a process for want of memory.
    pub fn run_out_of_memory(&mut self, at: u64, pid: u32) -> &mut Self {
        self.oom_kills.push(Elapsed::from_millis(at));
        self.end(at, pid, Ending::Signal(Signal(9)))
    }

    /// The kernel kills a process of somebody else's for want of memory.
    pub fn let_others_run_out_of_memory(&mut self, at: u64) -> &mut Self {
        self.oom_kills.push(Elapsed::from_millis(at));
        self
    }

    /// A cgroup was made for the command, and counts that many milliseconds of processor time in the end.
    pub fn enclose(&mut self, cpu: u64) -> &mut Self {
        self.of_group = Some(CpuTime::from_millis(cpu));
        self
    }

    /// The kernel's record of a process's end tells that.
    pub fn tell(&mut self, pid: u32, told: LastKnown) -> &mut Self {
        self.role(pid).told = told;
        self
    }

    /// A process reads and writes that many bytes.
    pub fn io(&mut self, at: u64, pid: u32, read: u64, written: u64) -> &mut Self {
        let moved = (Elapsed::from_millis(at), Bytes::new(read), Bytes::new(written));
        self.role(pid).io.push(moved);
        self
    }

    /// A process ends and its parent waits for it at once.
    pub fn end(&mut self, at: u64, pid: u32, ending: Ending) -> &mut Self {
        self.role(pid).ended = Some((Elapsed::from_millis(at), ending));
        self
    }

    /// A process goes on when it is asked to end; only SIGKILL ends it.
    pub fn defy(&mut self, pid: u32) -> &mut Self {
        self.role(pid).defiant = true;
        self
    }

    /// The source of events loses some.
    pub fn lose(&mut self, at: u64, count: u64) -> &mut Self {
        self.losses.push((Elapsed::from_millis(at), count));
        self
    }

    /// Something fails that the source of events had at the start.
    pub fn fail(&mut self, at: u64) -> &mut Self {
        self.failures.push(Elapsed::from_millis(at));
        self
    }

    /// The identity of a process of the story.
    pub fn key(pid: u32) -> ProcessKey {
        ProcessKey { pid, start: 1000 + u64::from(pid) }
    }

    fn enter(&mut self, at: u64, parent: Option<u32>, own_image: Option<Image>) -> u32 {
        let pid = u32::try_from(self.roles.len() + 1).unwrap_or(u32::MAX);
        let inherited = parent.and_then(|parent| self.roles.get(parent as usize - 1));
        let image =
            match inherited.map(|role| role.own_image.clone().unwrap_or(role.info.image.clone())) {
                Some(image) => Image { inherited: true, ..image },
                None => own_image.clone().unwrap_or_default(),
            };
        let info = ProcessInfo {
            key: Self::key(pid),
            parent: parent.map(Self::key),
            started: Elapsed::from_millis(at),
            uid: Some(1000),
            image,
        };
        let own_image = own_image.filter(|_| parent.is_some());
        self.roles.push(Role {
            info,
            own_image,
            ended: None,
            defiant: false,
            work: vec![],
            memory: vec![],
            pss: vec![],
            told: LastKnown::default(),
            detached: false,
            forbidden: false,
            io: vec![],
        });
        pid
    }

    /// The process of a number. Stories are written by hand: an unknown number is the last process.
    fn role(&mut self, pid: u32) -> &mut Role {
        let last = self.roles.len() - 1;
        &mut self.roles[(pid as usize - 1).min(last)]
    }
}

impl Role {
    /// The processor time that it has used until a moment.
    pub(super) fn cpu(&self, now: Elapsed) -> CpuTime {
        let until = self.ended.map_or(now, |(ended, _)| ended.min(now));
        self.work
            .iter()
            .map(|(from, to, milli_cores)| {
                let busy = (*to).min(until).as_nanos().saturating_sub(from.as_nanos());
                CpuTime::from_nanos(busy / 1000 * milli_cores)
            })
            .sum()
    }

    pub(super) fn lives(&self, now: Elapsed) -> bool {
        self.info.started <= now && self.ended.is_none_or(|(ended, _)| ended > now)
    }

    pub(super) fn is_reaped(&self, now: Elapsed) -> bool {
        self.ended.is_some_and(|(ended, _)| ended <= now)
    }
}

fn image(command: &[&str]) -> Image {
    let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
    let exe = command.first().cloned();
    let name = exe.as_deref().and_then(|exe| exe.rsplit('/').next()).unwrap_or_default().to_owned();
    Image { name, command, exe, ..Image::default() }
}
