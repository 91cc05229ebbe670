//! How often a set has faces, beside how often real pictures have them.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde_json::Value;

use super::detector::{Detector, Settings};
use super::face::Face;
use super::ratio::{Share, ratio};
use crate::audit::{Audit, Card, Case, Evidence, Exhibit, Finding, Need, Report, Severity};
use crate::error::{Error, Result};
use crate::metrics::{Allowed, ParamSpec, Params, Warning};
use crate::statistics::estimate::{Direction, Estimate, SetSide};
use crate::statistics::proportions::{two_proportion_z, two_sided_p, wilson};

/// Pictures decoded at once, in bytes.
const CHUNK: usize = 256 << 20;

/// Pictures shown as evidence.
const SHOWN: usize = 8;

/// Below this rate on real pictures the detector does not fit the domain.
const BLIND: f64 = 0.1;

static CARD: Card = Card {
    name: "faces",
    findings: &["face_rate"],
    rows: &["face_rate", "face_rate_reference", "face_rate_ratio"],
    summary: "generated faces that a face detector does not take for faces",
    method: "share of pictures with at least one detection, with Wilson's interval, on generated and on real pictures; \
             their ratio with the interval of its logarithm",
    source: "Viola and Jones (2001); the anime face detection rate of the lecture's homework (AFD)",
    needs: &[Need::Detector],
    params: &[
        ParamSpec {
            name: "scale_factor",
            doc: "cascades: from one window size to the next",
            default: "1.1",
            allowed: Allowed::Positive,
        },
        ParamSpec {
            name: "min_neighbors",
            doc: "cascades: a face needs more windows than this",
            default: "3",
            allowed: Allowed::AtLeast(0),
        },
        ParamSpec {
            name: "min_size",
            doc: "least width and height of a face after enlarging (auto: 24 for cascades, any for networks)",
            default: "auto",
            allowed: Allowed::AtLeastOrAuto(1),
        },
        ParamSpec {
            name: "upscale",
            doc: "pictures are enlarged as often first",
            default: "1",
            allowed: Allowed::Between(1, 16),
        },
        ParamSpec {
            name: "equalize",
            doc: "cascades: equalize the histogram first",
            default: "yes",
            allowed: Allowed::Words(&["yes", "no"]),
        },
    ],
};

impl Settings {
    /// Out of the audit's parameters.
    ///
    /// # Errors
    /// Usage: the parameters are those of another audit.
    pub fn of(params: &Params) -> Result<Self> {
        Ok(Self {
            scale_factor: params.number("scale_factor")?,
            min_neighbors: params.integer("min_neighbors")?,
            min_size: params.integer_or_auto("min_size")?,
            upscale: params.integer("upscale")?,
            equalize: params.word("equalize")? == "yes",
        })
    }
}

/// The audit; it looks through the detector of the case.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faces;

impl Audit for Faces {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn run(&self, case: &Case<'_>, params: &Params) -> Result<Report> {
        match case.detector {
            Some(detector) => measure(case, detector, &Settings::of(params)?),
            None => Ok(Report::default()),
        }
    }
}

/// The faces of every picture of a set, in index order.
///
/// # Errors
/// Input: a picture cannot be read again. Engine: the detector cannot be run. Interrupted.
pub fn detect_all(
    case: &Case<'_>,
    side: SetSide,
    exhibit: &Exhibit,
    detector: &Detector,
    settings: &Settings,
) -> Result<Vec<Vec<Face>>> {
    case.observer
        .begin(&format!("faces: {}", side.name()), exhibit.len());
    let mut faces = vec![Vec::new(); exhibit.len()];
    for rows in chunks(exhibit) {
        let pictures: Vec<_> = case.archive.read(side, &rows)?.into_iter().collect();
        let found = pictures
            .par_iter()
            .map(|(row, pixels)| {
                if case.observer.stop_requested() {
                    return Err(Error::interrupted());
                }
                let found = detector.detect(pixels, settings)?;
                case.observer.advance(1);
                Ok((*row, found))
            })
            .collect::<Result<Vec<_>>>()?;
        for (row, found) in found {
            if let Some(place) = faces.get_mut(row) {
                *place = found;
            }
        }
    }
    case.observer.end();
    Ok(faces)
}

