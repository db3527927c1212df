//! Floor 6. Who was who in a session: the images of its processes over time.

use std::collections::BTreeMap;

use crate::event::ProcessEvent;
use crate::process::{Image, ProcessKey};
use crate::record::Record;
use crate::recording::Recording;
use crate::units::Elapsed;

/// The images that each process had, and from when on.
#[derive(Debug, Default)]
pub(super) struct Cast<'a>(BTreeMap<ProcessKey, Vec<(Elapsed, &'a Image)>>);

impl<'a> Cast<'a> {
    /// That of a recording.
    pub(super) fn of(recording: &'a Recording) -> Self {
        let mut images: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for record in &recording.records {
            match record {
                Record::Event(ProcessEvent::Started { at, process }) => {
                    images.entry(process.key).or_default().push((*at, &process.image));
                }
                Record::Event(ProcessEvent::Renamed { at, key, image: Some(image) }) => {
                    images.entry(*key).or_default().push((*at, image));
                }
                _ => {}
            }
        }
        Self(images)
    }

    /// What a process was at a moment; `None` of one that nothing was told about. One that was named only later had
    /// that name before, too.
    pub(super) fn image(&self, key: ProcessKey, at: Elapsed) -> Option<&'a Image> {
        let images = self.0.get(&key)?;
        let passed = images.partition_point(|(from, _)| *from <= at);
        images.get(passed.saturating_sub(1)).map(|(_, image)| *image)
    }

    /// Its role then, or its name where it has none.
    pub(super) fn label(&self, key: ProcessKey, at: Elapsed) -> Option<&'a str> {
        let image = self.image(key, at)?;
        Some(image.role.as_deref().unwrap_or(&image.name))
    }
}

/// A label without its running number: "jest worker" of "jest worker 2".
pub(super) fn unnumbered(label: &str) -> &str {
    match label.rsplit_once(' ') {
        Some((name, number))
            if !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit()) =>
        {
            name
        }
        _ => label,
    }
}
