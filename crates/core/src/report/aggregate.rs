//! Floor 9. The page of windows: a row for each.

use procmon_model::analysis::Aggregate;
use procmon_model::analysis::aggregate::Window;

use super::page::{Cell, Heading, Page, Report, Table};
use super::quantity::quantity;
use super::words::{counted, milliseconds};

impl Report for Aggregate {
    fn page(&self) -> Page {
        Page::new(verdict(self)).table(table(self))
    }
}

fn verdict(aggregate: &Aggregate) -> String {
    let samples: u64 = aggregate.windows.iter().map(|window| window.samples).sum();
    if samples == 0 {
        return "no samples".to_owned();
    }
    let length = match (aggregate.window, aggregate.window_ms) {
        (Some(number), _) => counted(number, "sample"),
        (None, Some(millis)) => milliseconds(millis),
        (None, None) => String::new(),
    };
    let windows = counted(aggregate.windows.len() as u64, "window");
    let method = aggregate.method.name();
    format!("{method} of {} in {windows} of {length}", counted(samples, "sample"))
}

fn table(aggregate: &Aggregate) -> Table {
    let mut columns = vec![
        Heading::number("from", "fromMs"),
        Heading::number("to", "atMs"),
        Heading::number("samples", "samples"),
    ];
    columns.extend(aggregate.fields.iter().map(|name| Heading::number(name, name)));
    let rows = aggregate.windows.iter().map(row).collect();
    Table { columns, rows }
}

fn row(window: &Window) -> Vec<Cell> {
    let moment = |at| Cell::known(Some(at), milliseconds);
    let samples = Cell::text(window.samples.to_string());
    let values = window.values.0.iter();
    let values = values.map(|(name, value)| Cell::known(*value, |value| quantity(name, value)));
    [moment(window.from_ms), moment(window.at_ms), samples].into_iter().chain(values).collect()
}

#[cfg(test)]
mod tests {
    use procmon_model::analysis::aggregate::{Method, Values};

    use super::super::text::Style;
    use super::*;

    fn shown(aggregate: &Aggregate) -> String {
        let mut out = Vec::new();
        aggregate.page().text(Style::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn aggregate(fields: &[&'static str], values: &[Option<f64>]) -> Aggregate {
        let value = |(at, value): (usize, &Option<f64>)| Window {
            from_ms: at as f64 * 1000.0,
            at_ms: at as f64 * 1000.0 + 1000.0,
            samples: 10,
            values: Values(fields.iter().map(|field| (*field, *value)).collect()),
        };
        Aggregate {
            method: Method::TimeWeightedMean,
            window: None,
            window_ms: Some(1000.0),
            fields: fields.to_vec(),
            windows: values.iter().enumerate().map(value).collect(),
        }
    }

    #[test]
    fn a_window_is_a_row_with_the_units_of_its_values() {
        let mut answer = aggregate(&["cores", "memoryBytes"], &[Some(1.0), None]);
        answer.windows[0].values.0[1].1 = Some(1_048_576.0);
        insta::assert_snapshot!(shown(&answer), @r"
        procmon: timeWeightedMean of 20 samples in 2 windows of 1.00 s

          from        to  samples  cores  memoryBytes
          0 s     1.00 s       10   1.00     1.00 MiB
          1.00 s  2.00 s       10      ?            ?
        ");
        let mut csv = Vec::new();
        answer.page().csv(&mut csv).unwrap();
        let expected =
            "fromMs,atMs,samples,cores,memoryBytes\n0,1000,10,1,1048576\n1000,2000,10,,\n";
        assert_eq!(String::from_utf8(csv).unwrap(), expected);
    }

    #[test]
    fn a_table_that_is_wider_than_the_page_goes_on_below() {
        let fields =
            ["readBytesPerSecond", "writtenBytesPerSecond", "minorFaultsPerSecond", "cores"];
        insta::assert_snapshot!(shown(&aggregate(&fields, &[Some(1.0)])), @r"
        procmon: timeWeightedMean of 10 samples in 1 window of 1.00 s

          from      to  samples  readBytesPerSecond  writtenBytesPerSecond
          0 s   1.00 s       10               1 B/s                  1 B/s

          from  minorFaultsPerSecond  cores
          0 s                    1/s   1.00
        ");
    }

    #[test]
    fn nothing_is_said_to_be_nothing() {
        assert_eq!(shown(&aggregate(&["cores"], &[])), "procmon: no samples\n");
    }
}
