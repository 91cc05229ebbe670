//! Reads the cascades that OpenCV writes.
//!
//! ```xml
//! <opencv_storage><cascade type_id="opencv-cascade-classifier">
//!   <stageType>BOOST</stageType> <featureType>LBP</featureType> <height>24</height> <width>24</width>
//!   <featureParams><maxCatCount>256</maxCatCount></featureParams>
//!   <stages><_> <stageThreshold>-0.7</stageThreshold> <weakClassifiers><_>
//!     <internalNodes>0 -1 5 (subset of 8 words, or a threshold)</internalNodes> <leafValues>-0.6 0.3</leafValues>
//!   </_></weakClassifiers> </_></stages>
//!   <features><_><rect>0 0 3 5</rect></_></features>
//! </cascade></opencv_storage>
//! ```

use super::model::{Block, Features, Model, Node, Rectangles, Stage, Test, Tree};
use crate::error::{Error, Result};
use roxmltree::{Document, Node as Element};

/// OpenCV lowers every stage's threshold by this much when it reads a cascade.
const THRESHOLD_EPS: f32 = 1e-5;

/// Larger windows are a mistake: OpenCV's own have at most 80 pixels.
const MAX_WINDOW: usize = 1024;

/// Elements, texts and comments of the largest cascade known are 300,000.
const MAX_NODES: u32 = 8_000_000;

const WHERE_FROM: &str = "name a cascade that OpenCV 2.4 or newer wrote, for example one of the `opencv-data` package or of the cv2/data folder of opencv-python";

/// Reads a cascade and checks it.
///
/// # Errors
/// Engine: no XML, no cascade, a cascade of another format, counts and numbers that do not fit together.
pub(super) fn read(text: &str) -> Result<Model> {
    let options = roxmltree::ParsingOptions {
        nodes_limit: MAX_NODES,
        ..roxmltree::ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|error| {
        Error::engine(format!(
            "this is no complete XML file ({error}), expected a cascade of OpenCV"
        ))
        .mend(WHERE_FROM)
    })?;
    let root = document.root_element();
    if root.tag_name().name() != "opencv_storage" {
        return Err(Error::engine(format!(
            "an XML file of another kind: found <{}>, expected <opencv_storage> with a cascade",
            root.tag_name().name()
        ))
        .mend(WHERE_FROM));
    }
    let cascade = root
        .children()
        .find(Element::is_element)
        .ok_or_else(|| broken("<opencv_storage> is empty"))?;
    refuse_other_formats(cascade)?;
    let is_lbp = feature_type(cascade)?;
    let size = |name| -> Result<usize> {
        let found: usize = number(child(cascade, name)?)?;
        if (1..=MAX_WINDOW).contains(&found) {
            return Ok(found);
        }
        Err(broken(format!(
            "<{name}> is {found}, expected 1 to {MAX_WINDOW}"
        )))
    };
    let window = (size("width")?, size("height")?);
    if !is_lbp && (window.0 < 3 || window.1 < 3) {
        return Err(broken(format!(
            "a window of {} x {}, expected at least 3 x 3 for Haar features",
            window.0, window.1
        )));
    }
    let features = features(child(cascade, "features")?, is_lbp, window)?;
    let n_features = match &features {
        Features::Lbp(all) => all.len(),
        Features::Haar(all) => all.len(),
    };
    let stages = items(child(cascade, "stages")?)
        .map(|element| stage(element, is_lbp, n_features))
        .collect::<Result<Vec<_>>>()?;
    if stages.is_empty() {
        return Err(broken("<stages> is empty"));
    }
    Ok(Model {
        window,
        features,
        stages,
    })
}

fn broken(what: impl AsRef<str>) -> Error {
    Error::engine(format!("a damaged cascade: {}", what.as_ref()))
        .mend("fetch or copy the file again, and compare it with the publisher's")
}

