//! Floor 9. The page of peaks: a row for each, and who made them.

use procmon_model::analysis::Peaks;
use procmon_model::analysis::peaks::{Peak, PeakProcess};
use procmon_model::metrics::{CATALOGUE, Kind, Metric};

use super::page::{Cell, Heading, Page, Report, Table};
use super::quantity::{amount, known_quantity, quantity};
use super::words::{counted, milliseconds};

impl Report for Peaks {
    fn page(&self) -> Page {
        let page = Page::new(verdict(self));
        if self.samples == 0 {
            return page;
        }
        let page = page.fact("largest", known_quantity(self.field, self.max)).table(peaks(self));
        let metric = CATALOGUE.iter().find(|metric| Some(metric.name) == self.process_metric);
        metric.map_or(page.clone(), |metric| page.table(processes(self, metric)))
    }
}

fn verdict(peaks: &Peaks) -> String {
    let field = peaks.field;
    if peaks.samples == 0 {
        return format!("no samples of {field}");
    }
    let threshold = known_quantity(field, peaks.threshold);
    let count = match peaks.peaks.len() as u64 {
        0 => "no peak".to_owned(),
        count => counted(count, "peak"),
    };
    format!("{count} of {field} at or above {threshold}")
}

fn peaks(peaks: &Peaks) -> Table {
    let columns = vec![
        Heading::number("peak", "peak"),
        Heading::number("from", "beginMs"),
        Heading::number("to", "endMs"),
        Heading::number("top at", "topMs"),
        Heading::number("top", "top"),
        Heading::number("prominence", "prominence"),
        Heading::number("mean", "mean"),
    ];
    let rows = numbered(&peaks.peaks).map(|(number, peak)| row(peaks.field, &number, peak));
    Table { columns, rows: rows.collect() }
}

fn row(field: &str, number: &str, peak: &Peak) -> Vec<Cell> {
    let moment = |at| Cell::known(Some(at), milliseconds);
    let value = |value| Cell::known(value, |value| quantity(field, value));
    vec![
        Cell::text(number),
        moment(peak.begin_ms),
        moment(peak.end_ms),
        moment(peak.top_ms),
        value(Some(peak.top)),
        value(Some(peak.prominence)),
        value(peak.mean),
    ]
}

fn processes(peaks: &Peaks, metric: &Metric) -> Table {
    let had = match metric.kind {
        Kind::Counter => "used in it",
        Kind::Gauge => "held at its top",
    };
    let columns = vec![
        Heading::words("made by", "process"),
        Heading::number("peak", "peak"),
        Heading::number("pid", "pid"),
        Heading::number(had, metric.name),
    ];
    let rows = numbered(&peaks.peaks).flat_map(|(number, peak)| {
        let processes = peak.processes.iter();
        processes.map(move |process| {
            let about = if process.estimated { "~" } else { "" };
            let value = Cell::known(Some(process.value), |value| {
                format!("{about}{}", amount(metric.unit, value as f64))
            });
            let pid = Cell::text(process.pid.to_string());
            vec![Cell::text(name(process)), Cell::text(&number), pid, value]
        })
    });
    Table { columns, rows: rows.collect() }
}

fn numbered(peaks: &[Peak]) -> impl Iterator<Item = (String, &Peak)> {
    (1..).zip(peaks).map(|(number, peak): (usize, _)| (number.to_string(), peak))
}

fn name(process: &PeakProcess) -> String {
    process.role.clone().or_else(|| process.name.clone()).unwrap_or_else(|| "?".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::text::Style;
    use super::*;

    fn shown(peaks: &Peaks) -> String {
        let mut out = Vec::new();
        peaks.page().text(Style::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn memory(peaks: Vec<Peak>) -> Peaks {
        Peaks {
            field: "memoryBytes",
            samples: 40,
            max: Some(851_443_712.0),
            threshold: Some(5e8),
            process_metric: Some("rssBytes"),
            peaks,
        }
    }

    fn peak() -> Peak {
        let process = |pid, role: Option<&str>| PeakProcess {
            pid,
            start_time: 7,
            name: None,
            role: role.map(str::to_owned),
            value: 104_857_600,
            estimated: role.is_none(),
        };
        Peak {
            begin_ms: 1000.0,
            end_ms: 4000.0,
            top_ms: 3000.0,
            top: 851_443_712.0,
            prominence: 8e8,
            mean: None,
            area: 1.0,
            samples: 3,
            processes: vec![process(4141, Some("jest worker 2")), process(4142, None)],
        }
    }

    #[test]
    fn a_peak_is_a_row_and_so_is_each_process_that_made_it() {
        insta::assert_snapshot!(shown(&memory(vec![peak()])), @r"
        procmon: 1 peak of memoryBytes at or above 477 MiB

          largest     812 MiB

          peak    from      to  top at      top  prominence  mean
          1     1.00 s  4.00 s  3.00 s  812 MiB     763 MiB     ?

          made by        peak   pid  held at its top
          jest worker 2     1  4141          100 MiB
          ?                 1  4142         ~100 MiB
        ");
    }

    #[test]
    fn the_table_for_programs_is_that_of_the_peaks() {
        let mut csv = Vec::new();
        memory(vec![peak()]).page().csv(&mut csv).unwrap();
        let expected = "peak,beginMs,endMs,topMs,top,prominence,mean\n\
            1,1000,4000,3000,851443712,800000000,\n";
        assert_eq!(String::from_utf8(csv).unwrap(), expected);
    }

    #[test]
    fn where_there_is_no_peak_the_largest_value_says_how_far_away_one_is() {
        let expected =
            "procmon: no peak of memoryBytes at or above 477 MiB\n\n  largest     812 MiB\n";
        assert_eq!(shown(&memory(vec![])), expected);
        let nothing = Peaks { samples: 0, max: None, ..memory(vec![]) };
        assert_eq!(shown(&nothing), "procmon: no samples of memoryBytes\n");
    }
}
