//! Floor 11. What we say of ourselves, under every table of names.

use crate::census::{DeliveryFigures, SelfFigures};

use super::family::{Unit, Value};
use super::table::Source::{Any, One, Split};
use super::table::{Row, Section, Take, counter, gauge, info};

/// We.
pub(super) const OWN: Section<SelfFigures> =
    Section { labels: &[], identity: |_own, _context, take| take(&[]), rows: &[OWN_FIGURES] };

pub(super) const OWN_FIGURES: &[Row<SelfFigures>] = &[
    gauge(
        "procmon_scrape_duration_seconds",
        "Processor time that the last reading took.",
        Unit::Seconds,
        &[],
        One(|own| Some(Value::from(own.took))),
    ),
    counter(
        "procmon_read_errors_total",
        "Readings that the system refused; what they would have told is absent.",
        Unit::None,
        &["reason"],
        Split(&[("denied", |own| Some(Value::Whole(own.reads_denied)))]),
    ),
    counter(
        "procmon_events_lost_total",
        "Births and ends that the kernel could not report.",
        Unit::None,
        &[],
        One(|own| Some(Value::Whole(own.events_lost))),
    ),
    counter(
        "procmon_series_dropped_total",
        "Groups and processes that were not shown for want of room.",
        Unit::None,
        &[],
        One(|own| Some(Value::Whole(own.series_dropped))),
    ),
    counter(
        "procmon_export_sent_total",
        "Records that the other side of an exporter has accepted.",
        Unit::None,
        &["exporter"],
        Any(|own, _, take| deliveries(own, |figures| figures.sent, take)),
    ),
    counter(
        "procmon_export_failed_total",
        "Records that the other side of an exporter has refused for good.",
        Unit::None,
        &["exporter"],
        Any(|own, _, take| deliveries(own, |figures| figures.failed, take)),
    ),
    counter(
        "procmon_export_dropped_total",
        "Records that an exporter gave up for want of room or time.",
        Unit::None,
        &["exporter"],
        Any(|own, _, take| deliveries(own, |figures| figures.dropped, take)),
    ),
    info(
        "procmon_build_info",
        "Which procmon this is.",
        &["version"],
        Any(|_, _, take| take(&[env!("CARGO_PKG_VERSION")], Value::ONE)),
    ),
];

fn deliveries(own: &SelfFigures, count: fn(&DeliveryFigures) -> u64, take: &mut Take<'_>) {
    for figures in &own.deliveries {
        take(&[figures.exporter], Value::Whole(count(figures)));
    }
}
