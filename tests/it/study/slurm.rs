//! `gavel sweep --executor slurm` on a real Slurm that this test starts on the loopback, as root, from the system's packages
//! (`apt-get install slurm-wlm munge`). Without them it skips aloud.
#![cfg(unix)]

use super::super::program::{Answer, command, gavel};
use super::stand_in::{starts, trainer};
use gavel::verdicts::study::scores::read;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The daemons, which end with the test.
struct Cluster {
    children: Vec<Child>,
    conf: String,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for child in self.children.iter_mut().rev() {
            let _ = Command::new("kill").arg(child.id().to_string()).status();
            let until = Instant::now() + Duration::from_secs(5);
            while Instant::now() < until && matches!(child.try_wait(), Ok(None)) {
                std::thread::sleep(Duration::from_millis(50));
            }
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn spawn(program: &str, words: &[&str], log: &Path) -> Option<Child> {
    let log = fs::File::create(log).unwrap();
    Command::new(program)
        .args(words)
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .ok()
}

/// The smallest configuration that runs jobs: one node that is also the controller, keys and state in `home`, no accounting,
/// no control groups.
fn configuration(home: &Path, node: &str) -> String {
    let here = home.display();
    let (control, daemon) = (port(), port());
    format!(
        "ClusterName=gavel
SlurmctldHost={node}(127.0.0.1)
SlurmctldPort={control}
SlurmdPort={daemon}
AuthType=auth/munge
AuthInfo=socket={here}/munge.socket
SlurmUser=root
SlurmdUser=root
StateSaveLocation={here}/state
SlurmdSpoolDir={here}/spool
SlurmctldPidFile={here}/slurmctld.pid
SlurmdPidFile={here}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
SchedulerParameters=sched_interval=1,bf_interval=1
NodeName={node} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"
    )
}

/// Starts munge, the controller and the node; `None` after saying aloud why not.
fn cluster(home: &Path) -> Option<Cluster> {
    let skip = |why: &str| {
        println!("SKIPPED: the Slurm executor was not tested: {why}");
        None
    };
    let said = |program: &str, word: &str| {
        let output = Command::new(program).arg(word).output();
        output
            .ok()
            .map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned())
    };
    for program in ["sbatch", "slurmctld", "slurmd"] {
        if said(program, "-V").is_none() {
            return skip(&format!(
                "there is no {program} (apt-get install slurm-wlm munge)"
            ));
        }
    }
    if said("id", "-u").as_deref() != Some("0") {
        return skip("its daemons must be started as root");
    }
    let node = said("hostname", "-s")?;
    fs::set_permissions(home, fs::Permissions::from_mode(0o755)).unwrap();
    for name in ["state", "spool"] {
        fs::create_dir(home.join(name)).unwrap();
    }
    let key: Vec<u8> = (0..1024_u32).map(|i| (i * i % 251) as u8).collect();
    fs::write(home.join("key"), key).unwrap();
    fs::set_permissions(home.join("key"), fs::Permissions::from_mode(0o400)).unwrap();
    let conf = home.join("slurm.conf");
    fs::write(&conf, configuration(home, &node)).unwrap();
    let conf = conf.display().to_string();
    let of = |name: &str, file: &str| format!("--{name}={}", home.join(file).display());
    let munge = [
        of("key-file", "key"),
        of("socket", "munge.socket"),
        of("pid-file", "munged.pid"),
        of("log-file", "munged.log"),
        of("seed-file", "munged.seed"),
    ];
    let mut words: Vec<&str> = munge.iter().map(String::as_str).collect();
    words.push("--foreground");
    let mut cluster = Cluster {
        children: Vec::new(),
        conf,
    };
    let Some(child) = spawn("munged", &words, &home.join("munged.out")) else {
        return skip("munged cannot be started");
    };
    cluster.children.push(child);
    std::thread::sleep(Duration::from_millis(500));
    for program in ["slurmctld", "slurmd"] {
        let log = home.join(format!("{program}.out"));
        let Some(child) = spawn(program, &["-D", "-f", &cluster.conf], &log) else {
            return skip(&format!("{program} cannot be started"));
        };
        cluster.children.push(child);
    }
    let until = Instant::now() + Duration::from_secs(20);
    while Instant::now() < until {
        let output = Command::new("sinfo")
            .args(["-h", "-o", "%t"])
            .env("SLURM_CONF", &cluster.conf)
            .output();
        if output.is_ok_and(|o| String::from_utf8_lossy(&o.stdout).trim() == "idle") {
            return Some(cluster);
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    let log = fs::read_to_string(home.join("slurmctld.out")).unwrap_or_default();
    skip(&format!(
        "no node became idle: {}",
        log.lines().last().unwrap_or_default()
    ))
}

#[test]
fn an_array_on_a_real_slurm_is_submitted_canceled_resubmitted_and_gathered() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let daemons = tempfile::tempdir().unwrap();
    let Some(cluster) = cluster(daemons.path()) else {
        return;
    };
    let ask = |words: &[&str]| {
        let output = command(home)
            .args(words)
            .env("SLURM_CONF", &cluster.conf)
            .output();
        Answer::of(output.unwrap())
    };
    let submit = [
        "sweep",
        "submit",
        "smoke",
        "-o",
        "out",
        "--executor",
        "slurm",
        "--trainer",
        "trainer.sh",
    ];
    let wait = |words: &[&str]| {
        let until = Instant::now() + Duration::from_secs(90);
        loop {
            let answer = ask(&["sweep", "status", "out"]);
            assert_eq!(answer.code, 0, "{}", answer.stderr);
            if words.iter().all(|words| answer.stdout.contains(words)) {
                return answer.stdout;
            }
            assert!(
                Instant::now() < until,
                "waited for {words:?}: {}",
                answer.stdout
            );
            std::thread::sleep(Duration::from_millis(200));
        }
    };
    trainer(home, "120");
    let answer = ask(&submit);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    wait(&["in flight  2", "2 running"]);
    ask(&submit).fails(3, &["in Slurm's queue already"]);
    let answer = ask(&["sweep", "cancel", "out"]);
    assert!(
        answer.stderr.contains("1 Slurm arrays canceled"),
        "{}",
        answer.stderr
    );
    wait(&["in flight  0"]);

    trainer(home, "0.1");
    let answer = ask(&[&submit[..], &["--processes", "1"]].concat());
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let text = wait(&["not in the queue any more"]);
    assert!(
        text.contains("done       3") && text.contains("failed     1"),
        "{text}"
    );
    assert!(
        !home.join("out/scores.csv").exists(),
        "tasks write their own rows only"
    );
    assert_eq!(ask(&["sweep", "gather", "out"]).code, 0);
    assert_eq!(read(&home.join("out/scores.csv")).unwrap().len(), 4);
    assert_eq!(starts(home).len(), 6);
    println!("a real Slurm ran the arrays:\n{text}");
    assert!(
        ask(&submit)
            .stderr
            .contains("every run of this sweep is finished")
    );
}

#[test]
fn a_missing_sbatch_is_said_and_nothing_is_lost() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    trainer(home, "0.01");
    let words = ["sweep", "smoke", "-o", "out", "--trainer", "trainer.sh"];
    let mut program = command(home);
    program
        .args(words)
        .args(["--executor", "slurm"])
        .env("PATH", home.join("nothing"));
    Answer::of(program.output().unwrap())
        .fails(4, &["sbatch", "not on this machine", "--executor local"]);
    let answer = gavel(home, &words);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert_eq!(read(&home.join("out/scores.csv")).unwrap().len(), 4);
}
