//! Several protocols from one decode, and the command that shows them.

use crate::networks::{Item, MemorySource, Net, extractor, picture};
use crate::program::{folder, gavel};
use gavel::error::{Kind, Result};
use gavel::features::extract::{ExtractOptions, OnError, extract, extract_under};
use gavel::features::store::Store;
use gavel::features::{Engine, Extraction, Extractor};
use gavel::preprocess::{PROTOCOLS, Protocol};
use gavel::progress::Silent;
use gavel::sources::{Digest, Entry, ImageSource, Stored, Visitor, Wanted};
use gavel::verdicts::protocols::{self, Protocols, judge};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A set that counts how often each item is handed out; what is handed out is decoded.
struct Watched {
    inner: MemorySource,
    handed_out: Mutex<Vec<usize>>,
}

impl Watched {
    fn new(inner: MemorySource) -> Self {
        let n = inner.len();
        Self {
            inner,
            handed_out: Mutex::new(vec![0; n]),
        }
    }

    fn counts(&self) -> Vec<usize> {
        self.handed_out.lock().unwrap().clone()
    }
}

impl ImageSource for Watched {
    fn spec(&self) -> &str {
        self.inner.spec()
    }

    fn entries(&self) -> &[Entry] {
        self.inner.entries()
    }

    fn digests(&self) -> Result<&[Digest]> {
        self.inner.digests()
    }

    fn visit(&self, wanted: Wanted<'_>, visit: Visitor<'_>) -> Result<()> {
        self.inner.visit(wanted, &mut |index, item| {
            self.handed_out.lock().unwrap()[index] += 1;
            visit(index, item)
        })
    }

    fn read(&self, index: usize) -> Result<Stored> {
        self.inner.read(index)
    }
}

/// An engine whose row is read off the tensor, and which counts its pictures.
struct Sums(AtomicUsize);

impl Engine for Sums {
    fn class(&self) -> &'static str {
        "sums"
    }

    fn describe(&self) -> String {
        "sums".to_owned()
    }

    fn run(&self, tensors: &[Vec<f32>]) -> Result<Vec<Vec<Vec<f32>>>> {
        self.0.fetch_add(tensors.len(), Ordering::Relaxed);
        Ok(tensors
            .iter()
            .map(|t| {
                vec![
                    vec![t.iter().sum(), t[0], t[40], t[100]],
                    vec![t[1], t[2], t[3]],
                ]
            })
            .collect())
    }
}

struct Bench {
    extractor: Extractor,
    engine: Sums,
    protocols: Vec<Protocol>,
    options: ExtractOptions,
}

impl Bench {
    /// A network of another size than the pictures, without a filter of its own: every protocol gives other tensors.
    fn new() -> Self {
        let mut extractor = extractor(Net::default().bytes(), 11);
        extractor.input.filter = None;
        extractor.input.range = None;
        Self {
            protocols: PROTOCOLS
                .iter()
                .map(|p| {
                    Protocol::preset(p.name)
                        .unwrap()
                        .for_input(&extractor.input)
                })
                .collect(),
            extractor,
            engine: Sums(AtomicUsize::new(0)),
            options: ExtractOptions {
                threads: 2,
                ..ExtractOptions::default()
            },
        }
    }

    fn under(
        &self,
        source: &dyn ImageSource,
        protocols: &[Protocol],
        store: Option<&Store>,
    ) -> Result<Vec<Extraction>> {
        extract_under(
            source,
            protocols,
            &self.extractor,
            &self.engine,
            store,
            &self.options,
            &Silent,
        )
    }

    fn ran(&self) -> usize {
        self.engine.0.swap(0, Ordering::Relaxed)
    }
}

#[test]
fn each_picture_is_decoded_once_and_every_protocol_gets_its_own_rows_to_the_bit() {
    let bench = Bench::new();
    let source = Watched::new(MemorySource::good(300).reversed());
    let all = bench.under(&source, &bench.protocols, None).unwrap();
    assert_eq!(source.counts(), vec![1; 300]);
    assert_eq!(bench.ran(), 300 * bench.protocols.len());
    for (protocol, found) in bench.protocols.iter().zip(&all) {
        let alone = extract(
            &source,
            protocol,
            &bench.extractor,
            &bench.engine,
            None,
            &bench.options,
            &Silent,
        )
        .unwrap();
        assert_eq!(found.features, alone.features, "{}", protocol.name);
        assert_eq!(found.logits, alone.logits);
        assert_eq!(found.indices, alone.indices);
    }
    assert_ne!(all[0].features, all[1].features);
}

#[test]
fn what_the_store_has_of_a_protocol_is_not_computed_again() {
    let bench = Bench::new();
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path());
    let source = Watched::new(MemorySource::good(300));
    bench
        .under(&source, &bench.protocols[..1], Some(&store))
        .unwrap();
    assert_eq!(bench.ran(), 300);
    let all = bench
        .under(&source, &bench.protocols[..3], Some(&store))
        .unwrap();
    assert_eq!(bench.ran(), 600);
    assert_eq!(
        all.iter().map(|e| e.n_cached).collect::<Vec<_>>(),
        [300, 0, 0]
    );
    assert_eq!(source.counts(), vec![2; 300]);
    // All is there: nothing is read.
    bench
        .under(&source, &bench.protocols[..3], Some(&store))
        .unwrap();
    assert_eq!(bench.ran(), 0);
    assert_eq!(source.counts(), vec![2; 300]);
}

