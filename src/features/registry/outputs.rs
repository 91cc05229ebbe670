//! Which outputs of a network are used, and as what.

use crate::error::{Error, Result};
use crate::features::onnx_header::{Header, Port};
use crate::features::sidecar::{Declared, Sidecar};
use crate::features::{Output, Role};

/// Output names that say what they mean, most telling first.
const KNOWN: [(Role, &[&str]); 4] = [
    (
        Role::Features,
        &[
            "features",
            "pool3",
            "pool_3",
            "feature",
            "embedding",
            "embeddings",
            "image_embeds",
        ],
    ),
    (Role::Logits, &["logits_unbiased", "logits"]),
    (Role::Probabilities, &["probabilities", "probs", "softmax"]),
    (Role::Spatial, &["spatial"]),
];

/// The outputs in use, features first.
pub fn in_use(header: &Header, declared: &Sidecar, notes: &mut Vec<String>) -> Result<Vec<Output>> {
    let named = [
        (Role::Features, &declared.outputs.features),
        (Role::Logits, &declared.outputs.logits),
        (Role::Probabilities, &declared.outputs.probabilities),
        (Role::Spatial, &declared.outputs.spatial),
    ];
    let mut used: Vec<Output> = Vec::new();
    if named.iter().any(|(_, name)| name.is_some()) {
        for (role, declared) in named {
            if let Some(declared) = declared {
                used.push(declared_output(header, role, declared)?);
            }
        }
    } else {
        for (role, names) in KNOWN {
            let found = names.iter().find_map(|name| header.output(name));
            used.extend(found.and_then(|port| Some(output(role, port, port.width()?))));
        }
        if !used.iter().any(|output| output.role == Role::Features) {
            used.extend(guessed_features(header, &used, notes)?);
        }
    }
    // Logits make probabilities; where both are there, the logits are the better conditioned.
    if used.iter().any(|output| output.role == Role::Logits) {
        used.retain(|output| output.role != Role::Probabilities);
    }
    used.sort_by_key(|output| output.role != Role::Features);
    match used.first() {
        Some(first) if first.role == Role::Features => Ok(used),
        _ => Err(
            Error::engine("the sidecar declares outputs, none of them features")
                .mend("add [outputs] features = \"NAME\""),
        ),
    }
}

fn output(role: Role, port: &Port, width: usize) -> Output {
    Output {
        name: port.name.clone(),
        role,
        width,
    }
}

fn declared_output(header: &Header, role: Role, declared: &Declared) -> Result<Output> {
    let (name, width) = declared.parts();
    let Some(port) = header.output(name) else {
        return Err(Error::engine(format!(
            "has no output `{name}`; it has {}",
            output_names(header)
        ))
        .mend("correct [outputs] in the sidecar"));
    };
    match (width, port.width()) {
        (Some(declared), Some(found)) if declared != found => {
            Err(Error::engine(format!("the sidecar declares width {declared}, output `{name}` is {}", port.shape_text()))
                .mend("correct [outputs] in the sidecar"))
        }
        (Some(width), _) | (None, Some(width)) => Ok(output(role, port, width)),
        (None, None) => Err(Error::engine(format!("output `{name}` is {}, expected [N, D]", port.shape_text()))
            .mend(format!("declare its width in the sidecar: {{ name = \"{name}\", width = D }}, or name another output"))),
    }
}

/// No output has a telling name: the widest of the free ones is taken, but never one that a softmax made.
fn guessed_features(
    header: &Header,
    used: &[Output],
    notes: &mut Vec<String>,
) -> Result<Option<Output>> {
    let is_free = |port: &&Port| {
        port.made_by != "Softmax" && !used.iter().any(|output| output.name == port.name)
    };
    let sized = header
        .outputs
        .iter()
        .filter(is_free)
        .filter_map(|port| Some((port, port.width()?)));
    // Of equal widths the first: max_by_key would give the last.
    let widest = sized.rev().max_by_key(|(_, width)| *width);
    let Some((port, width)) = widest else {
        return Err(Error::engine(format!(
            "none of its outputs can be features: {}",
            output_names(header)
        ))
        .mend("name an output [N, D] in the sidecar FILE.toml: [outputs] features = \"NAME\""));
    };
    notes.push(format!(
        "output `{}` {} is taken for the features ({} in the file); declare it in the sidecar: [outputs] features = \"{}\"",
        port.name,
        port.shape_text(),
        output_names(header),
        port.name
    ));
    Ok(Some(output(Role::Features, port, width)))
}

fn output_names(header: &Header) -> String {
    let names: Vec<String> = header
        .outputs
        .iter()
        .map(|port| format!("`{}` {}", port.name, port.shape_text()))
        .collect();
    names.join(", ")
}
