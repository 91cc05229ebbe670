//! One HTTP transfer into a file that may hold a beginning already.

use crate::error::{Error, Result};
use crate::features::model_error;
use crate::progress::Observer;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Duration;
use ureq::Body;
use ureq::http::{Response, StatusCode, header};

/// How long a connection may take, and how long a transfer may stand still.
const PATIENCE: Duration = Duration::from_mins(1);
/// Bytes written at a time.
const PIECE: usize = 1 << 16;

/// A transfer and where it goes.
pub struct Transfer<'a> {
    pub url: &'a str,
    /// Bytes expected in all; more are never written.
    pub size: u64,
    pub part: &'a Path,
    pub file: File,
    pub observer: &'a dyn Observer,
}

impl Transfer<'_> {
    /// Brings the file to its full size.
    pub fn run(&mut self) -> Result<()> {
        let have = self
            .file
            .metadata()
            .map_err(|error| self.unwritable(&error))?
            .len();
        if have == self.size {
            // Complete, but the program ended before the name was given; the caller checks the sha256.
            return Ok(());
        }
        let have = if have > self.size { 0 } else { have };
        let response = self.ask(have)?;
        let start = match response.status() {
            StatusCode::OK => 0,
            StatusCode::PARTIAL_CONTENT if have > 0 && range_start(&response) == Some(have) => have,
            status => {
                return Err(Error::engine(format!(
                    "{}: the server answered {status}, expected 200 or the rest of the file",
                    self.url
                ))
                .mend(format!(
                    "try again later, or remove {} to start afresh",
                    self.part.display()
                )));
            }
        };
        self.compare_size(&response, start)?;
        self.file
            .set_len(start)
            .and_then(|()| self.file.seek(SeekFrom::Start(start)))
            .map_err(|error| self.unwritable(&error))?;
        self.observer.advance(start as usize);
        self.copy(response, start)
    }

    fn ask(&self, from: u64) -> Result<Response<Body>> {
        let is_local = ["http://127.0.0.1", "http://localhost", "http://[::1]"]
            .iter()
            .any(|host| self.url.starts_with(host));
        let mut config = ureq::Agent::config_builder()
            .user_agent(concat!("gavel/", env!("CARGO_PKG_VERSION")))
            .http_status_as_error(false)
            .timeout_connect(Some(PATIENCE))
            .timeout_recv_response(Some(PATIENCE))
            .timeout_per_read(Some(PATIENCE));
        if is_local {
            config = config.proxy(None);
        }
        let mut request = ureq::Agent::new_with_config(config.build()).get(self.url);
        if from > 0 {
            request = request.header(header::RANGE, format!("bytes={from}-"));
        }
        let response = request.call().map_err(|error| self.unreachable(&error))?;
        match response.status() {
            // The beginning that we hold does not fit what the server has: from the start.
            StatusCode::RANGE_NOT_SATISFIABLE if from > 0 => self.ask(0),
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(Error::engine(format!(
                "{}: the server has no such file (404)",
                self.url
            ))
            .mend(
                "the publisher has moved it: get it in a browser and use gavel models convert FILE",
            )),
            _ => Ok(response),
        }
    }

    /// A page of a captive portal or a moved file is seen before anything is written.
    fn compare_size(&self, response: &Response<Body>, start: u64) -> Result<()> {
        match response.body().content_length() {
            Some(rest) if start.saturating_add(rest) != self.size => Err(Error::engine(format!(
                "{}: the server offers {} bytes, expected {}",
                self.url,
                start.saturating_add(rest),
                self.size
            ))
            .mend("open the address in a browser: a login page or a moved file answers there")),
            _ => Ok(()),
        }
    }

    fn copy(&mut self, response: Response<Body>, mut at: u64) -> Result<()> {
        let rest = self.size.saturating_sub(at);
        let mut body = response
            .into_body()
            .into_with_config()
            .limit(u64::MAX)
            .reader()
            .take(rest);
        let mut piece = vec![0_u8; PIECE];
        while at < self.size {
            if self.observer.stop_requested() {
                self.file
                    .sync_all()
                    .map_err(|error| self.unwritable(&error))?;
                return Err(Error::interrupted());
            }
            let read = body
                .read(&mut piece)
                .map_err(|error| self.broken(at, &error.to_string()))?;
            let read = piece.get(..read).unwrap_or_default();
            if read.is_empty() {
                return Err(self.broken(at, "the connection was closed"));
            }
            self.file
                .write_all(read)
                .map_err(|error| self.unwritable(&error))?;
            at += read.len() as u64;
            self.observer.advance(read.len());
        }
        self.file
            .sync_all()
            .map_err(|error| self.unwritable(&error))
    }

    fn broken(&self, at: u64, why: &str) -> Error {
        Error::engine(format!(
            "{}: broke off after {at} of {} bytes: {why}",
            self.url, self.size
        ))
        .mend("run the same command again: it goes on from there")
    }

    fn unwritable(&self, error: &std::io::Error) -> Error {
        model_error::writing(self.part, error)
    }

    fn unreachable(&self, error: &ureq::Error) -> Error {
        let host = self.url.split('/').nth(2).unwrap_or(self.url);
        let what = match error {
            ureq::Error::HostNotFound => format!("{host} is not found: is there a network?"),
            ureq::Error::Timeout(_) => {
                format!("{host} did not answer within {} s", PATIENCE.as_secs())
            }
            error => format!("{host}: {error}"),
        };
        Error::engine(format!("{}: {what}", self.url)).mend(
            "check the network and HTTPS_PROXY; or fetch the file on another machine and use gavel models convert FILE",
        )
    }
}

/// `Content-Range: bytes START-END/SIZE`.
fn range_start(response: &Response<Body>) -> Option<u64> {
    let range = response
        .headers()
        .get(header::CONTENT_RANGE)?
        .to_str()
        .ok()?;
    range
        .strip_prefix("bytes ")?
        .split('-')
        .next()?
        .trim()
        .parse()
        .ok()
}
