//! Every text that is named is there in every language, and every text that is there is named.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use language::Language;
use regex::Regex;
use serde::Deserialize;

/// The part of the keys that the pages leave out.
const PAGE: &str = "hark.page.";
/// Groups of keys of the pages whose names are no files or settings.
const PAGES: [&str; 10] =
    ["answer", "day", "delete", "error", "gone", "history", "home", "moment", "promise", "proof"];
/// The part of the keys that stand for filters of the templates.
const FILTER: &str = "hark.filter.";

#[test]
fn every_language_has_the_keys_of_english() {
    let english = Language::built_in("en").unwrap();
    for code in Language::codes() {
        let other = Language::built_in(code).unwrap();
        assert_eq!(keys(&other), keys(&english), "{code}");
        assert_eq!(marks(&other), marks(&english), "{code}");
    }
}

/// What a file of sentences defines for all of them.
#[derive(Deserialize)]
#[expect(clippy::zero_sized_map_values, reason = "what stands there is passed over")]
struct Shared {
    #[serde(default)]
    lists: BTreeMap<String, serde::de::IgnoredAny>,
    #[serde(default)]
    expansion_rules: BTreeMap<String, serde::de::IgnoredAny>,
}

/// The later one would take the place of the other in all sentences.
#[test]
fn no_list_and_no_rule_is_defined_in_two_files() {
    for code in Language::codes() {
        let language = Language::built_in(code).unwrap();
        let mut seen = BTreeSet::new();
        for (file, text) in language.sentences() {
            if Path::new(file).extension().is_none_or(|ending| ending != "yaml") {
                continue;
            }
            let Shared { lists, expansion_rules } = serde_saphyr::from_str(text).unwrap();
            let names = lists.into_keys().map(|name| format!("list {name}"));
            for name in names.chain(expansion_rules.into_keys().map(|name| format!("rule {name}")))
            {
                assert!(seen.insert(name.clone()), "{file} defines {name} again");
            }
        }
    }
}

#[test]
fn a_key_that_a_language_lacks_is_noticed() {
    let english = Language::built_in("en").unwrap();
    let file = |timer: &str| format!("responses: {{hark: {{timer: {{{timer}: x}}}}}}");
    let words = fs::read_to_string(root().join("crates/language/en/words.yaml")).unwrap();
    let made = |timer: &str| {
        let files = [("words.yaml", words.clone()), ("responses/all.yaml", file(timer))];
        Language::from_files("de", files).unwrap()
    };
    assert!(keys(&english).is_superset(&keys(&made("none"))));
    assert!(!keys(&english).is_superset(&keys(&made("non"))));
}

#[test]
fn every_key_that_is_named_is_there() {
    let mut there = keys(&Language::built_in("en").unwrap());
    // It stands for the words themselves.
    there.insert(voice::Speech::VERBATIM.to_owned());
    let missing: Vec<_> = Named::everywhere()
        .keys
        .into_iter()
        .filter(|(key, _)| !there.contains(key))
        .map(|(key, file)| format!("{key} ({file})"))
        .collect();
    assert!(missing.is_empty(), "no language says:\n{}", missing.join("\n"));
    for pattern in Named::everywhere().patterns {
        assert!(there.iter().any(|key| pattern.is_match(key)), "no key fits {pattern}");
    }
}

#[test]
fn every_key_that_is_there_is_named() {
    let named = Named::everywhere();
    let filters: String =
        yaml().into_iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let dead: Vec<_> = keys(&Language::built_in("en").unwrap())
        .into_iter()
        .filter(|key| match key.strip_prefix(FILTER) {
            Some(filter) => !filters.contains(&format!("| {filter}")),
            None => {
                !named.keys.contains_key(key)
                    && !named.words.contains(key)
                    && !named.patterns.iter().any(|pattern| pattern.is_match(key))
                    && !named.is_put_together(key)
            }
        })
        .collect();
    assert!(dead.is_empty(), "nobody says:\n{}", dead.join("\n"));
}

fn keys(language: &Language) -> BTreeSet<String> {
    language.keys().map(str::to_owned).collect()
}