#[test]
fn a_broken_picture_fails_or_is_left_out_for_all_protocols_alike() {
    let items = (0..40)
        .map(|i| {
            if i == 9 || i == 23 {
                Item::NoPicture
            } else {
                Item::Good(picture(i))
            }
        })
        .collect();
    let source = MemorySource::new(items);
    let mut bench = Bench::new();
    let error = bench.under(&source, &bench.protocols, None).unwrap_err();
    assert_eq!(error.kind(), Kind::Input);
    assert!(error.message().contains("00009.png"), "{error}");
    bench.options.on_error = OnError::Skip { max_bad: None };
    for found in bench.under(&source, &bench.protocols, None).unwrap() {
        assert_eq!(found.features.nrows(), 38);
        assert_eq!(found.failed.len(), 2);
    }
    // One protocol knows of the failure from the store, the others meet it now: the same error.
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path());
    bench
        .under(&source, &bench.protocols[1..2], Some(&store))
        .unwrap();
    bench.options.on_error = OnError::Fail;
    let again = bench
        .under(&source, &bench.protocols, Some(&store))
        .unwrap_err();
    assert_eq!(again.message(), error.message());
}

#[test]
fn the_command_shows_every_protocol_its_spread_and_the_ranks() {
    let home = tempfile::tempdir().unwrap();
    folder(home.path(), "real", 0, 40, 16);
    folder(home.path(), "one", 100, 40, 24);
    folder(home.path(), "two", 300, 40, 12);
    let arguments = ["protocols", "real", "one", "two", "--extractor", "pixels"];
    let found = gavel(home.path(), &[&arguments[..], &["--json", "-"]].concat()).results();
    assert_eq!(found["schema"], "gavel.protocols/1");
    assert_eq!(found["rows"].as_array().unwrap().len(), PROTOCOLS.len() * 2);
    // Each row is what evaluate gives under that protocol.
    for (name, row) in [("clean", 0), ("tf1", 4)] {
        let alone = gavel(
            home.path(),
            &[
                "evaluate",
                "real",
                "one",
                "--extractor",
                "pixels",
                "--metrics",
                "fid",
                "--protocol",
                name,
                "--json",
                "-",
            ],
        )
        .results();
        assert_eq!(found["rows"][row]["protocol"], name);
        assert_eq!(
            found["rows"][row]["row"]["value"], alone["metrics"][0]["value"],
            "{name}"
        );
        assert_eq!(
            found["rows"][row]["row"]["name"],
            alone["metrics"][0]["name"]
        );
    }
    let spread = &found["spreads"][0];
    let number = |name: &str| spread[name].as_f64().unwrap();
    assert_eq!(number("spread"), number("highest") - number("lowest"));
    assert!(number("spread") > 0.0);
    let shown = gavel(home.path(), &arguments);
    for word in ["A fd", "B fd", "legacy_tensorflow", "spread / mean SE"] {
        assert!(shown.stdout.contains(word), "{word}: {}", shown.stdout);
    }
    let one = gavel(
        home.path(),
        &["protocols", "real", "one", "--extractor", "pixels"],
    );
    assert!(!one.stdout.contains("places"), "{}", one.stdout);
}

#[test]
fn features_and_statistics_have_their_protocol_behind_them() {
    let home = tempfile::tempdir().unwrap();
    folder(home.path(), "real", 0, 10, 8);
    gavel(
        home.path(),
        &[
            "features",
            "real",
            "-o",
            "real.npy",
            "--extractor",
            "pixels",
        ],
    );
    gavel(
        home.path(),
        &["protocols", "real", "real.npy", "--extractor", "pixels"],
    )
    .fails(3, &["real.npy", "expected pictures"]);
}

#[test]
fn a_change_of_rank_is_named_and_says_whether_it_may_be_chance() {
    let row = |protocol: &str, generator: &str, value: f64| {
        serde_json::json!({"protocol": protocol, "generator": generator, "row": {
            "id": "fd", "name": "fd", "value": value, "std_error": 1.0, "interval": null, "direction": "lower",
            "n_reference": 10, "n_generated": 10, "params": {}}})
    };
    let judged = |values: [[f64; 2]; 2]| -> Protocols {
        let input = |label: &str| serde_json::json!({"label": label, "input": {"source": label, "n": 10, "fingerprint": label, "failed": []}});
        let entry =
            |name: &str| serde_json::json!({"name": name, "identity": name, "same_as": null});
        let [p, q] = values;
        let document = serde_json::json!({
            "schema": protocols::SCHEMA, "gavel": "0", "command": [], "inputs": {},
            "generators": [input("A"), input("B")], "extractor": null, "engine": null, "seed": 1,
            "protocols": [entry("p"), entry("q")],
            "rows": [row("p", "A", p[0]), row("p", "B", p[1]), row("q", "A", q[0]), row("q", "B", q[1])],
            "spreads": [], "rank_changes": [], "warnings": []
        });
        judge(serde_json::from_value(document).unwrap())
    };
    // Lower is better: A under p, B under q; 4 apart with errors of 1 each is 2.8 errors.
    let changed = judged([[1.0, 5.0], [9.0, 5.0]]);
    let change = &changed.rank_changes[0];
    assert_eq!(
        (&change.a_better[..], &change.b_better[..]),
        (&["p".to_owned()][..], &["q".to_owned()][..])
    );
    assert!(change.beyond_chance);
    assert_eq!(changed.spreads[0].spread, 8.0);
    assert_eq!(changed.spreads[0].in_std_errors, Some(8.0));
    assert_eq!(changed.spreads[0].highest_protocol, "q");
    assert!(!judged([[1.0, 5.0], [6.0, 5.0]]).rank_changes[0].beyond_chance);
    assert!(judged([[1.0, 5.0], [2.0, 5.0]]).rank_changes.is_empty());
}
