//! `grades.csv`: one row a submission, stable columns.

use super::book::Book;
use crate::error::{Error, Result};

/// Columns before those of the indicators.
const FIRST: [&str; 9] = [
    "submission",
    "student",
    "status",
    "points",
    "band",
    "borderline",
    "points_worst",
    "points_best",
    "n_images",
];

/// Columns after those of the indicators.
const LAST: [&str; 4] = ["late_days", "points_lost", "flags", "problems"];

/// The table, RFC 4180; every indicator has four columns: `fd`, `fd_std_error`, `fd_lower`, `fd_upper`.
///
/// A cell that a spreadsheet would take for a formula gets an apostrophe in front.
///
/// # Errors
/// Numerical: a value cannot be written, which does not happen to finite ones.
pub fn render(book: &Book, indicators: &[String]) -> Result<String> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let mut header: Vec<String> = FIRST.map(str::to_owned).to_vec();
    for name in indicators {
        header.extend(["", "_std_error", "_lower", "_upper"].map(|part| format!("{name}{part}")));
    }
    header.extend(LAST.map(str::to_owned));
    let failed = |e: &dyn std::fmt::Display| Error::numerical(format!("grades.csv: {e}"));
    writer.write_record(&header).map_err(|e| failed(&e))?;
    for grade in &book.grades {
        let mut row = vec![
            safe(&grade.id),
            safe(&grade.student),
            grade.status.name().to_owned(),
            grade.points.to_string(),
            safe(grade.band.as_deref().unwrap_or("")),
            (if grade.is_borderline { "yes" } else { "no" }).to_owned(),
            grade.range[0].to_string(),
            grade.range[2].to_string(),
            grade.n_images.to_string(),
        ];
        for measured in &grade.indicators {
            let ends = measured.ends.map(|ends| ends.map(Some)).unwrap_or_default();
            let cells = [measured.value, measured.std_error, ends[0], ends[1]];
            row.extend(cells.map(|cell| cell.map(|v| v.to_string()).unwrap_or_default()));
        }
        let lost: f64 = grade.problems.iter().map(|p| p.consequence.points()).sum();
        let codes = |keep: &dyn Fn(&super::consequence::Problem) -> bool| {
            let kept = grade.problems.iter().filter(|p| keep(p));
            kept.map(|p| p.code.as_str()).collect::<Vec<_>>().join(" ")
        };
        row.extend([
            grade.late_days.to_string(),
            lost.to_string(),
            codes(&|p| p.consequence.is_flag()),
            codes(&|_| true),
        ]);
        writer.write_record(&row).map_err(|e| failed(&e))?;
    }
    let bytes = writer.into_inner().map_err(|e| failed(&e))?;
    String::from_utf8(bytes).map_err(|e| failed(&e))
}

fn safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}
