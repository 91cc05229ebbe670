//! `gavel plot --samples`: samples of a sweep's generators, drawn anew through their `generator.onnx`.

use crate::cli::console::Console;
use crate::cli::pictures::PictureSet;
use crate::cli::sheets::drawn;
use crate::cli::sweep::resolved;
use crate::error::{Error, Kind, Result};
use crate::features::engine::{self, Discovery, EngineRequest};
use crate::features::generator::Generator;
use crate::plots::sheet::{self, Row};
use crate::rng::Seed;
use crate::sources::{self, OpenOptions, Opened};
use crate::verdicts::study::known;
use crate::verdicts::study::runs::{Run, Study};
use crate::verdicts::study::samples::{self, Cell, Drawn, Sheet};
use crate::verdicts::study::sweep::Manifest;
use std::path::{Component, Path, PathBuf};

/// Samples of a generator, and real pictures.
const SAMPLES: usize = 10;
/// Pixels of a picture's place, at most.
const CELL: u32 = 64;
/// What a run leaves in its folder.
const GENERATOR: &str = "generator.onnx";

/// A sheet as PNG.
pub struct Made {
    /// Its name and caption.
    pub drawn: Drawn,
    /// The file.
    pub png: Vec<u8>,
}

/// Where generators are looked for, and how they are drawn from.
pub struct Studio<'a> {
    folders: Vec<PathBuf>,
    plans: Vec<Manifest>,
    discovery: Discovery,
    seed: Seed,
    console: &'a Console,
}

impl<'a> Studio<'a> {
    /// Looks below `folder`, else beside each of the tables `scores`.
    pub fn new(
        folder: Option<&Path>,
        scores: &[PathBuf],
        seed: Seed,
        console: &'a Console,
    ) -> Result<Self> {
        let folders = match folder {
            Some(folder) if folder.is_dir() => vec![folder.to_owned()],
            Some(folder) => {
                return Err(Error::input(format!(
                    "--samples {}: no such folder",
                    folder.display()
                ))
                .mend("give the folder of the sweep, which holds runs/"));
            }
            None => beside(scores),
        };
        let mut plans = Vec::new();
        for folder in &folders {
            match Manifest::read(folder) {
                Ok(plan) => plans.extend(plan),
                Err(e) => console.talk(&format!("no real pictures on the sheets: {}", e.message())),
            }
        }
        Ok(Self {
            folders,
            plans,
            discovery: engine::discover(&EngineRequest::default()),
            seed,
            console,
        })
    }

    /// A sheet for each data set of which a generator is there.
    pub fn sheets(&self, study: &Study) -> Result<Vec<Made>> {
        let mut made = Vec::new();
        let mut first_wrong = None;
        for sheet in samples::sheets(study) {
            let mut rows = Vec::new();
            for cell in &sheet.cells {
                match self.row(cell) {
                    Ok(row) => rows.push(row),
                    Err(e) if e.kind() == Kind::Interrupted => return Err(e),
                    Err(e) => {
                        self.console.talk(&format!(
                            "not on the sheet of {}: {}: {}",
                            known::dataset_title(&sheet.dataset),
                            cell.title,
                            e.message()
                        ));
                        first_wrong.get_or_insert(e);
                    }
                }
            }
            if rows.iter().any(|row| !row.pictures.is_empty()) {
                made.push(self.finish(&sheet, rows)?);
            }
        }
        if made.is_empty() {
            return Err(self.none(first_wrong));
        }
        Ok(made)
    }

    /// The samples of a cell; of one whose median run failed the label alone.
    fn row(&self, cell: &Cell<'_>) -> Result<Row> {
        let mut row = Row {
            label: cell.label.clone(),
            pictures: Vec::new(),
        };
        if cell.run.fid().is_some() {
            let path = self.generator(cell.run)?;
            let made = Generator::load(&path, &self.discovery, 1)?;
            for note in &made.notes {
                self.console
                    .talk(&format!("note: {}: {note}", path.display()));
            }
            let spec = path.display().to_string();
            let pictures = made.pictures(&spec, SAMPLES, self.seed, self.console)?;
            row.pictures = pictures.pictures().iter().filter_map(drawn).collect();
        }
        Ok(row)
    }

