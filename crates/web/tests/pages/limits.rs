//! The threat model on the page and in the README of the store: the same tests, and all of them exist.

use std::collections::BTreeSet;
use std::path::Path;

use crate::rig::Rig;

/// What stands between the marks.
fn between<'a>(text: &'a str, before: &str, behind: &str) -> BTreeSet<&'a str> {
    let parts = text.split(before).skip(1);
    parts.filter_map(|part| part.split(behind).next()).collect()
}

/// All functions in the sources below that folder.
fn functions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            functions(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            found.extend(between(&text, "fn ", "(").into_iter().map(str::to_owned));
        }
    }
}

#[tokio::test]
async fn each_sentence_of_the_threat_model_has_a_test() {
    let rig = Rig::new().await;
    let (_, page) = rig.get("/limits").await;
    let on_page = between(&page, "<small><code>", "</code>");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = std::fs::read_to_string(root.join("crates/store/README.md")).unwrap();
    let (_, section) = readme.split_once("## Who is kept out").unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| ") && line.ends_with("` |"));
    let in_readme: BTreeSet<_> = rows.filter_map(|row| row.rsplit('`').nth(1)).collect();
    assert_eq!(on_page, in_readme);
    assert!(on_page.len() >= 16);
    let mut known = BTreeSet::new();
    functions(&root.join("crates"), &mut known);
    functions(&root.join("tests"), &mut known);
    for test in on_page {
        assert!(known.contains(test), "there is no test {test}");
    }
    let (_, settings) = rig.get("/settings").await;
    assert!(settings.contains("href=\"/limits\""));
}