/// The format before OpenCV 2.4 keeps trees of rectangles inside the stages; other files have no stages at all.
fn refuse_other_formats(cascade: Element<'_, '_>) -> Result<()> {
    let kind = cascade.attribute("type_id").unwrap_or_default();
    let has = |name: &str| cascade.children().any(|node| node.has_tag_name(name));
    let is_old =
        kind == "opencv-haar-classifier" || (has("stages") && has("size") && !has("stageType"));
    if is_old {
        return Err(Error::engine(
            "a Haar cascade in the format before OpenCV 2.4 (opencv-haar-classifier), expected opencv-cascade-classifier",
        )
        .mend("take the file of the same name out of a newer OpenCV, or convert this one: python -c \"import cv2; cv2.CascadeClassifier.convert('OLD.xml', 'NEW.xml')\""));
    }
    if has("stageType") {
        return Ok(());
    }
    let kind = if kind.is_empty() {
        "without a type"
    } else {
        kind
    };
    Err(Error::engine(format!(
        "an OpenCV file of another kind: <{}> ({kind}), expected a cascade (opencv-cascade-classifier)",
        cascade.tag_name().name()
    ))
    .mend(WHERE_FROM))
}

/// LBP (true) or Haar (false), with everything that depends on it.
fn feature_type(cascade: Element<'_, '_>) -> Result<bool> {
    let stage_type = text(child(cascade, "stageType")?);
    if stage_type != "BOOST" {
        return Err(Error::engine(format!(
            "a cascade with stages of type {stage_type:?}, expected BOOST"
        ))
        .mend(WHERE_FROM));
    }
    let kind = text(child(cascade, "featureType")?);
    let categories: usize = number(child(child(cascade, "featureParams")?, "maxCatCount")?)?;
    match (kind, categories) {
        ("LBP", 256) => Ok(true),
        ("HAAR", 0) => Ok(false),
        ("LBP" | "HAAR", _) => Err(broken(format!(
            "<maxCatCount> is {categories} for {kind} features, expected 256 for LBP and 0 for HAAR"
        ))),
        _ => Err(Error::engine(format!(
            "a cascade of {kind:?} features, expected LBP or HAAR (OpenCV itself dropped HOG cascades in 3.0)"
        ))
        .mend(WHERE_FROM)),
    }
}

fn stage(element: Element<'_, '_>, is_lbp: bool, n_features: usize) -> Result<Stage> {
    let trees = items(child(element, "weakClassifiers")?)
        .map(|element| tree(element, is_lbp, n_features))
        .collect::<Result<Vec<_>>>()?;
    if trees.is_empty() {
        return Err(broken("a stage without weak classifiers"));
    }
    Ok(Stage {
        threshold: real(text(child(element, "stageThreshold")?))? - THRESHOLD_EPS,
        trees,
    })
}

fn tree(element: Element<'_, '_>, is_lbp: bool, n_features: usize) -> Result<Tree> {
    let words: Vec<&str> = text(child(element, "internalNodes")?)
        .split_ascii_whitespace()
        .collect();
    let leaves = reals(child(element, "leafValues")?)?;
    let step = if is_lbp { 11 } else { 4 };
    let n_nodes = words.len() / step;
    if n_nodes == 0 || !words.len().is_multiple_of(step) || leaves.len() != n_nodes + 1 {
        return Err(broken(format!(
            "a tree of {} numbers and {} leaves, expected {step} for each node and one leaf more than nodes",
            words.len(),
            leaves.len()
        )));
    }
    let nodes = words
        .chunks_exact(step)
        .enumerate()
        .map(|(index, words)| node(words, index, n_nodes, n_features))
        .collect::<Result<_>>()?;
    Ok(Tree { nodes, leaves })
}

fn node(words: &[&str], index: usize, n_nodes: usize, n_features: usize) -> Result<Node> {
    let [left, right, feature, test @ ..] = words else {
        return Err(broken("a node without its numbers"));
    };
    let branch = |word: &str| -> Result<i32> {
        let to: i32 = whole(word)?;
        // A child stands behind its parent, so that no walk is endless.
        let is_there = match usize::try_from(to) {
            Ok(0) => true,
            Ok(node) => node > index && node < n_nodes,
            Err(_) => to.unsigned_abs() as usize <= n_nodes,
        };
        is_there
            .then_some(to)
            .ok_or_else(|| broken(format!("a node of {n_nodes} leads to {to}")))
    };
    let feature = whole(feature)?;
    if feature >= n_features {
        return Err(broken(format!(
            "a node names feature {feature} of {n_features}"
        )));
    }
    let test = match test {
        [threshold] => Test::Below(real(threshold)?),
        words => {
            let mut set = [0; 8];
            for (place, word) in set.iter_mut().zip(words) {
                *place = whole::<i32>(word)?.cast_unsigned();
            }
            Test::Among(set)
        }
    };
    Ok(Node {
        feature,
        test,
        left: branch(left)?,
        right: branch(right)?,
    })
}

