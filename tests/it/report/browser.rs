//! The page in headless Chromium, where it is installed: no errors, no sideways scrolling, dark colours, and the same
//! content without scripting.

use super::material::{audit, evaluation};
use gavel::verdicts::report::document::Document;
use gavel::verdicts::report::html;
use std::path::Path;
use std::process::{Command, Output};

const PROGRAMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Runs the browser on a file, or says aloud that there is none.
fn browser(home: &Path, arguments: &[&str], file: &Path) -> Option<Output> {
    let program = PROGRAMS.iter().find(|program| {
        let version = Command::new(program).arg("--version").output();
        version.is_ok_and(|output| output.status.success())
    });
    let Some(program) = program else {
        println!("SKIPPED: no chromium here, so the page was not opened in a browser");
        return None;
    };
    let output = Command::new(program)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            "--virtual-time-budget=5000",
        ])
        .arg(format!(
            "--user-data-dir={}",
            home.join("profile").display()
        ))
        .args(arguments)
        .arg(format!("file://{}", file.display()))
        .output()
        .expect("the browser starts");
    Some(output)
}

/// The pages that are looked at: of one set with everything, and of three sets.
fn pages() -> [(&'static str, String); 2] {
    let read = |value: serde_json::Value| {
        Document::parse("a.json", &value.to_string()).expect("a document")
    };
    let long = "data/very-long-names-without-any-space-that-could-be-broken-anywhere-at-all/generated.tar.gz";
    let one = [read(evaluation(long, 64.0)), read(audit(long))];
    let several = [
        read(evaluation("a.tgz", 64.0)),
        read(evaluation("b.tgz", 32.0)),
        read(audit("a.tgz")),
    ];
    [
        ("one", html::render(&one).expect("a page")),
        ("several", html::render(&several).expect("a page")),
    ]
}

#[test]
fn the_browser_has_nothing_to_complain_of_and_the_script_runs_under_its_policy() {
    for (name, page) in pages() {
        let home = tempfile::tempdir().expect("a folder");
        let file = home.path().join("page.html");
        std::fs::write(&file, &page).expect("a file");
        let Some(output) = browser(
            home.path(),
            &["--dump-dom", "--window-size=1280,900"],
            &file,
        ) else {
            return;
        };
        let talk = String::from_utf8_lossy(&output.stderr);
        let complaints: Vec<&str> = talk
            .lines()
            .filter(|line| line.contains("CONSOLE"))
            .collect();
        assert!(complaints.is_empty(), "{name}: {complaints:#?}");
        let dom = String::from_utf8_lossy(&output.stdout);
        assert!(
            dom.contains("class=\"theme\""),
            "{name}: the button of the script"
        );
        assert!(
            !page.contains("class=\"theme\""),
            "{name}: none without scripting"
        );
    }
}

/// What a page says of itself in a frame of this width.
fn measured(page: &str, width: u32, arguments: &[&str]) -> Option<serde_json::Value> {
    let home = tempfile::tempdir().expect("a folder");
    // The policy forbids this probe, as it should; so it goes with the policy.
    let probe = "<script>addEventListener('load', () => { const r = document.documentElement; const t = document.querySelector('.theme'); \
        const before = getComputedStyle(document.body).backgroundColor; t.click(); const after = getComputedStyle(document.body).backgroundColor; t.click(); \
        const wide = [...document.querySelectorAll('body *')].filter((e) => !e.closest('.scroll, .drawing, .skip') && e.getBoundingClientRect().right > innerWidth + 0.5).map((e) => e.outerHTML.slice(0, 80)); \
        parent.postMessage(JSON.stringify({inner: innerWidth, scroll: r.scrollWidth, before, after, wide: wide.slice(0, 3)}), '*'); });</script></body>";
    let start = page.find("<meta http-equiv").expect("a policy");
    let end = start + page[start..].find('>').expect("its end") + 1;
    let open = format!("{}{}", &page[..start], &page[end..]).replace("</body>", probe);
    std::fs::write(home.path().join("page.html"), open).expect("a file");
    let frame = format!(
        "<!doctype html><meta name=\"color-scheme\" content=\"light dark\"><iframe src=\"page.html\" style=\"border:0;width:{width}px;height:800px\"></iframe>\
         <pre id=\"said\"></pre><script>addEventListener('message', (e) => {{ document.getElementById('said').textContent = ['', e.data, ''].join('@' + '@'); }});</script>"
    );
    let file = home.path().join("frame.html");
    std::fs::write(&file, frame).expect("a file");
    let output = browser(
        home.path(),
        &[&["--dump-dom", "--window-size=1400,900"], arguments].concat(),
        &file,
    )?;
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = dom
        .rsplit("@@")
        .nth(1)
        .unwrap_or_else(|| panic!("nothing was said: {dom}"));
    let console = String::from_utf8_lossy(&output.stderr).into_owned();
    let said = said
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    Some(serde_json::from_str(&said).unwrap_or_else(|e| panic!("{e}: {said}\n{console}")))
}

#[test]
fn nothing_sticks_out_at_the_width_of_a_phone_or_of_a_desk() {
    for (name, page) in pages() {
        for width in [390, 1280] {
            let Some(said) = measured(&page, width, &[]) else {
                return;
            };
            assert_eq!(said["inner"], width, "{name}");
            let scroll = said["scroll"].as_u64().expect("a width");
            assert!(scroll <= u64::from(width), "{name} at {width}: {said:#}");
            assert_eq!(said["wide"], serde_json::json!([]), "{name} at {width}");
        }
    }
}

#[test]
fn colours_follow_the_system_and_the_button() {
    let [(_, page), _] = pages();
    let (white, dark) = ("rgb(255, 255, 255)", "rgb(21, 24, 28)");
    for (arguments, before, after) in [
        (
            &["--blink-settings=preferredColorScheme=1"][..],
            white,
            dark,
        ),
        (
            &["--blink-settings=preferredColorScheme=0"][..],
            dark,
            white,
        ),
    ] {
        let Some(said) = measured(&page, 800, arguments) else {
            return;
        };
        assert_eq!(
            (said["before"].as_str(), said["after"].as_str()),
            (Some(before), Some(after))
        );
    }
}
