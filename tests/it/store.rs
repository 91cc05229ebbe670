//! The feature store and the extraction around it: the same features with and without it, whatever happens to it.

use crate::networks::{Item, MemorySource, Net, extractor, picture, protocol};
use gavel::error::{Error, Kind, Result};
use gavel::features::engine::{Choice, EngineRequest, discover, load};
use gavel::features::extract::{ExtractOptions, OnError, extract};
use gavel::features::store::{CHUNK, Chunk, Lookup, Recipe, RowState, Store};
use gavel::features::{Engine, Extraction, Extractor, Role};
use gavel::progress::{Observer, Silent};
use gavel::sources::ImageSource;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

/// An engine whose rows are sums by formula, which counts what it ran and fails as told.
struct Counting {
    ran: AtomicUsize,
    class: &'static str,
    /// Milliseconds per picture.
    pace: u64,
    fault: Fault,
}

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    Panic,
    NotFinite,
    Stops,
}

impl Counting {
    fn new() -> Self {
        Self {
            ran: AtomicUsize::new(0),
            class: "counting",
            pace: 0,
            fault: Fault::None,
        }
    }

    fn ran(&self) -> usize {
        self.ran.load(Ordering::Relaxed)
    }
}

impl Engine for Counting {
    fn class(&self) -> &'static str {
        self.class
    }

    fn describe(&self) -> String {
        "counting".to_owned()
    }

    fn run(&self, tensors: &[Vec<f32>]) -> Result<Vec<Vec<Vec<f32>>>> {
        self.ran.fetch_add(tensors.len(), Ordering::Relaxed);
        assert!(self.fault != Fault::Panic, "an engine that panics");
        if self.fault == Fault::Stops {
            return Err(Error::engine("out of memory"));
        }
        std::thread::sleep(Duration::from_millis(self.pace * tensors.len() as u64));
        let last = if self.fault == Fault::NotFinite {
            f32::NAN
        } else {
            1.0
        };
        Ok(tensors
            .iter()
            .map(|tensor| {
                let sum: f32 = tensor.iter().sum();
                let first = tensor[..64].iter().sum();
                vec![
                    vec![sum, first, tensor[0], tensor[191]],
                    vec![sum * 0.5, -first, last],
                ]
            })
            .collect())
    }
}

struct Bench {
    extractor: Extractor,
    engine: Counting,
    options: ExtractOptions,
}

impl Bench {
    fn new() -> Self {
        Self {
            extractor: extractor(Net::default().bytes(), 8),
            engine: Counting::new(),
            options: ExtractOptions {
                threads: 2,
                ..ExtractOptions::default()
            },
        }
    }

    fn skipping(max_bad: Option<usize>) -> Self {
        let mut bench = Self::new();
        bench.options.on_error = OnError::Skip { max_bad };
        bench
    }

    fn run(&self, source: &dyn ImageSource, store: Option<&Store>) -> Result<Extraction> {
        self.watched(source, store, &Silent)
    }

    fn watched(
        &self,
        source: &dyn ImageSource,
        store: Option<&Store>,
        observer: &dyn Observer,
    ) -> Result<Extraction> {
        extract(
            source,
            &protocol(&self.extractor),
            &self.extractor,
            &self.engine,
            store,
            &self.options,
            observer,
        )
    }
}

fn same(a: &Extraction, b: &Extraction) {
    assert_eq!(a.features, b.features);
    assert_eq!(a.logits, b.logits);
    assert_eq!(a.indices, b.indices);
    assert_eq!(a.failed, b.failed);
}

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path().join("store"));
    (folder, store)
}

/// Every file of the store with this ending.
fn files(store: &Store, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(store.folder())
        .into_iter()
        .flatten()
        .flatten()
        .flat_map(|folder| fs::read_dir(folder.path()).into_iter().flatten().flatten())
        .map(|file| file.path())
        .filter(|path| path.to_str().unwrap().ends_with(ending))
        .collect();
    found.sort();
    found
}

