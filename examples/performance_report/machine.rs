//! What the numbers were taken on, and how much memory this process holds (Linux; elsewhere 0).

use std::fs;

/// Processor, threads, memory and system in one line; no names of machines or people.
pub fn line() -> String {
    let field = |file: &str, name: &str| {
        fs::read_to_string(file).ok().and_then(|text| {
            let line = text.lines().find(|line| line.starts_with(name))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        })
    };
    let processor =
        field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let memory = field("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok())
        .map_or_else(String::new, |kib| {
            format!(", {:.0} GiB of memory", kib / 1024.0 / 1024.0)
        });
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "Machine: {processor}, {threads} threads{memory}, {} ({}). gavel {}.",
        std::env::consts::OS,
        std::env::consts::ARCH,
        env!("CARGO_PKG_VERSION")
    )
}

/// Starts counting the peak anew and gives what is held now, in MiB.
pub fn forget_peak() -> f64 {
    // Not allowed or not Linux: then the peak is that of the whole run, and too large rather than too small.
    let _ = fs::write("/proc/self/clear_refs", "5");
    status("VmRSS:")
}

/// The largest amount held since [`forget_peak`], in MiB.
pub fn peak() -> f64 {
    status("VmHWM:")
}

fn status(name: &str) -> f64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    text.lines()
        .find(|line| line.starts_with(name))
        .and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok())
        .map_or(0.0, |kib| kib / 1024.0)
}