/// Intents of the sentences with the responses by which they tell what was meant.
fn marks(language: &Language) -> BTreeSet<(String, String)> {
    #[derive(Deserialize)]
    struct File {
        #[serde(default)]
        intents: BTreeMap<String, Intent>,
    }
    #[derive(Deserialize)]
    struct Intent {
        data: Vec<Block>,
    }
    #[derive(Deserialize)]
    struct Block {
        response: Option<String>,
    }
    let mut marks = BTreeSet::new();
    let sentences = language.sentences().into_iter();
    for (name, text) in sentences.filter(|(name, _)| name.starts_with("sentences/")) {
        let file: File = serde_saphyr::from_str(text).unwrap_or_else(|e| panic!("{name}: {e}"));
        for (intent, Intent { data, .. }) in file.intents {
            for block in data {
                marks.insert((intent.clone(), block.response.unwrap_or_default()));
            }
        }
    }
    marks
}

/// What the sources and the templates of the pages name.
#[derive(Default)]
struct Named {
    /// Keys, and where.
    keys: BTreeMap<String, String>,
    /// Strings that may be keys, or parts of them.
    words: BTreeSet<String>,
    /// Keys that are put together with `format!`.
    patterns: Vec<Regex>,
}

impl Named {
    fn everywhere() -> Self {
        let mut named = Self::default();
        for path in files(&root().join("crates"), "rs") {
            let path_text = path.to_string_lossy().into_owned();
            if path_text.contains("/tests/") || !path_text.contains("/src/") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            named.read(text, &path_text, path_text.contains("/web/src/"));
        }
        for path in files(&root().join("web/templates"), "html") {
            let text = fs::read_to_string(&path).unwrap();
            named.read(&text, &path.to_string_lossy(), true);
        }
        named
    }

    fn read(&mut self, text: &str, file: &str, is_page: bool) {
        let page = if is_page { PAGE } else { "" };
        let of = Regex::new(r#"Speech::of\(\s*"([^"]+)""#).unwrap();
        let whole = Regex::new(r#""(hark\.[a-z0-9_.]+[a-z0-9_])""#).unwrap();
        let of_page =
            Regex::new(r#"\b(?:of|with|around|speech|at|dated)\(\s*"([a-z0-9_.]+)""#).unwrap();
        let group = Regex::new(r#"\bnamed\("([a-z_]+)""#).unwrap();
        let call = if is_page { "" } else { r"keyed\(\s*" };
        let pattern = r#"format!\(\s*"([A-Za-z_]+(?:\.[a-z_]+)*\.)\{"#;
        let pattern = Regex::new(&format!("{call}{pattern}")).unwrap();
        let word = Regex::new(r#""([A-Za-z0-9_]+(?:\.[a-z0-9_]+)*)""#).unwrap();
        for found in of.captures_iter(text).chain(whole.captures_iter(text)) {
            self.keys.insert(found[1].to_owned(), file.to_owned());
        }
        if is_page {
            // A slot has no dot.
            let is_of_page = |key: &str| key.contains('.') && !key.starts_with("hark.");
            for found in of_page.captures_iter(text).filter(|found| is_of_page(&found[1])) {
                self.keys.insert(format!("{PAGE}{}", &found[1]), file.to_owned());
            }
            // Many stand in a match, before they are used.
            for found in word.captures_iter(text) {
                let group = found[1].split('.').next().unwrap_or_default();
                if is_of_page(&found[1]) && PAGES.contains(&group) && !found[1].contains(".html") {
                    self.keys.insert(format!("{PAGE}{}", &found[1]), file.to_owned());
                }
            }
            for found in group.captures_iter(text) {
                let start = regex::escape(&format!("{PAGE}{}.", &found[1]));
                self.patterns.push(Regex::new(&format!("^{start}")).unwrap());
            }
        }
        for found in pattern.captures_iter(text) {
            let start = regex::escape(&format!("{page}{}", &found[1]));
            self.patterns.push(Regex::new(&format!("^{start}")).unwrap());
        }
        for found in word.captures_iter(text) {
            self.words.insert(found[1].to_owned());
            if is_page {
                self.words.insert(format!("{PAGE}{}", &found[1]));
            }
        }
    }

    /// Whether an intent and a response are named apart.
    fn is_put_together(&self, key: &str) -> bool {
        let parts = key.rsplit_once('.');
        parts.is_some_and(|(start, end)| {
            !start.starts_with("hark") && self.words.contains(start) && self.words.contains(end)
        })
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn yaml() -> Vec<PathBuf> {
    files(&root().join("crates/language/en"), "yaml")
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|known| known == ending) {
            found.push(path);
        }
    }
    found
}