#[test]
fn rows_land_at_their_index_whatever_the_threads_the_batch_and_the_storage_order() {
    let source = MemorySource::good(600);
    let reference = Bench::new().run(&source, None).unwrap();
    // Row 7 by hand: the sum of the picture's own bytes over 255.
    let bytes = picture(7).rgb;
    let first_red = f32::from(bytes[0]) / 255.0;
    assert_eq!(reference.features[[7, 2]], first_red);
    assert_eq!(reference.indices, (0..600).collect::<Vec<_>>());
    for (threads, batch_size) in [(1, 0), (3, 1), (2, 7), (0, 1000)] {
        let mut bench = Bench::new();
        bench.options.threads = threads;
        bench.options.batch_size = batch_size;
        same(&bench.run(&source, None).unwrap(), &reference);
        same(
            &bench
                .run(&MemorySource::good(600).reversed(), None)
                .unwrap(),
            &reference,
        );
    }
}

#[test]
fn the_real_network_gives_the_same_bits_through_the_pipeline_as_by_itself() {
    let bench = Bench::new();
    let tract = discover(&EngineRequest {
        engine: Choice::Tract,
        ..EngineRequest::default()
    });
    let engine = load(&bench.extractor, &tract, 2).unwrap();
    let protocol = protocol(&bench.extractor);
    let (_folder, store) = store();
    for _ in 0..2 {
        let got = extract(
            &MemorySource::good(40),
            &protocol,
            &bench.extractor,
            engine.as_ref(),
            Some(&store),
            &bench.options,
            &Silent,
        )
        .unwrap();
        for index in 0..40 {
            let tensor = protocol.tensor(&picture(index)).unwrap();
            let want = engine.run(&[tensor]).unwrap();
            assert_eq!(got.features.row(index).to_vec(), want[0][0]);
            assert_eq!(got.logits.as_ref().unwrap().row(index).to_vec(), want[0][1]);
        }
    }
}

#[test]
fn a_second_run_computes_nothing_and_gives_the_same_bits() {
    let (_folder, store) = store();
    let source = MemorySource::good(600);
    let bench = Bench::new();
    let first = bench.run(&source, Some(&store)).unwrap();
    assert_eq!((bench.engine.ran(), first.n_cached), (600, 0));
    let second = bench.run(&source, Some(&store)).unwrap();
    assert_eq!((bench.engine.ran(), second.n_cached), (600, 600));
    same(&first, &second);
    same(&first, &bench.run(&source, None).unwrap());
    // 600 = 256 + 256 + 88.
    assert_eq!(store.status().unwrap().entries, 3);
}

#[test]
fn a_set_that_grew_computes_only_the_stretch_that_changed() {
    let (_folder, store) = store();
    let bench = Bench::new();
    bench
        .run(&MemorySource::good(2 * CHUNK), Some(&store))
        .unwrap();
    let grown = bench
        .run(&MemorySource::good(2 * CHUNK + 10), Some(&store))
        .unwrap();
    assert_eq!(grown.n_cached, 2 * CHUNK);
    assert_eq!(bench.engine.ran(), 2 * CHUNK + 10);
}

#[test]
fn every_part_of_the_recipe_changes_the_key() {
    let bench = Bench::new();
    let digests = MemorySource::good(3).digests().unwrap().to_vec();
    let base = protocol(&bench.extractor);
    let key = |protocol: &_, extractor: &_, engine: &dyn Engine, digests: &[_]| {
        Recipe::new(protocol, extractor, engine).key(digests)
    };
    let reference = key(&base, &bench.extractor, &bench.engine, &digests);
    assert_eq!(
        reference,
        key(&base, &bench.extractor, &Counting::new(), &digests)
    );

    let mut other_protocol = base.clone();
    other_protocol.clip = !other_protocol.clip;
    assert_ne!(
        reference,
        key(&other_protocol, &bench.extractor, &bench.engine, &digests)
    );
    let mut other_weights = bench.extractor.clone();
    other_weights.sha256 = "0".repeat(64);
    assert_ne!(
        reference,
        key(&base, &other_weights, &bench.engine, &digests)
    );
    let mut other_output = bench.extractor.clone();
    other_output.outputs[0].name = "pool".to_owned();
    assert_ne!(
        reference,
        key(&base, &other_output, &bench.engine, &digests)
    );
    let mut fewer_outputs = bench.extractor.clone();
    fewer_outputs.outputs.pop();
    assert_ne!(
        reference,
        key(&base, &fewer_outputs, &bench.engine, &digests)
    );
    let other_engine = Counting {
        class: "another",
        ..Counting::new()
    };
    assert_ne!(
        reference,
        key(&base, &bench.extractor, &other_engine, &digests)
    );
    let mut other_pictures = digests.clone();
    other_pictures.swap(0, 1);
    assert_ne!(
        reference,
        key(&base, &bench.extractor, &bench.engine, &other_pictures)
    );
    assert_ne!(
        reference,
        key(&base, &bench.extractor, &bench.engine, &digests[..2])
    );
}

