//! The corruptions: one entry each in [`CORRUPTIONS`].

use super::pixels;
use crate::error::{Error, Result};
use crate::rng::Stream;
use crate::sources::Pixels;
use crate::verdicts::report::number;

/// One known corruption at several levels.
pub struct Corruption {
    /// Name in `--corruptions` and in the documents.
    pub name: &'static str,
    /// Title of its panel.
    pub title: &'static str,
    /// What its levels count.
    pub unit: &'static str,
    /// The levels, rising. Those of dropped modes are shares of the modes.
    pub levels: &'static [f64],
    /// How it is made.
    pub kind: Kind,
    write: fn(f64) -> String,
}

/// How a corruption is made.
pub enum Kind {
    /// Every picture is damaged to the level.
    Pictures(fn(&Pixels, f64, &mut Stream) -> Result<Pixels>),
    /// A share of the pictures is mirrored.
    Mirrored,
    /// So many of the modes never occur.
    ModesDropped,
    /// A share of the set repeats five of its members.
    Duplicates,
    /// A share of the set is copied from what the generator saw.
    Copies,
}

impl Corruption {
    /// Does it change pixels, so that features must be extracted again?
    #[must_use]
    pub fn needs_pictures(&self) -> bool {
        matches!(self.kind, Kind::Pictures(_) | Kind::Mirrored)
    }

    /// A level as people write it.
    #[must_use]
    pub fn write(&self, level: f64) -> String {
        (self.write)(level)
    }
}

/// All of them.
pub const CORRUPTIONS: [Corruption; 8] = [
    Corruption {
        name: "blur",
        title: "Gaussian blur",
        unit: "σ, % of the shorter side",
        levels: &[1.0, 2.0, 4.0, 8.0],
        kind: Kind::Pictures(pixels::blur),
        write: percent,
    },
    Corruption {
        name: "noise",
        title: "Gaussian noise",
        unit: "σ, of 255",
        levels: &[4.0, 8.0, 16.0, 32.0],
        kind: Kind::Pictures(pixels::noise),
        write: plain,
    },
    Corruption {
        name: "jpeg",
        title: "JPEG",
        unit: "quality",
        levels: &[5.0, 25.0, 50.0, 80.0],
        kind: Kind::Pictures(pixels::jpeg),
        write: quality,
    },
    Corruption {
        name: "crop",
        title: "Centre crop",
        unit: "% of each side cut away",
        levels: &[5.0, 10.0, 20.0, 40.0],
        kind: Kind::Pictures(pixels::crop),
        write: percent,
    },
    Corruption {
        name: "flips",
        title: "Horizontal flips",
        unit: "% of the pictures",
        levels: &[25.0, 50.0, 75.0, 100.0],
        kind: Kind::Mirrored,
        write: percent,
    },
    Corruption {
        name: "modes_dropped",
        title: "Modes dropped",
        unit: "number of modes",
        levels: &[0.1, 0.2, 0.3, 0.5],
        kind: Kind::ModesDropped,
        write: plain,
    },
    Corruption {
        name: "duplicates",
        title: "Duplicates of 5 members",
        unit: "% of the set",
        levels: &[2.0, 5.0, 15.0, 50.0],
        kind: Kind::Duplicates,
        write: percent,
    },
    Corruption {
        name: "copies",
        title: "Training copies",
        unit: "% of the set",
        levels: &[10.0, 25.0, 50.0, 100.0],
        kind: Kind::Copies,
        write: percent,
    },
];

fn short(level: f64) -> String {
    if level.fract() == 0.0 {
        format!("{level}")
    } else {
        number(level, Some(level))
    }
}

fn percent(level: f64) -> String {
    format!("{} %", short(level))
}

fn plain(level: f64) -> String {
    short(level)
}

fn quality(loss: f64) -> String {
    format!("q {}", (100.0 - loss).round())
}

/// The corruptions of a list of names; all of them where nothing was typed.
///
/// # Errors
/// Usage: a name that is not known.
pub fn select(list: Option<&str>) -> Result<Vec<&'static Corruption>> {
    let Some(list) = list else {
        return Ok(CORRUPTIONS.iter().collect());
    };
    let names: Vec<String> = list
        .split(',')
        .map(|name| name.trim().to_ascii_lowercase().replace('-', "_"))
        .collect();
    for name in &names {
        if !CORRUPTIONS.iter().any(|c| c.name == name) {
            let known: Vec<&str> = CORRUPTIONS.iter().map(|c| c.name).collect();
            return Err(
                Error::usage(format!("--corruptions: there is no corruption {name:?}"))
                    .mend(format!("some of {}", known.join(", "))),
            );
        }
    }
    let chosen = CORRUPTIONS
        .iter()
        .filter(|c| names.iter().any(|name| name == c.name));
    Ok(chosen.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_corruption_has_rising_levels_and_its_own_name() {
        for (i, corruption) in CORRUPTIONS.iter().enumerate() {
            assert!(corruption.levels.windows(2).all(|w| w[0] < w[1]));
            assert!(corruption.levels.first().is_some_and(|level| *level > 0.0));
            let name = corruption.name;
            assert!(CORRUPTIONS[..i].iter().all(|other| other.name != name));
        }
    }

    #[test]
    fn levels_are_written_as_people_say_them() {
        let of = |name: &str, level| select(Some(name)).unwrap()[0].write(level);
        assert_eq!(of("blur", 2.0), "2 %");
        assert_eq!(of("blur", 2.345), "2.3 %");
        assert_eq!(of("jpeg", 30.0), "q 70");
        assert_eq!(of("modes-dropped", 3.0), "3");
        assert_eq!(select(None).unwrap().len(), CORRUPTIONS.len());
        assert!(select(Some("blurr")).is_err());
    }
}
