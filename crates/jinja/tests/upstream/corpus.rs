//! The files of the corpus.

use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

/// How a file of tests is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For an intent, in the house of the language.
    Intent,
    /// For a combination of slots, with a house of its own.
    Combination,
}

/// A file of tests.
pub struct File {
    /// Path below the folder of the language, without ending.
    pub name: String,
    pub form: Form,
    pub content: Value,
}

/// Sentences that get the same answer.
pub struct Test<'a> {
    file: &'a File,
    pub content: &'a Value,
}

/// The folder of a set, whose name goes on with a date.
///
/// # Errors
/// When there is none.
pub fn set(corpus: &Path, set: &str) -> Result<PathBuf> {
    let begin = format!("{set}_");
    let entries = read_dir(corpus).with_context(|| format!("no folder {}", corpus.display()))?;
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&begin))
        })
        .with_context(|| format!("{} has no folder {begin}…", corpus.display()))
}

/// The tests of a language.
///
/// # Errors
/// When a file cannot be read.
pub fn files(set: &Path, language: &str) -> Result<Vec<File>> {
    let folder = set.join("tests").join(language);
    let mut files = Vec::new();
    let paths = below(&folder)?;
    anyhow::ensure!(!paths.is_empty(), "no tests in {}", folder.display());
    for path in paths {
        let name = path.strip_prefix(&folder)?.with_extension("").to_string_lossy().into_owned();
        if name.starts_with('_') {
            continue;
        }
        let form = if name.contains('/') { Form::Combination } else { Form::Intent };
        files.push(File { name, form, content: yaml(&path)? });
    }
    Ok(files)
}

/// The house of a language; nothing where each file has its own.
///
/// # Errors
/// When the file cannot be read.
pub fn fixtures(set: &Path, language: &str) -> Result<Value> {
    let file = set.join("tests").join(language).join("_fixtures.yaml");
    if file.exists() { yaml(&file) } else { Ok(Value::Null) }
}

/// Sentences that Home Assistant itself knows to be misunderstood.
///
/// # Errors
/// When the file cannot be read.
pub fn misunderstood(set: &Path, language: &str) -> Result<Vec<String>> {
    let file = set.join("tests").join(language).join("_test_failures.yaml");
    if file.exists() { Ok(strings(&yaml(&file)?["sentences"])) } else { Ok(Vec::new()) }
}

/// All YAML files below a folder, sorted; none where there is no folder.
///
/// # Errors
/// When it cannot be read.
pub fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let Ok(entries) = read_dir(folder) else { return Ok(files) };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(below(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Reads a YAML file.
///
/// # Errors
/// When it cannot be read.
pub fn yaml(file: &Path) -> Result<Value> {
    let text =
        read_to_string(file).with_context(|| format!("failed to read {}", file.display()))?;
    serde_saphyr::from_str(&text).with_context(|| format!("failed to read {}", file.display()))
}

/// A list in YAML, which may be missing.
pub fn list<'a>(content: &'a Value, key: &str) -> &'a [Value] {
    content[key].as_array().map_or(&[], Vec::as_slice)
}

impl File {
    pub fn tests(&self) -> impl Iterator<Item = Test<'_>> {
        list(&self.content, "tests").iter().map(|content| Test { file: self, content })
    }
}

impl Test<'_> {
    pub fn intent(&self) -> &str {
        match self.file.form {
            Form::Intent => self.content["intent"]["name"].as_str().unwrap_or_default(),
            Form::Combination => self.file.name.split('/').next().unwrap_or_default(),
        }
    }

    pub fn sentences(&self) -> Vec<String> {
        strings(&self.content["sentences"])
    }

    /// The answers that are right.
    pub fn expected(&self) -> Option<Vec<String>> {
        let response = self.content.get("response").filter(|response| !response.is_null())?;
        Some(strings(response).iter().map(|text| text.trim().to_owned()).collect())
    }
}

/// One text or several.
pub fn strings(value: &Value) -> Vec<String> {
    let one = |value: &Value| value.as_str().map(str::to_owned);
    match value {
        Value::Array(values) => values.iter().filter_map(one).collect(),
        value => one(value).into_iter().collect(),
    }
}