#[test]
fn a_damaged_entry_is_dropped_told_and_computed_again() {
    let damages: [fn(&mut Vec<u8>); 6] = [
        |bytes| bytes.truncate(bytes.len() / 2),
        |bytes| bytes.truncate(bytes.len() - 1),
        Vec::clear,
        |bytes| *bytes.last_mut().unwrap() ^= 1,
        |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x10;
        },
        |bytes| {
            *bytes = b"something else altogether, and long enough for a hash of 32 bytes".to_vec();
        },
    ];
    for damage in damages {
        let (_folder, store) = store();
        let source = MemorySource::good(CHUNK + 5);
        let bench = Bench::new();
        let first = bench.run(&source, Some(&store)).unwrap();
        let entry = files(&store, ".gfs")
            .into_iter()
            .max_by_key(|path| fs::metadata(path).unwrap().len())
            .unwrap();
        let mut bytes = fs::read(&entry).unwrap();
        damage(&mut bytes);
        fs::write(&entry, bytes).unwrap();
        let again = bench.run(&source, Some(&store)).unwrap();
        same(&first, &again);
        assert_eq!((again.n_cached, bench.engine.ran()), (5, 2 * CHUNK + 5));
        assert!(
            again
                .notes
                .iter()
                .any(|(note, _)| note.contains("damaged entry")),
            "{:?}",
            again.notes
        );
        assert_eq!(
            bench.run(&source, Some(&store)).unwrap().n_cached,
            CHUNK + 5
        );
    }
}

#[test]
fn an_entry_of_other_shape_is_never_taken() {
    let (_folder, store) = store();
    let bench = Bench::new();
    let key = Recipe::new(&protocol(&bench.extractor), &bench.extractor, &bench.engine).key(&[]);
    let chunk = Chunk {
        states: vec![RowState::Done; 2],
        widths: vec![3],
        outputs: vec![vec![1.0; 6]],
        notes: BTreeMap::new(),
    };
    store.write(&key, &chunk).unwrap();
    assert!(matches!(store.read(&key, 2, &[3]), Lookup::Found(found) if found == chunk));
    assert!(matches!(store.read(&key, 3, &[2]), Lookup::Damaged(_)));
    assert!(
        matches!(store.read(&key, 2, &[3]), Lookup::Missing),
        "a damaged entry is removed"
    );
}

#[test]
fn a_store_that_cannot_be_written_is_a_note_and_the_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "a file, not a folder").unwrap();
    for place in [file.clone(), file.join("below")] {
        let store = Store::at(&place);
        let bench = Bench::new();
        let got = bench.run(&MemorySource::good(300), Some(&store)).unwrap();
        same(&got, &bench.run(&MemorySource::good(300), None).unwrap());
        let note = &got
            .notes
            .iter()
            .find(|(note, _)| note.contains("cannot be written"))
            .unwrap();
        assert!(note.0.contains(place.to_str().unwrap()), "{note:?}");
        assert_eq!(note.1, 2, "both chunks");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "a file, not a folder");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_note_and_the_run_goes_on() {
    // A small file system of our own needs rights that a test may not have; /dev/full gives the same error to a write,
    // so only the words for it are checked here.
    use std::io::Write;
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .and_then(|mut file| file.write_all(b"x"));
    let Err(error) = full else {
        println!("SKIPPED: /dev/full is not what it should be on this machine");
        return;
    };
    assert!(
        Error::io("store", &error)
            .message()
            .contains("the disk is full")
    );
}

fn with_bad(n: usize, bad: &[usize]) -> Vec<Item> {
    (0..n)
        .map(|index| {
            if bad.contains(&index) {
                Item::NoPicture
            } else {
                Item::Good(picture(index))
            }
        })
        .collect()
}

