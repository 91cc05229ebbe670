//! `gavel grade`: many submissions, one course, a grade book.
//!
//! ```text
//! submissions ── examiner ──▶ records/ID.json ── judge ──▶ grades.csv, grades.json, pages
//!      └───────── booty ───▶ shared.json ──────────┘
//! ```

mod booty;
mod class;
mod examiner;
mod roster;

use super::arguments::Grade as Typed;
use super::console::Console;
use super::output;
use crate::error::{Error, Result};
use crate::verdicts::grade::book::{self, Book};
use crate::verdicts::grade::plagiarism::Shared;
use crate::verdicts::grade::{Course, Grade, Record, csv, judge, page};
use class::{Submission, file_name};
use examiner::Examiner;
use roster::Roster;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Runs the command.
pub fn run(typed: &Typed, command: &[String], console: &Console) -> Result<()> {
    let course = Course::read(&typed.course)?;
    let roster = typed
        .roster
        .as_deref()
        .map(Roster::read)
        .transpose()?
        .unwrap_or_default();
    let folders = Folders::under(&typed.output)?;
    let (records, shared) = match &typed.submissions {
        Some(submissions) => measured(typed, &course, submissions, &folders, command, console)?,
        None => saved(&folders)?,
    };
    for id in roster.unknown(&records) {
        console.talk(&format!(
            "note: the roster names {id:?}, and there is no such submission"
        ));
    }
    let book = judged(&course, &records, shared, &roster);
    write(&book, &records, &course, &folders)?;
    console.data(&told(&book, &folders))
}

/// Where things go.
struct Folders {
    book: PathBuf,
    records: PathBuf,
    students: PathBuf,
}

impl Folders {
    fn under(book: &Path) -> Result<Self> {
        let folders = Self {
            book: book.to_owned(),
            records: book.join("records"),
            students: book.join("students"),
        };
        for folder in [&folders.records, &folders.students] {
            std::fs::create_dir_all(folder).map_err(|e| Error::io(folder, &e))?;
        }
        Ok(folders)
    }

    fn shared(&self) -> PathBuf {
        self.records.join("shared.json")
    }
}

/// Looks at every submission, or takes what an earlier run saw of the same bytes.
fn measured(
    typed: &Typed,
    course: &Course,
    submissions: &Path,
    folders: &Folders,
    command: &[String],
    console: &Console,
) -> Result<(Vec<Record>, Vec<Shared>)> {
    let class = class::list(submissions)?;
    let hushed = console.hushed();
    let plan = examiner::plan(typed, course)?;
    let examiner = Examiner::new(typed, course, &plan, command, &hushed)?;
    let mut records = Vec::new();
    for (at, submission) in class.iter().enumerate() {
        let place = folders.records.join(file_name(&submission.id, "json"));
        let (record, is_new) = examiner.examine(submission, &place)?;
        if is_new {
            output::write_file(&place, &document(&record)?)?;
        }
        console.talk(&format!(
            "[{}/{}] {}",
            at + 1,
            class.len(),
            line(course, &record, is_new)
        ));
        records.push(record);
    }
    let shared = booty::shared(
        &class,
        &records,
        &examiner,
        course,
        &folders.shared(),
        console,
    )?;
    forget_others(&class, folders, console);
    Ok((records, shared))
}

/// Records and pages of submissions that are not there any more would be judged and found again.
fn forget_others(class: &[Submission], folders: &Folders, console: &Console) {
    for (folder, extension) in [(&folders.records, "json"), (&folders.students, "html")] {
        let wanted: Vec<PathBuf> = class
            .iter()
            .map(|submission| folder.join(file_name(&submission.id, extension)))
            .chain([folders.shared()])
            .collect();
        let Ok(entries) = std::fs::read_dir(folder) else {
            continue;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            let is_ours = path.extension().is_some_and(|found| found == extension);
            if is_ours && !wanted.contains(&path) && std::fs::remove_file(&path).is_ok() {
                console.talk(&format!(
                    "{}: its submission is gone, and so is it",
                    path.display()
                ));
            }
        }
    }
}

