//! Asking a Python where its `onnxruntime` package lies.

use super::search::{Lead, Origin, libraries_in};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Asks a Python where its `onnxruntime` package is. The package is located, not imported.
pub(super) fn ask(program: &Path) -> Lead {
    const QUESTION: &str = "import importlib.util as u\ns = u.find_spec('onnxruntime')\n\
                            print('\\n'.join(s.submodule_search_locations or []) if s else '')";
    let (files, answer) = match output_of(program, &["-c", QUESTION], Duration::from_secs(5)) {
        Ok(text) => {
            let folders: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
            let files: Vec<PathBuf> = folders
                .iter()
                .flat_map(|folder| libraries_in(&Path::new(folder).join("capi")))
                .collect();
            let answer = if folders.is_empty() {
                "has no onnxruntime package".to_owned()
            } else {
                folders.join(", ")
            };
            (files, answer)
        }
        Err(reason) => (Vec::new(), reason),
    };
    Lead {
        origin: Origin::Python,
        place: format!("{} ({answer})", program.display()),
        files,
    }
}

/// Standard output of a program that must answer within `limit`.
fn output_of(program: &Path, arguments: &[&str], limit: Duration) -> Result<String, String> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "not found".to_owned(),
            _ => format!("cannot be started: {error}"),
        })?;
    let deadline = Instant::now() + limit;
    loop {
        match child.try_wait() {
            Ok(Some(_)) => break,
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("did not answer within {} s", limit.as_secs_f64()));
            }
        }
    }
    let output = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("failed with {}", output.status))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_hangs_is_given_up() {
        let begin = Instant::now();
        let answer = output_of(Path::new("sleep"), &["20"], Duration::from_millis(50));
        assert!(answer.is_err_and(|reason| reason.contains("did not answer")));
        assert!(begin.elapsed() < Duration::from_secs(5));
    }
}