#[test]
fn under_fail_the_first_bad_picture_by_index_is_named_whatever_the_order() {
    for reversed in [false, true] {
        for threads in [1, 2, 4] {
            let mut bench = Bench::new();
            bench.options.threads = threads;
            let mut source = MemorySource::new(with_bad(400, &[301, 17, 350]));
            if reversed {
                source = source.reversed();
            }
            let error = bench.run(&source, None).err().unwrap();
            assert_eq!(error.kind(), Kind::Input);
            assert!(
                error.message().starts_with("memory: 00017.png: "),
                "{error}"
            );
        }
    }
}

#[test]
fn under_skip_bad_pictures_are_listed_and_their_rows_are_absent() {
    let bench = Bench::skipping(None);
    let got = bench
        .run(&MemorySource::new(with_bad(300, &[0, 17, 299])), None)
        .unwrap();
    let names: Vec<&str> = got.failed.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["00000.png", "00017.png", "00299.png"]);
    assert_eq!((got.features.nrows(), got.indices.len()), (297, 297));
    assert_eq!(
        (got.indices[0], got.indices[15], got.indices[16]),
        (1, 16, 18)
    );
    let all = bench.run(&MemorySource::good(300), None).unwrap();
    for (row, &index) in got.indices.iter().enumerate() {
        assert_eq!(got.features.row(row), all.features.row(index));
        assert_eq!(
            got.logits.as_ref().unwrap().row(row),
            all.logits.as_ref().unwrap().row(index)
        );
    }
}

#[test]
fn max_bad_allows_exactly_that_many() {
    let bad = [3, 140, 250];
    let source = || MemorySource::new(with_bad(300, &bad)).reversed();
    assert_eq!(
        Bench::skipping(Some(3))
            .run(&source(), None)
            .unwrap()
            .failed
            .len(),
        3
    );
    let error = Bench::skipping(Some(2)).run(&source(), None).err().unwrap();
    assert_eq!(error.kind(), Kind::Input);
    assert!(error.message().contains("--max-bad 2"), "{error}");
    let places: Vec<_> = ["00003.png", "00140.png", "00250.png"]
        .iter()
        .map(|name| error.message().find(name).unwrap())
        .collect();
    assert!(places.is_sorted(), "named in index order: {error}");
}

#[test]
fn a_set_without_one_readable_picture_is_an_error_also_under_skip() {
    let error = Bench::skipping(None)
        .run(&MemorySource::new(with_bad(3, &[0, 1, 2])), None)
        .err()
        .unwrap();
    assert!(
        error.message().contains("none of 3 pictures") && error.message().contains("00000.png"),
        "{error}"
    );
}

#[test]
fn an_empty_set_is_an_input_error() {
    let error = Bench::new()
        .run(&MemorySource::good(0), None)
        .err()
        .unwrap();
    assert_eq!(error.kind(), Kind::Input);
    assert!(error.message().contains("no pictures"));
}

#[test]
fn bad_pictures_are_remembered_and_still_fail_a_run_that_must_not_skip() {
    let (_folder, store) = store();
    let source = MemorySource::new(with_bad(300, &[17, 280]));
    let skipping = Bench::skipping(None);
    let first = skipping.run(&source, Some(&store)).unwrap();
    let second = skipping.run(&source, Some(&store)).unwrap();
    same(&first, &second);
    assert_eq!((second.n_cached, skipping.engine.ran()), (298, 298));
    let failing = Bench::new();
    let fresh = failing.run(&source, None).err().unwrap();
    let cached = failing.run(&source, Some(&store)).err().unwrap();
    assert_eq!(fresh.to_string(), cached.to_string());
}

#[test]
fn a_picture_that_could_not_be_fetched_is_tried_again() {
    let (_folder, store) = store();
    let mut items: Vec<Item> = (0..10).map(|index| Item::Good(picture(index))).collect();
    items[4] = Item::Unfetchable(picture(4));
    let bench = Bench::skipping(None);
    let first = bench.run(&MemorySource::new(items), Some(&store)).unwrap();
    assert_eq!(
        first.failed,
        [("00004.png".to_owned(), "the disk gave up".to_owned())]
    );
    let second = bench.run(&MemorySource::good(10), Some(&store)).unwrap();
    assert_eq!(
        (second.n_cached, second.failed.len(), bench.engine.ran()),
        (9, 0, 10)
    );
}