    /// The generator's file of a run, below one of the folders.
    fn generator(&self, run: &Run) -> Result<PathBuf> {
        let place = Path::new(&run.last.checkpoint);
        let is_below = place
            .components()
            .all(|c| matches!(c, Component::Normal(_)));
        if place.as_os_str().is_empty() || !is_below {
            return Err(Error::input(format!(
                "its checkpoint_path is {:?}, expected a folder below that of the sweep, as runs/ID",
                run.last.checkpoint
            )));
        }
        let mut all = self.folders.iter().map(|f| f.join(place).join(GENERATOR));
        if let Some(found) = all.clone().find(|path| path.is_file()) {
            return Ok(found);
        }
        let looked = all.next().unwrap_or_default();
        Err(Error::input(format!("there is no {}", looked.display())))
    }

    /// The sheet, with real pictures on top where they can be had.
    fn finish(&self, sheet: &Sheet<'_>, mut rows: Vec<Row>) -> Result<Made> {
        let real = match self.real(sheet) {
            Ok(real) => real,
            Err(e) if e.kind() == Kind::Interrupted => return Err(e),
            Err(e) => {
                let name = known::dataset_title(&sheet.dataset);
                self.console.talk(&format!(
                    "no real pictures on the sheet of {name}: {}",
                    e.message()
                ));
                None
            }
        };
        let has_real = real.is_some();
        rows.splice(0..0, real);
        let sides = rows.iter().flat_map(|row| &row.pictures);
        let largest = sides.map(|p| p.width().max(p.height())).max().unwrap_or(1);
        // A whole multiple, so that small pictures fill their places.
        let cell = CELL
            - if largest < CELL {
                CELL % largest.max(1)
            } else {
                0
            };
        let png = sheet::draw(&rows, cell)
            .map_err(|e| Error::numerical(format!("the sheet of samples cannot be drawn: {e}")))?;
        Ok(Made {
            drawn: sheet.drawn(SAMPLES, self.seed.0, has_real),
            png,
        })
    }

    /// Some pictures of the test set, drawn by the seed; `None` where no plan of a sweep tells it.
    fn real(&self, sheet: &Sheet<'_>) -> Result<Option<Row>> {
        let found = self.plans.iter().find_map(|plan| {
            let is_shown = |id: &String| sheet.cells.iter().any(|cell| cell.run.last.run == *id);
            let run = plan.runs.iter().find(|run| is_shown(&run.id))?;
            Some(resolved(&run.test, Path::new(&plan.data)))
        });
        let Some(spec) = found else {
            return Ok(None);
        };
        let Opened::Images(source) = sources::open(&spec, &OpenOptions::default())? else {
            return Err(Error::input(format!("{spec}: holds numbers, no pictures")));
        };
        let n = source.len();
        let mut chosen = self.seed.stream("plot/real", 0).permutation(n);
        chosen.truncate(SAMPLES);
        let read =
            PictureSet::new(source, (0..n).collect()).read(&chosen, usize::MAX, self.console)?;
        let pictures = chosen.iter().filter_map(|index| drawn(read.get(index)?));
        Ok(Some(Row {
            label: "real pictures\n(test set)".to_owned(),
            pictures: pictures.collect(),
        }))
    }

    fn none(&self, first_wrong: Option<Error>) -> Error {
        let places: Vec<String> = self
            .folders
            .iter()
            .map(|f| f.display().to_string())
            .collect();
        let why = first_wrong.map_or_else(
            || "every median run failed".to_owned(),
            |e| e.message().to_owned(),
        );
        Error::input(format!(
            "no generator to draw samples from, looked below {}: {why}",
            places.join(", ")
        ))
        .mend("--samples DIR, the folder of the sweep: each of its runs/ID holds a generator.onnx")
    }
}

/// The folders of the tables, each once.
fn beside(scores: &[PathBuf]) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    for path in scores {
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
        let folder = parent.unwrap_or(Path::new(".")).to_owned();
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}