fn saved(folders: &Folders) -> Result<(Vec<Record>, Vec<Shared>)> {
    let shared = folders.shared();
    let entries =
        std::fs::read_dir(&folders.records).map_err(|e| Error::io(&folders.records, &e))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "json") && *path != shared);
    let mut records = paths
        .iter()
        .map(|path| Record::read(path))
        .collect::<Result<Vec<_>>>()?;
    records.sort_by(|a, b| a.id.cmp(&b.id));
    if records.is_empty() {
        return Err(Error::input(format!(
            "{}: nothing was measured yet",
            folders.records.display()
        ))
        .mend(
            "gavel grade SUBMISSIONS --course course.toml -o DIR, then --rejudge with the same -o",
        ));
    }
    Ok((records, booty::saved(&shared)?))
}

fn judged(course: &Course, records: &[Record], shared: Vec<Shared>, roster: &Roster) -> Book {
    let grade = |record: &Record| -> Grade {
        let own: Vec<&Shared> = shared.iter().filter(|pair| pair.has(&record.id)).collect();
        judge(course, record, &roster.of(&record.id), &own)
    };
    Book {
        schema: book::SCHEMA.to_owned(),
        course: course.name.clone(),
        grades: records.iter().map(grade).collect(),
        shared,
    }
}

fn document<T: serde::Serialize>(value: &T) -> Result<Vec<u8>> {
    serde_json::to_vec_pretty(value)
        .map_err(|e| Error::numerical(format!("a document cannot be written: {e}")))
}

fn write(book: &Book, records: &[Record], course: &Course, folders: &Folders) -> Result<()> {
    let indicators: Vec<String> = course.indicators().map(|i| i.metric.clone()).collect();
    let to = |name: &str| folders.book.join(name);
    output::write_file(&to("grades.json"), &document(&book.without_pictures())?)?;
    output::write_file(
        &to("grades.csv"),
        csv::render(book, &indicators)?.as_bytes(),
    )?;
    output::write_file(
        &to("leaderboard.html"),
        page::leaderboard(book, course).as_bytes(),
    )?;
    let page_of = |id: &str| format!("students/{}", file_name(id, "html"));
    output::write_file(
        &to("index.html"),
        page::teacher(book, records, course, &page_of)?.as_bytes(),
    )?;
    let own = |id: &str| -> Vec<&Shared> {
        book.shared
            .iter()
            .filter(|pair| pair.has(id) && pair.share() >= course.plagiarism.share)
            .collect()
    };
    for (grade, record) in book.grades.iter().zip(records) {
        let place = folders.students.join(file_name(&grade.id, "html"));
        let page = page::student(grade, record, course, &own(&grade.id))?;
        output::write_file(&place, page.as_bytes())?;
    }
    Ok(())
}

/// One submission in a line.
fn line(course: &Course, record: &Record, is_new: bool) -> String {
    let numbers: Vec<String> = course
        .indicators()
        .filter_map(|indicator| {
            let row = record.results.as_ref()?.row(&indicator.metric)?;
            Some(format!(
                "{} {}",
                row.id,
                crate::verdicts::report::number(row.value?, row.std_error)
            ))
        })
        .collect();
    let told = record.error.clone().unwrap_or_else(|| numbers.join(", "));
    let kept = if is_new { "" } else { " (unchanged)" };
    format!("{}{kept}: {told}", record.id)
}

/// The leaderboard in words.
fn told(book: &Book, folders: &Folders) -> String {
    let width = book
        .grades
        .iter()
        .map(|grade| grade.id.chars().count())
        .max()
        .unwrap_or(0);
    let mut out = format!(
        "{:<width$}  {:>6}  {:<10} problems\n",
        "submission", "points", "band"
    );
    for grade in book.ranked() {
        let band = match (grade.status.name(), &grade.band) {
            ("graded", Some(band)) => band.clone(),
            ("graded", None) => "–".to_owned(),
            (status, _) => status.to_owned(),
        };
        let mark = if grade.is_borderline { "~" } else { " " };
        let mut problems: Vec<&str> = grade
            .problems
            .iter()
            .map(|problem| problem.code.as_str())
            .collect();
        problems.dedup();
        let _ = writeln!(
            out,
            "{:<width$}  {:>6.1}{mark} {:<10} {}",
            grade.id,
            grade.points,
            band,
            problems.join(", ")
        );
    }
    if book.grades.iter().any(|grade| grade.is_borderline) {
        out += "~ borderline: other pictures of the same generator may get other points\n";
    }
    let _ = writeln!(
        out,
        "\ngrade book: {}",
        folders.book.join("index.html").display()
    );
    out
}
