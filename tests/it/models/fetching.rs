//! Fetching, against a server of our own on the loopback interface.

use gavel::error::{Kind, Result};
use gavel::features::digest;
use gavel::features::fetch::{Published, fetch};
use gavel::progress::{Observer, Silent};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Answers each connection with the next of some raw HTTP answers, and remembers the requests.
struct Server {
    base: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answers: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}/mirror", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for answer in answers {
                let Ok((mut stream, _)) = listener.accept() else {
                    return;
                };
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let head = lines
                    .by_ref()
                    .map_while(std::io::Result::ok)
                    .take_while(|line| !line.is_empty());
                let request = head.collect::<Vec<_>>().join("\n");
                seen.lock().unwrap().push(request.to_lowercase());
                // A client that has seen enough may close first.
                let _ = stream.write_all(&answer);
            }
        });
        Self { base, requests }
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// 200,000 bytes: several pieces of a transfer.
fn content() -> Vec<u8> {
    (0..200_000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

fn ok(body: &[u8], announced: usize) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {announced}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

fn partial(body: &[u8], start: usize, size: usize) -> Vec<u8> {
    let (n, end) = (body.len(), size - 1);
    let head = format!(
        "HTTP/1.1 206 Partial Content\r\nContent-Length: {n}\r\nContent-Range: bytes {start}-{end}/{size}\r\nConnection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn status(line: &str) -> Vec<u8> {
    format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
}

fn get(server: &Server, folder: &Path) -> Result<PathBuf> {
    get_with(server, folder, &Silent)
}

fn get_with(server: &Server, folder: &Path, observer: &dyn Observer) -> Result<PathBuf> {
    let sha256 = digest::sha256(&content());
    let entry = Published {
        model: "test",
        file_name: "weights.pth",
        url: "https://publisher.invalid/release/published-name.pth",
        sha256: &sha256,
        size: content().len() as u64,
        publisher: "this test",
    };
    fetch(&entry, Some(&server.base), folder, observer)
}

#[test]
fn a_file_is_fetched_verified_and_not_fetched_again() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("models");
    let server = Server::start(vec![ok(&content(), content().len())]);
    let path = get(&server, &target).unwrap();
    assert_eq!(path, target.join("weights.pth"));
    assert_eq!(std::fs::read(&path).unwrap(), content());
    assert!(!target.join("weights.pth.part").exists());
    // The server has no second answer: this must not ask.
    assert_eq!(get(&server, &target).unwrap(), path);
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert!(
        requests[0].starts_with("get /mirror/published-name.pth "),
        "{}",
        requests[0]
    );
    assert!(!requests[0].contains("range:"), "{}", requests[0]);
}

#[test]
fn a_broken_transfer_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let (all, cut) = (content(), 70_000);
    let server = Server::start(vec![
        ok(&all[..cut], all.len()),
        partial(&all[cut..], cut, all.len()),
    ]);
    let error = get(&server, folder.path()).unwrap_err();
    assert_eq!(error.kind(), Kind::Engine);
    assert!(error.message().contains("70000 of 200000 bytes"), "{error}");
    assert!(error.advice().unwrap().contains("again"), "{error}");
    assert!(!folder.path().join("weights.pth").exists());
    let path = get(&server, folder.path()).unwrap();
    assert_eq!(std::fs::read(path).unwrap(), all);
    assert!(
        server.requests()[1].contains("range: bytes=70000-"),
        "{}",
        server.requests()[1]
    );
}

#[test]
fn a_server_that_ignores_the_range_is_read_from_the_start() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("weights.pth.part"), vec![7; 1000]).unwrap();
    let server = Server::start(vec![ok(&content(), content().len())]);
    assert_eq!(
        std::fs::read(get(&server, folder.path()).unwrap()).unwrap(),
        content()
    );
}

#[test]
fn a_server_that_refuses_the_range_is_asked_from_the_start() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("weights.pth.part"), &content()[..1000]).unwrap();
    let server = Server::start(vec![
        status("416 Range Not Satisfiable"),
        ok(&content(), content().len()),
    ]);
    assert_eq!(
        std::fs::read(get(&server, folder.path()).unwrap()).unwrap(),
        content()
    );
    assert!(!server.requests()[1].contains("range:"));
}

#[test]
fn a_rest_that_starts_elsewhere_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("weights.pth.part"), &content()[..1000]).unwrap();
    let server = Server::start(vec![partial(&content()[500..], 500, content().len())]);
    let error = get(&server, folder.path()).unwrap_err();
    assert!(error.message().contains("206"), "{error}");
}

#[test]
fn a_complete_part_needs_no_network() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("weights.pth.part"), content()).unwrap();
    let server = Server::start(Vec::new());
    assert_eq!(
        std::fs::read(get(&server, folder.path()).unwrap()).unwrap(),
        content()
    );
}

#[test]
fn a_file_with_another_hash_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = content();
    wrong[100_000] ^= 1;
    let server = Server::start(vec![ok(&wrong, wrong.len())]);
    let error = get(&server, folder.path()).unwrap_err();
    assert_eq!(error.kind(), Kind::Engine);
    for sum in [digest::sha256(&wrong), digest::sha256(&content())] {
        assert!(error.message().contains(&sum), "{error}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_page_instead_of_the_file_is_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let page = b"<html>please log in</html>";
    let server = Server::start(vec![ok(page, page.len())]);
    let error = get(&server, folder.path()).unwrap_err();
    assert!(
        error.message().contains("offers 26 bytes, expected 200000"),
        "{error}"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_missing_file_and_a_broken_server_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(vec![
        status("404 Not Found"),
        status("503 Service Unavailable"),
    ]);
    let missing = get(&server, folder.path()).unwrap_err();
    assert!(
        missing.message().contains("no such file (404)"),
        "{missing}"
    );
    let broken = get(&server, folder.path()).unwrap_err();
    assert!(broken.message().contains("503"), "{broken}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    for error in [missing, broken] {
        assert_eq!(error.kind(), Kind::Engine);
        assert!(
            error.message().contains("published-name.pth") && error.advice().is_some(),
            "{error}"
        );
    }
}

#[test]
fn no_server_at_all_is_an_error_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let server = Server {
        base,
        requests: Arc::default(),
    };
    let error = get(&server, folder.path()).unwrap_err();
    assert_eq!(error.kind(), Kind::Engine);
    assert!(error.advice().unwrap().contains("network"), "{error}");
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let occupied = folder.path().join("occupied");
    std::fs::write(&occupied, b"").unwrap();
    let server = Server::start(Vec::new());
    let error = get(&server, &occupied.join("models")).unwrap_err();
    assert_eq!(error.kind(), Kind::Engine);
    assert!(error.message().contains("occupied"), "{error}");
}

/// Asks to stop from the start.
struct Stopping;

impl Observer for Stopping {
    fn begin(&self, _what: &str, _total: usize) {}
    fn advance(&self, _n: usize) {}
    fn end(&self) {}
    fn stop_requested(&self) -> bool {
        true
    }
}

#[test]
fn a_request_to_stop_is_heard() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(vec![ok(&content(), content().len())]);
    let error = get_with(&server, folder.path(), &Stopping).unwrap_err();
    assert_eq!(error.kind(), Kind::Interrupted);
}

#[test]
fn two_fetches_of_one_file_do_not_mix() {
    let folder = tempfile::tempdir().unwrap();
    let part = std::fs::File::create(folder.path().join("weights.pth.part")).unwrap();
    part.lock().unwrap();
    let server = Server::start(Vec::new());
    let error = get(&server, folder.path()).unwrap_err();
    assert!(error.message().contains("another fetch"), "{error}");
}