/// Asks to stop once so many items are done.
struct StopsAfter {
    done: AtomicUsize,
    limit: usize,
}

impl Observer for StopsAfter {
    fn begin(&self, _what: &str, _total: usize) {}

    fn advance(&self, n: usize) {
        self.done.fetch_add(n, Ordering::Relaxed);
    }

    fn end(&self) {}

    fn stop_requested(&self) -> bool {
        self.done.load(Ordering::Relaxed) >= self.limit
    }
}

#[test]
fn an_interrupted_run_keeps_every_finished_row() {
    for reversed in [false, true] {
        let (_folder, store) = store();
        let source = || {
            let source = MemorySource::good(600);
            if reversed { source.reversed() } else { source }
        };
        let observer = StopsAfter {
            done: AtomicUsize::new(0),
            limit: 300,
        };
        let bench = Bench::new();
        let error = bench
            .watched(&source(), Some(&store), &observer)
            .err()
            .unwrap();
        assert_eq!(error.kind(), Kind::Interrupted);
        let ran = bench.engine.ran();
        assert!((300..600).contains(&ran), "{ran}");
        let rest = bench.run(&source(), Some(&store)).unwrap();
        assert_eq!((rest.n_cached, bench.engine.ran()), (ran, 600));
        same(&rest, &Bench::new().run(&source(), None).unwrap());
    }
}

#[test]
fn a_worker_that_panics_ends_the_run_with_an_error_not_a_hang() {
    let mut bench = Bench::new();
    bench.engine.fault = Fault::Panic;
    let error = bench.run(&MemorySource::good(500), None).err().unwrap();
    assert_eq!(error.kind(), Kind::Engine);
    assert!(error.message().contains("panicked"));
}

#[test]
fn an_engine_that_stops_ends_the_run_with_its_error_and_a_picture() {
    let mut bench = Bench::new();
    bench.engine.fault = Fault::Stops;
    let error = bench.run(&MemorySource::good(500), None).err().unwrap();
    assert!(error.message().contains(".png: out of memory"), "{error}");
}

#[test]
fn features_that_are_not_finite_are_an_error_that_names_the_picture() {
    let mut bench = Bench::new();
    bench.engine.fault = Fault::NotFinite;
    bench.options.threads = 1;
    let error = bench.run(&MemorySource::good(5), None).err().unwrap();
    assert_eq!(error.kind(), Kind::Engine);
    for word in ["00000.png", "NaN", "`logits`", "position 2"] {
        assert!(
            error.message().contains(word),
            "`{word}` is not in: {error}"
        );
    }
}

#[test]
fn probabilities_become_log_probabilities() {
    let mut bench = Bench::new();
    bench.extractor.outputs[1].role = Role::Probabilities;
    let got = bench.run(&MemorySource::good(2), None).unwrap();
    // The engine's last "probability" is 1 (logarithm 0), its middle one is below 0 (the least float stands in).
    let logits = got.logits.unwrap();
    assert_eq!(logits[[0, 2]], 0.0);
    assert_eq!(logits[[1, 1]], f32::MIN_POSITIVE.ln());
}

#[test]
fn runs_at_the_same_time_share_a_store() {
    let (_folder, store) = store();
    let reference = Bench::new().run(&MemorySource::good(600), None).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                let got = Bench::new()
                    .run(&MemorySource::good(600), Some(&store))
                    .unwrap();
                same(&got, &reference);
                assert!(got.notes.is_empty(), "{:?}", got.notes);
            });
        }
        scope.spawn(|| {
            for _ in 0..20 {
                store.prune(1000).unwrap();
            }
        });
    });
    assert!(files(&store, ".gfs-tmp").is_empty());
    let bench = Bench::new();
    same(
        &bench.run(&MemorySource::good(600), Some(&store)).unwrap(),
        &reference,
    );
}

const VICTIMS_STORE: &str = "GAVEL_TEST_VICTIMS_STORE";

