//! Data sets, checked.

use super::super::Data;
use super::Reader;
use super::raw::RawData;
use crate::error::{Error, Result};
use crate::verdicts::study::known;

impl Reader<'_> {
    pub(super) fn data(&self, all: &[RawData]) -> Result<Vec<Data>> {
        if all.is_empty() {
            return Err(
                Error::input(format!("{}: no data set", self.file)).mend("add a [[data]] table")
            );
        }
        let mut found: Vec<Data> = Vec::new();
        for raw in all {
            let name = raw.name.get_ref();
            if name.is_empty() || found.iter().any(|other| other.name == *name) {
                return Err(self.wrong(
                    &raw.name,
                    format!("the name {name:?} of a data set is empty or stands twice"),
                ));
            }
            let (size, channels) = self.extent(raw)?;
            found.push(Data {
                name: name.clone(),
                train: raw.train.clone(),
                test: raw.test.clone(),
                size,
                channels,
                steps: match &raw.steps {
                    Some(steps) => Some(self.at_least_one(steps, "steps")?),
                    None => None,
                },
            });
        }
        Ok(found)
    }

    /// Size and channels of a data set, where they are left out those of gray digits; of points, which have but one of both,
    /// theirs.
    fn extent(&self, raw: &RawData) -> Result<(u64, u64)> {
        let are_points = known::is_points(&raw.train);
        if are_points != known::is_points(&raw.test) {
            return Err(self
                .wrong(
                    &raw.name,
                    "one of `train` and `test` is points in the plane, the other is not",
                )
                .mend("test = \"mixtures:ring?split=test\" for train = \"mixtures:ring\""));
        }
        let (side, depth) = if are_points { (1, 2) } else { (28, 1) };
        let size = match &raw.size {
            Some(size) => self.at_least_one(size, "size")?,
            None => side,
        };
        let channels = raw.channels.as_ref().map_or(depth, |c| *c.get_ref());
        let (is_fine, expected) = if are_points {
            let is_fine = (size, channels) == (1, 2);
            (is_fine, "size = 1 and channels = 2 of points, or neither")
        } else {
            let is_fine = channels == 1 || channels == 3;
            (is_fine, "channels = 1 (gray) or 3 (colour)")
        };
        if is_fine {
            return Ok((size, channels));
        }
        let what = format!("size = {size} and channels = {channels}, expected {expected}");
        Err(match raw.channels.as_ref().or(raw.size.as_ref()) {
            Some(at) => self.wrong(at, what),
            None => self.wrong(&raw.name, what),
        })
    }
}
