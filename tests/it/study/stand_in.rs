//! A trainer for tests: a shell script that writes what a trainer leaves behind.

use std::fs;
use std::path::{Path, PathBuf};

/// Writes the script. It notes every start in `starts.txt` beside it, trains for `seconds`, and gives WGAN-GP's seed 1 a loss
/// that is no number. With a file `crash` beside it, it ends with the exit code that stands there.
pub fn trainer(home: &Path, seconds: &str) -> PathBuf {
    let path = home.join("trainer.sh");
    let here = home.display();
    let script = format!(
        r#"#!/bin/sh
while [ $# -gt 0 ]; do
  case "$1" in --run-file) file="$2"; shift;; -o) out="$2"; shift;; esac
  shift
done
echo "$(basename "$out")" >> '{here}/starts.txt'
if [ -f '{here}/crash' ]; then echo 'out of luck' >&2; exit "$(cat '{here}/crash')"; fi
sleep {seconds}
if grep -q 'loss = "wgan_gp"' "$file" && grep -q '^seed = 1$' "$file"; then
  echo '{{"status": "failed", "step": 17, "reason": "the loss is NaN, at step 17", "steps": 17}}' > "$out/run.json"
  exit 0
fi
cat > "$out/scores.json" <<'END'
{{"schema": "gavel.results/1", "gavel": "0.1.0", "command": [], "inputs": {{}}, "seed": 1, "warnings": [], "protocol": null,
 "engine": null, "extractor": {{"name": "embedded-v1", "sha256": "", "verified": false, "dimension": 64}}, "metrics": [
 {{"id": "fd", "value": 12.5, "std_error": 0.5, "interval": null, "direction": "lower", "n_reference": 9, "n_generated": 9, "params": {{}}}},
 {{"id": "precision", "value": 0.5, "std_error": null, "interval": null, "direction": "higher", "n_reference": 9, "n_generated": 9, "params": {{}}}},
 {{"id": "recall", "value": 0.25, "std_error": null, "interval": null, "direction": "higher", "n_reference": 9, "n_generated": 9, "params": {{}}}}]}}
END
echo '{{"status": "ok", "steps": 200, "seconds": 1.5, "looks": [{{"step": 100, "fd": 30.0}}, {{"step": 200, "fd": 13.0}}]}}' > "$out/run.json"
"#
    );
    fs::write(&path, script).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    path
}

/// How often the trainer was started.
pub fn starts(home: &Path) -> Vec<String> {
    let text = fs::read_to_string(home.join("starts.txt")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}