/// Rows whose pictures fit into memory together.
pub fn chunks(exhibit: &Exhibit) -> Vec<Vec<usize>> {
    let mut chunks: Vec<Vec<usize>> = Vec::new();
    let mut bytes = usize::MAX;
    for (row, item) in exhibit.items.iter().enumerate() {
        let picture = 3 * item.info.width * item.info.height;
        bytes = bytes.saturating_add(picture);
        match chunks.last_mut() {
            Some(chunk) if bytes <= CHUNK => chunk.push(row),
            _ => {
                bytes = picture;
                chunks.push(vec![row]);
            }
        }
    }
    chunks
}

/// What one set looks like to the detector.
#[derive(Debug, Clone)]
struct Seen {
    share: Share,
    n_faces: usize,
    /// Means over all faces.
    mean_size: Option<f64>,
    mean_score: Option<f64>,
}

impl Seen {
    fn of(faces: &[Vec<Face>]) -> Self {
        let all: Vec<&Face> = faces.iter().flatten().collect();
        let mean = |value: fn(&Face) -> f64| {
            let total: f64 = all.iter().map(|face| value(face)).sum();
            (!all.is_empty()).then(|| total / all.len() as f64)
        };
        Self {
            share: Share {
                n: faces.len(),
                hits: faces.iter().filter(|faces| !faces.is_empty()).count(),
            },
            n_faces: all.len(),
            mean_size: mean(|face| face.area().max(0.0).sqrt()),
            mean_score: mean(|face| face.score),
        }
    }
}

/// Counts faces in the generated set and, if it is there, in the reference.
///
/// Rows: `face_rate` (generated), `face_rate_reference` and `face_rate_ratio` (with a reference).
///
/// # Errors
/// As [`detect_all`].
pub fn measure(case: &Case<'_>, detector: &Detector, settings: &Settings) -> Result<Report> {
    let generated = detect_all(case, SetSide::Generated, case.generated, detector, settings)?;
    let reference = match case.reference {
        Some(exhibit) => Some(detect_all(
            case,
            SetSide::Reference,
            exhibit,
            detector,
            settings,
        )?),
        None => None,
    };
    let ours = Seen::of(&generated);
    let theirs = reference.as_deref().map(Seen::of);
    let mut report = Report {
        findings: vec![finding(
            &ours,
            theirs.as_ref(),
            &generated,
            reference.as_deref(),
        )],
        ..Report::default()
    };
    report.estimates = estimates(&ours, theirs.as_ref(), detector, settings);
    report.warnings = warnings(case, theirs.as_ref(), detector, settings);
    Ok(report)
}

fn estimates(
    ours: &Seen,
    theirs: Option<&Seen>,
    detector: &Detector,
    settings: &Settings,
) -> Vec<Estimate> {
    let row = |id: &str, seen: &Seen, direction| {
        let share = seen.share.value();
        Estimate {
            id: id.to_owned(),
            value: share,
            std_error: share.map(|p| (p * (1.0 - p) / seen.share.n as f64).sqrt()),
            interval: share.map(|p| wilson(p, seen.share.n as f64)),
            direction,
            n_reference: theirs.map(|theirs| theirs.share.n),
            n_generated: ours.share.n,
            params: described(detector, settings),
            details: details(seen),
            evidence: Vec::new(),
            curves: Vec::new(),
            why_absent: share
                .is_none()
                .then(|| "the set has no pictures".to_owned()),
        }
    };
    let mut rows = vec![row("face_rate", ours, Direction::Higher)];
    if let Some(theirs) = theirs {
        rows.push(row("face_rate_reference", theirs, Direction::Neither));
        let ratio = ratio(ours.share, theirs.share);
        rows.push(Estimate {
            id: "face_rate_ratio".to_owned(),
            value: ratio.map(|(value, _, _)| value),
            std_error: ratio.map(|(_, error, _)| error),
            interval: ratio.map(|(_, _, interval)| interval),
            direction: Direction::Neither,
            details: BTreeMap::from([("neutral".to_owned(), Value::from(1.0))]),
            why_absent: ratio
                .is_none()
                .then(|| "no face was found in the reference".to_owned()),
            ..row("face_rate_ratio", ours, Direction::Neither)
        });
    }
    rows
}