fn features(element: Element<'_, '_>, is_lbp: bool, window: (usize, usize)) -> Result<Features> {
    if is_lbp {
        let block = |element| {
            let block = block(&integers(child(element, "rect")?)?)?;
            let (right, bottom) = (block.x + 3 * block.width, block.y + 3 * block.height);
            inside(right, bottom, window).map(|()| block)
        };
        return Ok(Features::Lbp(
            items(element).map(block).collect::<Result<_>>()?,
        ));
    }
    let all = items(element).map(|element| rectangles(element, window));
    Ok(Features::Haar(all.collect::<Result<_>>()?))
}

fn rectangles(element: Element<'_, '_>, window: (usize, usize)) -> Result<Rectangles> {
    let tilted = match element.children().find(|node| node.has_tag_name("tilted")) {
        Some(flag) => number::<i32>(flag)? != 0,
        None => false,
    };
    let unused = Block {
        x: 0,
        y: 0,
        width: 0,
        height: 0,
    };
    let mut parts = [(unused, 0.0); 3];
    let lines: Vec<_> = items(child(element, "rects")?).collect();
    if !(1..=3).contains(&lines.len()) {
        return Err(broken(format!(
            "a feature of {} rectangles, expected 1 to 3",
            lines.len()
        )));
    }
    for (part, line) in parts.iter_mut().zip(lines) {
        let words: Vec<&str> = text(line).split_ascii_whitespace().collect();
        let [corner @ .., weight] = words.as_slice() else {
            return Err(broken("a rectangle without numbers"));
        };
        let corner = corner
            .iter()
            .map(|word| whole(word))
            .collect::<Result<Vec<usize>>>()?;
        let block = block(&corner)?;
        if tilted && block.x < block.height {
            return Err(broken(
                "a tilted rectangle reaches out of the window on the left",
            ));
        }
        let down = if tilted {
            block.width + block.height
        } else {
            block.height
        };
        inside(block.x + block.width, block.y + down, window)?;
        *part = (block, real(weight)?);
    }
    Ok(Rectangles { parts, tilted })
}

fn block(numbers: &[usize]) -> Result<Block> {
    match *numbers {
        [x, y, width, height]
            if [x, y, width, height].iter().all(|&n| n <= MAX_WINDOW) && width * height > 0 =>
        {
            Ok(Block {
                x,
                y,
                width,
                height,
            })
        }
        _ => Err(broken(format!(
            "a rectangle {numbers:?}, expected x, y, width and height in the window"
        ))),
    }
}

fn inside(right: usize, bottom: usize, (width, height): (usize, usize)) -> Result<()> {
    if right <= width && bottom <= height {
        return Ok(());
    }
    Err(broken(format!(
        "a feature reaches to ({right}, {bottom}) in a window of {width} x {height}"
    )))
}

fn child<'a, 'b>(element: Element<'a, 'b>, name: &str) -> Result<Element<'a, 'b>> {
    element
        .children()
        .find(|node| node.has_tag_name(name))
        .ok_or_else(|| broken(format!("<{}> has no <{name}>", element.tag_name().name())))
}

fn items<'a, 'b>(element: Element<'a, 'b>) -> impl Iterator<Item = Element<'a, 'b>> {
    element.children().filter(|node| node.has_tag_name("_"))
}

fn text<'a>(element: Element<'a, '_>) -> &'a str {
    element.text().unwrap_or_default().trim()
}

fn number<T: std::str::FromStr>(element: Element<'_, '_>) -> Result<T> {
    whole(text(element))
}

fn whole<T: std::str::FromStr>(word: &str) -> Result<T> {
    word.parse()
        .map_err(|_| broken(format!("{word:.40?} where a whole number belongs")))
}

/// Read as a double and rounded to a float, as OpenCV does.
fn real(word: &str) -> Result<f32> {
    let value = word.parse::<f64>().ok().map(|value| value as f32);
    value
        .filter(|value| value.is_finite())
        .ok_or_else(|| broken(format!("{word:.40?} where a number belongs")))
}

fn integers(element: Element<'_, '_>) -> Result<Vec<usize>> {
    text(element).split_ascii_whitespace().map(whole).collect()
}

fn reals(element: Element<'_, '_>) -> Result<Vec<f32>> {
    text(element).split_ascii_whitespace().map(real).collect()
}
