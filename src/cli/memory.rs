//! How memory is treated while training.
//!
//! glibc gives large freed blocks back to the system, and a training step fetches the same blocks again: a quarter of its
//! time. Three of its environment variables make it keep them. A fourth asks for huge pages, which saves another tenth with
//! weights of many megabytes. They are read when a process starts.

use std::process::Command;

/// glibc's variables (`mallopt(3)`, and its tunables since 2.35, which an older one ignores), and their values.
const SETTINGS: [(&str, &str); 4] = [
    ("MALLOC_ARENA_MAX", "1"),
    ("MALLOC_TRIM_THRESHOLD_", "2000000000"),
    ("MALLOC_MMAP_THRESHOLD_", "1000000000"),
    ("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1"),
];

/// Has `command` keep its freed memory; what is set already stays.
pub fn keep(command: &mut Command) {
    let is_free = |(name, _): &(&str, &str)| std::env::var_os(name).is_none();
    command.envs(SETTINGS.into_iter().filter(is_free));
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