#[test]
fn a_killed_process_leaves_a_usable_store() {
    // The test starts itself once more; that process finds this variable, fills the store slowly and is killed.
    if let Some(folder) = std::env::var_os(VICTIMS_STORE) {
        let mut bench = Bench::new();
        bench.engine.pace = 1;
        let _ = bench.run(&MemorySource::good(40 * CHUNK), Some(&Store::at(folder)));
        return;
    }
    let (_folder, store) = store();
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::a_killed_process_leaves_a_usable_store"])
        .env(VICTIMS_STORE, store.folder())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let begin = SystemTime::now();
    while files(&store, ".gfs").len() < 3 && begin.elapsed().unwrap() < Duration::from_mins(1) {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let kept = store.status().unwrap().entries;
    assert!((3..40).contains(&kept), "{kept}");
    let bench = Bench::new();
    let source = MemorySource::good(40 * CHUNK);
    let got = bench.run(&source, Some(&store)).unwrap();
    assert_eq!(got.n_cached, kept * CHUNK);
    assert!(got.notes.is_empty(), "{:?}", got.notes);
    same(&got, &bench.run(&source, None).unwrap());
}

fn age(path: &Path, seconds: u64) {
    let time = SystemTime::now() - Duration::from_secs(seconds);
    fs::File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_modified(time)
        .unwrap();
}

#[test]
fn pruning_removes_the_least_recently_used_first_and_reading_counts_as_use() {
    let (_folder, store) = store();
    let bench = Bench::new();
    let sets: Vec<MemorySource> = (1..=3).map(|n| MemorySource::good(10 * n)).collect();
    let mut entries: Vec<PathBuf> = Vec::new();
    for (set, seconds) in sets.iter().zip([3000, 2000, 1000]) {
        bench.run(set, Some(&store)).unwrap();
        let new = files(&store, ".gfs")
            .into_iter()
            .find(|path| !entries.contains(path))
            .unwrap();
        age(&new, seconds);
        entries.push(new);
    }
    // The oldest is read, so the second is now the least recently used.
    assert_eq!(bench.run(&sets[0], Some(&store)).unwrap().n_cached, 10);
    let before = store.status().unwrap();
    let pruned = store.prune(before.bytes - 1).unwrap();
    assert_eq!((pruned.entries, pruned.left.entries), (1, 2));
    assert_eq!(
        entries.iter().map(|path| path.exists()).collect::<Vec<_>>(),
        [true, false, true]
    );
    assert_eq!(pruned.left, store.status().unwrap());
    assert_eq!(pruned.left.bytes + pruned.bytes, before.bytes);
    // Exactly as much as there is fits.
    assert_eq!(store.prune(pruned.left.bytes).unwrap().entries, 0);
    assert_eq!(store.prune(0).unwrap().left.entries, 0);
}

#[test]
fn a_run_keeps_the_store_within_its_bound() {
    let (_folder, store) = store();
    let store = store.with_max_bytes(30_000);
    let bench = Bench::new();
    for n in 1..8 {
        bench
            .run(&MemorySource::good(CHUNK + n), Some(&store))
            .unwrap();
        assert!(store.status().unwrap().bytes <= 30_000);
    }
    assert!(store.status().unwrap().entries > 0);
}

#[test]
fn only_stale_temporary_files_and_only_the_stores_own_files_are_removed() {
    let (_folder, store) = store();
    Bench::new()
        .run(&MemorySource::good(10), Some(&store))
        .unwrap();
    let entry = files(&store, ".gfs").remove(0);
    let stale = entry.with_extension("1-0.gfs-tmp");
    let running = entry.with_extension("2-0.gfs-tmp");
    let foreign = [
        store.folder().join("thesis.pdf"),
        store.folder().join("results").join("scores.gfs"),
        entry.with_file_name("notes.txt"),
    ];
    fs::create_dir(store.folder().join("results")).unwrap();
    for path in foreign.iter().chain([&stale, &running]) {
        fs::write(path, "x").unwrap();
        age(path, 7200);
    }
    age(&running, 60);
    assert_eq!(store.status().unwrap().temporary, 2);
    let pruned = store.prune(0).unwrap();
    assert_eq!(
        (pruned.stale, pruned.entries, pruned.left.temporary),
        (1, 1, 1)
    );
    assert!(!stale.exists() && running.exists() && !entry.exists());
    assert!(foreign.iter().all(|path| path.exists()));
}

#[test]
fn a_store_that_does_not_exist_yet_is_empty() {
    let (_folder, store) = store();
    assert_eq!(store.status().unwrap().entries, 0);
    assert_eq!(store.prune(0).unwrap().entries, 0);
    assert!(!store.folder().exists(), "looking creates nothing");
}