fn described(detector: &Detector, settings: &Settings) -> BTreeMap<String, Value> {
    BTreeMap::from([
        ("detector".to_owned(), Value::from(detector.name())),
        ("detector_sha256".to_owned(), Value::from(detector.sha256())),
        (
            "scale_factor".to_owned(),
            Value::from(settings.scale_factor),
        ),
        (
            "min_neighbors".to_owned(),
            Value::from(settings.min_neighbors),
        ),
        (
            "min_size".to_owned(),
            settings.min_size.map_or(Value::from("auto"), Value::from),
        ),
        ("upscale".to_owned(), Value::from(settings.upscale)),
        (
            "equalize".to_owned(),
            Value::from(if settings.equalize { "yes" } else { "no" }),
        ),
    ])
}

fn details(seen: &Seen) -> BTreeMap<String, Value> {
    let mut details = BTreeMap::from([
        ("n_pictures".to_owned(), Value::from(seen.share.n)),
        ("n_with_face".to_owned(), Value::from(seen.share.hits)),
        ("n_faces".to_owned(), Value::from(seen.n_faces)),
    ]);
    let mean_count = (seen.share.n > 0).then(|| seen.n_faces as f64 / seen.share.n as f64);
    let means = [
        ("faces_per_picture", mean_count),
        ("mean_size", seen.mean_size),
        ("mean_score", seen.mean_score),
    ];
    for (name, value) in means {
        details.insert(name.to_owned(), value.map_or(Value::Null, Value::from));
    }
    details
}

fn warnings(
    case: &Case<'_>,
    theirs: Option<&Seen>,
    detector: &Detector,
    settings: &Settings,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let (width, height) = detector.least_picture(settings);
    let sets = [
        (SetSide::Generated, Some(case.generated)),
        (SetSide::Reference, case.reference),
    ];
    for (side, exhibit) in sets
        .into_iter()
        .filter_map(|(side, exhibit)| Some((side, exhibit?)))
    {
        let is_small =
            |item: &&crate::audit::Item| item.info.width < width || item.info.height < height;
        let n = exhibit.items.iter().filter(is_small).count();
        if n > 0 {
            warnings.push(Warning::new(
                "smaller_than_detector_window",
                format!(
                    "{n} of {} {} pictures are smaller than the detector's window of {width} x {height} pixels: no face can be found in them",
                    exhibit.len(),
                    side.name()
                ),
                "enlarge them: --set faces.upscale=4, or take another detector",
            ));
        }
    }
    let rate = theirs.and_then(|seen| seen.share.value());
    if let Some(rate) = rate.filter(|&rate| rate < BLIND) {
        warnings.push(Warning::new(
            "detector_does_not_fit",
            format!("{} finds faces in {:.1} % of the real pictures only: it says little about the generated ones", detector.name(), 100.0 * rate),
            "take a detector for this kind of face (animeface for drawings, frontalface or yunet for photographs), or --set faces.upscale=4",
        ));
    }
    warnings
}

