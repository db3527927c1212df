//! Floor 11. What one viewer of the census has seen, so that a group which came and went in between is shown to it once.

/// A viewer's memory. A new one has seen nothing: its first scene shows every group that there ever was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct View {
    /// Who entered a group before this moment was shown, or could have been.
    floor: u64,
    /// The moment of the latest scene.
    seen: u64,
    /// The number of the sample that the latest scene was of.
    sample: u64,
}

impl View {
    /// A scene of this sample is looked at, at this moment. Scenes of one sample show the same groups, so that several
    /// who look at about the same time see the same. Answers the moment from which on entries are new.
    pub(super) fn look(&mut self, sample: u64, moment: u64) -> u64 {
        if sample != self.sample {
            (self.floor, self.sample) = (self.seen, sample);
        }
        self.seen = moment;
        self.floor
    }
}
