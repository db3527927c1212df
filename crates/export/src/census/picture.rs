//! Floor 11. The scene that a census shows at one moment.

use std::collections::HashMap;
use std::sync::Arc;

use procmon_model::process::ProcessState;

use super::counting::Census;
use super::groups::Counts;
use super::member::Member;
use super::scene::{Group, Origin, Process, Scene, SelfFigures};
use super::standing::Standing;
use super::view::View;
use crate::delivery::Tally;

/// The living members of a group together.
#[derive(Default)]
struct Living {
    standing: Standing,
    states: Vec<(ProcessState, u64)>,
}

impl Census {
    /// What there is at the moment, for a viewer that remembers what it has seen.
    pub fn scene(&self, view: &mut View) -> Scene {
        let new_from = view.look(self.sample, self.groups.moment());
        let mut living: HashMap<&str, Living> = HashMap::new();
        let mut everybody = Standing::default();
        for member in self.members.values() {
            let stance = member.stance(self.sample);
            everybody.add(&stance);
            if let Some(place) = &member.place {
                let group = living.entry(&place.counted).or_default();
                group.standing.add(&stance);
                group.states_with(stance.gauges.state);
            }
        }
        let shown = self.groups.shown(new_from, self.now);
        let groups: Vec<Group> =
            shown.map(|(name, counts)| group(name, counts, living.remove(&**name))).collect();
        let room = self.groups.room_beside(groups.len()).unwrap_or(usize::MAX);
        let processes = self.shown.iter().filter_map(|key| self.members.get(key));
        let processes = processes.filter_map(|member| self.process(member)).take(room).collect();
        let count = self.members.len() as u64;
        Scene {
            read_at: (self.sample > 0).then(|| self.wall(self.sampled_at)),
            groups,
            processes,
            run: self.run.as_ref().map(|run| run.shown(&everybody, count)),
            own: self.own(),
        }
    }

    fn process(&self, member: &Member) -> Option<Process> {
        let group = Arc::clone(&member.place.as_ref()?.counted);
        let stance = member.stance(self.sample);
        let image = &member.info.image;
        Some(Process {
            key: member.info.key,
            parent: member.info.parent,
            name: Arc::from(image.name.as_str()),
            group,
            role: image.role.as_deref().map(Arc::from),
            command: Arc::from(image.command.as_slice()),
            user: member.user.clone(),
            state: stance.gauges.state,
            figures: Standing::of(&stance).with(member.account.totals()),
        })
    }

    fn own(&self) -> SelfFigures {
        SelfFigures {
            took: self.took,
            reads_denied: self.reads_denied,
            events_lost: self.events_lost,
            series_dropped: self.groups.refused() + self.processes_dropped,
            deliveries: self.options.deliveries.iter().map(Tally::figures).collect(),
        }
    }
}

impl Living {
    fn states_with(&mut self, state: Option<ProcessState>) {
        let Some(state) = state else { return };
        match self.states.iter_mut().find(|(known, _)| *known == state) {
            Some((_, count)) => *count += 1,
            None => self.states.push((state, 1)),
        }
    }
}

fn group(name: &Arc<str>, counts: &Counts, living: Option<Living>) -> Group {
    let Living { standing, mut states } = living.unwrap_or_default();
    states.sort_by_key(|(state, _)| place_of(*state));
    Group {
        name: Arc::clone(name),
        origin: if counts.entered == 0 { Origin::Expected } else { Origin::Seen },
        processes: counts.living,
        states,
        started: counts.started,
        exited: counts.exited.iter().map(|(reason, count)| (*reason, *count)).collect(),
        figures: standing.with(counts.totals),
    }
}

/// The place of a state among the states that a group shows.
fn place_of(state: ProcessState) -> u8 {
    match state {
        ProcessState::Running => 0,
        ProcessState::Sleeping => 1,
        ProcessState::Waiting => 2,
        ProcessState::Stopped => 3,
        ProcessState::Zombie => 4,
        ProcessState::Other => 5,
    }
}
