//! How freed memory is treated while training.
//!
//! glibc gives large freed blocks back to the system, and a training step fetches the same blocks again: a quarter of its
//! time. Three of its environment variables make it keep them; they are read when a process starts.

use std::process::Command;

/// glibc's variables (`mallopt(3)`), and their values.
const SETTINGS: [(&str, &str); 3] = [
    ("MALLOC_ARENA_MAX", "1"),
    ("MALLOC_TRIM_THRESHOLD_", "2000000000"),
    ("MALLOC_MMAP_THRESHOLD_", "1000000000"),
];

/// Has `command` keep its freed memory.
pub fn keep(command: &mut Command) {
    command.envs(SETTINGS);
}

/// Starts this process anew with the settings, in its place and once; one that has any of them already stays as it is, and
/// so does one that cannot be started anew.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn keep_own() {
    use std::os::unix::process::CommandExt;
    let is_set = SETTINGS
        .iter()
        .any(|(name, _)| std::env::var_os(name).is_some());
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    if !is_set {
        let mut command = Command::new(program);
        command.args(std::env::args_os().skip(1));
        keep(&mut command);
        // Comes back only where it failed, and then this process trains, more slowly.
        let _ = command.exec();
    }
}

/// There is no glibc here.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn keep_own() {}