/// One finding: how the generated set stands beside the reference.
fn finding(
    ours: &Seen,
    theirs: Option<&Seen>,
    generated: &[Vec<Face>],
    reference: Option<&[Vec<Face>]>,
) -> Finding {
    let percent = |share: Share| {
        format!(
            "{:.1} % ({} of {})",
            100.0 * share.value().unwrap_or(0.0),
            share.hits,
            share.n
        )
    };
    let (severity, text) = match theirs {
        None => (
            Severity::Note,
            format!(
                "faces are found in {} of the generated pictures",
                percent(ours.share)
            ),
        ),
        Some(theirs) => {
            let text = format!(
                "faces are found in {} of the generated and {} of the real pictures",
                percent(ours.share),
                percent(theirs.share)
            );
            (severity(ours.share, theirs.share), text)
        }
    };
    let mut finding = Finding::new("face_rate", severity, text);
    if severity >= Severity::Warning {
        finding.mend.push_str(
            "look at the pictures without a face: they show what the generator does not draw well",
        );
    }
    finding.value = ours.share.value();
    finding.interval = finding
        .value
        .map(|share| wilson(share, ours.share.n as f64));
    if let Some(theirs) = theirs {
        let p = two_sided_p(z(ours.share, theirs.share));
        finding.details.insert("p_value".to_owned(), p);
        finding.details.extend(
            theirs
                .share
                .value()
                .map(|rate| ("reference_rate".to_owned(), rate)),
        );
        finding.details.extend(
            ratio(ours.share, theirs.share).map(|(value, _, _)| ("ratio".to_owned(), value)),
        );
    }
    finding.evidence = evidence(SetSide::Generated, generated);
    finding.evidence.extend(
        reference
            .map(|faces| evidence(SetSide::Reference, faces))
            .unwrap_or_default(),
    );
    finding
}

fn z(ours: Share, theirs: Share) -> f64 {
    let rate = |share: Share| share.value().unwrap_or(0.0);
    two_proportion_z(rate(ours), rate(theirs), ours.n as f64, theirs.n as f64)
}

/// A lower rate that chance does not explain is a note, one below 90 % of the real rate a warning, one below half of it
/// serious (each with the whole interval of the ratio).
fn severity(ours: Share, theirs: Share) -> Severity {
    let Some((_, _, interval)) = ratio(ours, theirs) else {
        return Severity::Note;
    };
    match interval.upper {
        upper if theirs.value().is_some_and(|rate| rate < BLIND) || upper.is_nan() => {
            Severity::Note
        }
        upper if upper < 0.5 => Severity::Serious,
        upper if upper < 0.9 => Severity::Warning,
        upper if upper < 1.0 => Severity::Note,
        _ => Severity::Clear,
    }
}

/// The places of faces.
fn frames(faces: &[Face]) -> Vec<[f64; 4]> {
    let place = |face: &Face| [face.x, face.y, face.width, face.height];
    faces.iter().map(place).collect()
}

/// The surest faces, and the first pictures without any.
fn evidence(side: SetSide, faces: &[Vec<Face>]) -> Vec<Evidence> {
    let best = |faces: &Vec<Face>| faces.iter().map(|face| face.score).max_by(f64::total_cmp);
    let mut sure: Vec<(usize, f64)> = faces
        .iter()
        .enumerate()
        .filter_map(|(row, faces)| Some((row, best(faces)?)))
        .collect();
    sure.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let sure = sure.into_iter().map(|(row, _)| row).take(SHOWN).collect();
    let without = faces
        .iter()
        .enumerate()
        .filter(|(_, faces)| faces.is_empty())
        .map(|(row, _)| row)
        .take(SHOWN)
        .collect();
    let group = |what: &str, rows: Vec<usize>| Evidence {
        label: format!("{}: {what}", side.name()),
        frames: rows
            .iter()
            .filter_map(|&row| Some(frames(faces.get(row)?)))
            .collect(),
        pictures: rows.into_iter().map(|row| (side, row)).collect(),
        ..Evidence::default()
    };
    let groups = [group("surest faces", sure), group("no face found", without)];
    groups
        .into_iter()
        .filter(|group| !group.pictures.is_empty())
        .collect()
}
