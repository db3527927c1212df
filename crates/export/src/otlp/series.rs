//! Floor 11. The series that were sent so far: what each has told, and which of them have ended.

use std::collections::HashMap;
use std::sync::Arc;

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use opentelemetry_proto::tonic::metrics::v1::{DataPointFlags, NumberDataPoint};

use super::attributes::text;
use super::instruments::{Kind, Quantity};
use super::measures::{Measure, Number, Portrait, Subject};
use super::options::Temporality;

/// A point, and what it is a point of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Point {
    /// The attributes of a resource of its own; empty for the session's.
    pub(super) resource: Arc<[KeyValue]>,
    pub(super) quantity: Quantity,
    pub(super) data: NumberDataPoint,
}

/// The series so far.
pub(super) struct Series {
    temporality: Temporality,
    told: HashMap<Identity, Told>,
    round: u64,
}

type Identity = (Subject, Quantity, Option<&'static str>);

/// What a series has told last.
struct Told {
    attributes: Vec<KeyValue>,
    resource: Arc<[KeyValue]>,
    number: Number,
    since: u64,
    at: u64,
    round: u64,
}

impl Series {
    /// None so far.
    pub(super) fn new(temporality: Temporality) -> Self {
        Self { temporality, told: HashMap::new(), round: 0 }
    }

    /// The points of a moment, and one without a value for each series that has ended since the moment before.
    pub(super) fn points(&mut self, portraits: &[Portrait], now: u64) -> Vec<Point> {
        self.round += 1;
        let mut points = Vec::new();
        for portrait in portraits {
            for measure in &portrait.measures {
                self.tell(portrait, *measure, now, &mut points);
            }
        }
        let round = self.round;
        self.end(now, |told| told.round != round, &mut points);
        points
    }

    /// A point without a value for each series that is left: the session is over.
    pub(super) fn ends(&mut self, now: u64) -> Vec<Point> {
        let mut points = Vec::new();
        self.end(now, |_| true, &mut points);
        points
    }

    fn tell(&mut self, portrait: &Portrait, measure: Measure, now: u64, points: &mut Vec<Point>) {
        let Measure { quantity, part, number } = measure;
        let mut attributes = portrait.attributes.to_vec();
        attributes.extend(part.map(|(key, value)| text(key, value)));
        let identity = (portrait.subject.clone(), quantity, part.map(|(_, value)| value));
        let before = self.told.remove(&identity);
        let is_renamed =
            |told: &Told| told.attributes != attributes || told.resource != portrait.resource;
        if let Some(told) = before.as_ref().filter(|told| is_renamed(told)) {
            points.extend(ended(quantity, told, now, self.temporality));
        }
        let (value, start) = match (quantity.instrument().kind, self.temporality, &before) {
            (Kind::Gauge, _, _) => (number, 0),
            (Kind::Counter, Temporality::Delta, Some(told)) => {
                (growth(told.number, number), told.at)
            }
            _ => (number, portrait.since.min(now)),
        };
        points.push(Point {
            resource: Arc::clone(&portrait.resource),
            quantity,
            data: NumberDataPoint {
                attributes: attributes.clone(),
                start_time_unix_nano: start,
                time_unix_nano: now,
                value: Some(written(value)),
                ..NumberDataPoint::default()
            },
        });
        let resource = Arc::clone(&portrait.resource);
        let since = portrait.since.min(now);
        let told = Told { attributes, resource, number, since, at: now, round: self.round };
        self.told.insert(identity, told);
    }

    fn end(&mut self, now: u64, is_over: impl Fn(&Told) -> bool, points: &mut Vec<Point>) {
        let temporality = self.temporality;
        let over = self.told.extract_if(|_, told| is_over(told));
        let mut over: Vec<_> = over.collect();
        over.sort_by(|(one, _), (other, _)| one.cmp(other));
        points.extend(
            over.iter()
                .filter_map(|((_, quantity, _), told)| ended(*quantity, told, now, temporality)),
        );
    }
}

/// The point that says that there is no value any more. A counter that tells growth just falls silent.
fn ended(quantity: Quantity, told: &Told, now: u64, temporality: Temporality) -> Option<Point> {
    let kind = quantity.instrument().kind;
    if kind == Kind::Counter && temporality == Temporality::Delta {
        return None;
    }
    let data = NumberDataPoint {
        attributes: told.attributes.clone(),
        start_time_unix_nano: if kind == Kind::Gauge { 0 } else { told.since },
        time_unix_nano: now,
        flags: DataPointFlags::NoRecordedValueMask as u32,
        ..NumberDataPoint::default()
    };
    Some(Point { resource: Arc::clone(&told.resource), quantity, data })
}

fn growth(earlier: Number, later: Number) -> Number {
    match (earlier, later) {
        (Number::Nanos(earlier), Number::Nanos(later)) => {
            Number::Nanos(later.saturating_sub(earlier))
        }
        (Number::Whole(earlier), Number::Whole(later)) => {
            Number::Whole(later.saturating_sub(earlier))
        }
        (_, later) => later,
    }
}

fn written(number: Number) -> Value {
    match number {
        Number::Nanos(nanos) => Value::AsDouble(nanos as f64 / 1e9),
        Number::Whole(number) => Value::AsInt(i64::try_from(number).unwrap_or(i64::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn portrait(subject: Subject, name: &str, quantity: Quantity, number: Number) -> Portrait {
        Portrait {
            subject,
            attributes: [text("name", name)].into(),
            resource: Arc::default(),
            since: 1_000,
            measures: vec![Measure { quantity, part: None, number }],
        }
    }

    fn cpu(name: &str, nanos: u64) -> Portrait {
        portrait(Subject::Run, name, Quantity::CpuTime, Number::Nanos(nanos))
    }

    fn rss(bytes: u64) -> Portrait {
        portrait(Subject::Group("g".into()), "g", Quantity::MemoryUsage, Number::Whole(bytes))
    }

    /// What was told: the value, from when, until when, and whether it is the end.
    fn told(points: &[Point]) -> Vec<(Option<Value>, u64, u64, u32)> {
        let told = |point: &Point| {
            let data = &point.data;
            (data.value, data.start_time_unix_nano, data.time_unix_nano, data.flags)
        };
        points.iter().map(told).collect()
    }

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_cumulative_counter_tells_its_total_since_it_began() {
        let mut series = Series::new(Temporality::Cumulative);
        let double = |value| Some(Value::AsDouble(value));
        let first = series.points(&[cpu("a", 3 * SECOND)], 2_000);
        assert_eq!(told(&first), [(double(3.0), 1_000, 2_000, 0)]);
        let second = series.points(&[cpu("a", 5 * SECOND)], 3_000);
        assert_eq!(told(&second), [(double(5.0), 1_000, 3_000, 0)]);
        assert_eq!(told(&series.points(&[], 4_000)), [(None, 1_000, 4_000, 1)]);
        assert_eq!(series.points(&[], 5_000), []);
    }

    #[test]
    fn a_delta_counter_tells_its_growth_since_it_was_told_last_and_falls_silent() {
        let mut series = Series::new(Temporality::Delta);
        let double = |value| Some(Value::AsDouble(value));
        let first = series.points(&[cpu("a", 3 * SECOND)], 2_000);
        assert_eq!(told(&first), [(double(3.0), 1_000, 2_000, 0)]);
        let second = series.points(&[cpu("a", 5 * SECOND)], 3_000);
        assert_eq!(told(&second), [(double(2.0), 2_000, 3_000, 0)]);
        assert_eq!(series.points(&[], 4_000), []);
    }

    #[test]
    fn a_sum_that_goes_down_is_cumulative_either_way_and_its_end_is_told() {
        let mut series = Series::new(Temporality::Delta);
        let first = series.points(&[rss(70)], 2_000);
        assert_eq!(told(&first), [(Some(Value::AsInt(70)), 1_000, 2_000, 0)]);
        let second = series.points(&[rss(50)], 3_000);
        assert_eq!(told(&second), [(Some(Value::AsInt(50)), 1_000, 3_000, 0)]);
        assert_eq!(told(&series.ends(3_001)), [(None, 1_000, 3_001, 1)]);
    }

    #[test]
    fn a_new_name_ends_the_series_of_the_old_one_and_counts_on() {
        let mut series = Series::new(Temporality::Cumulative);
        series.points(&[cpu("sh", SECOND)], 2_000);
        let renamed = series.points(&[cpu("node", 2 * SECOND)], 3_000);
        let names: Vec<_> = renamed
            .iter()
            .map(|point| (point.data.attributes[0].clone(), point.data.flags))
            .collect();
        assert_eq!(names, [(text("name", "sh"), 1), (text("name", "node"), 0)]);

        let mut delta = Series::new(Temporality::Delta);
        delta.points(&[cpu("sh", SECOND)], 2_000);
        let renamed = delta.points(&[cpu("node", 3 * SECOND)], 3_000);
        assert_eq!(told(&renamed), [(Some(Value::AsDouble(2.0)), 2_000, 3_000, 0)]);
    }
}
