//! Sentence files: YAML, templates in it, and texts against what came out.
#![no_main]

use std::sync::Arc;

libfuzzer_sys::fuzz_target!(|input: (String, String)| {
    let (template, text) = input;
    let Ok(quoted) = serde_json_string(&template) else { return };
    let yaml = format!(
        "language: en\nintents:\n  A:\n    data:\n      - sentences: [{quoted}]\n\
         lists:\n  name:\n    values: [{quoted}]\n"
    );
    for yaml in [yaml.as_str(), template.as_str()] {
        if let Ok(sentences) = intent::Sentences::parse(&[("fuzz.yaml", yaml)])
            && let Ok(recogniser) =
                intent::Recogniser::new(Arc::new(sentences), voice::Lists::default())
        {
            recogniser.recognise(&text, &intent::Context::default());
        }
    }
});

/// A YAML string in double quotes.
fn serde_json_string(text: &str) -> Result<String, std::fmt::Error> {
    use std::fmt::Write as _;
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(out, "\\{c}")?,
            c if c.is_control() => write!(out, "\\u{:04x}", c as u32)?,
            c => out.push(c),
        }
    }
    out.push('"');
    Ok(out)
}
