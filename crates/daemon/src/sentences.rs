//! Sentence files: the built-in ones, and those of the household in a folder that is watched.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use assistant::Texts;
use intent::{Recogniser, Sentences};
use language::{Language, Words};
use tokio::sync::watch;
use voice::Lists;

/// How often the folder is polled.
const POLL_EVERY: Duration = Duration::from_secs(2);

/// The words of the language with that code, such as `en`.
///
/// # Errors
/// When there is none, or they are wrong.
pub fn words(code: &str) -> anyhow::Result<Words> {
    Language::built_in_words(code).map_err(crate::failed)
}

/// The built-in sentences and responses of a language.
///
/// # Errors
/// When there is none, or its files are wrong.
pub fn texts(code: &str) -> anyhow::Result<Texts> {
    let language = Language::built_in(code).map_err(crate::failed)?;
    let sentences = Sentences::parse(&language.sentences());
    let sentences = Arc::new(sentences.context("failed to read the built-in sentences")?);
    Ok(Texts { sentences, language: Arc::new(language) })
}

/// The built-in sentences and responses with those of a folder's `.yaml` files, and what is wrong with
/// the files that are left out, one line each.
///
/// # Errors
/// When a built-in file is wrong.
pub fn with_folder(code: &str, folder: Option<&Path>) -> anyhow::Result<(Texts, Vec<String>)> {
    let Some(folder) = folder else { return Ok((texts(code)?, Vec::new())) };
    let built_in = Language::built_in(code).map_err(crate::failed)?;
    let mut language = None;
    let mut problems = Vec::new();
    let mut files: Vec<(String, String)> = built_in
        .sentences()
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    match paths(folder) {
        Ok(paths) => {
            for path in paths {
                let name = path.display().to_string();
                let text = match std::fs::read_to_string(&path) {
                    Ok(text) => text,
                    Err(error) => {
                        problems.push(format!("failed to read {name}: {error}"));
                        continue;
                    }
                };
                files.push((name, text));
                let own = &files[built_in.sentences().len()..];
                match check(&files).and_then(|()| with_own(&built_in, own)) {
                    Ok(with_own) => language = Some(with_own),
                    Err(problem) => {
                        files.pop();
                        problems.push(problem);
                    }
                }
            }
        }
        Err(error) => {
            problems.push(format!("failed to read the folder {}: {error}", folder.display()));
        }
    }
    let sentences = Arc::new(parse(&files).context("failed to read the sentences")?);
    Ok((Texts { sentences, language: Arc::new(language.unwrap_or(built_in)) }, problems))
}

/// Whether the sentences of these files can be used together; else what is wrong, in one line.
fn check(files: &[(String, String)]) -> Result<(), String> {
    let recogniser = parse(files).and_then(|all| Recogniser::new(Arc::new(all), Lists::default()));
    recogniser.map(drop).map_err(|error| format!("failed to {}", one_line(&error)))
}

/// The language with the responses of these files.
fn with_own(built_in: &Language, files: &[(String, String)]) -> Result<Language, String> {
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    built_in.with_own(&files).map_err(|error| format!("failed to {}", one_line(&error)))
}

fn parse(files: &[(String, String)]) -> Result<Sentences, intent::Error> {
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Sentences::parse(&files)
}

/// The error and its causes; of those that show a piece of the file, the first line.
fn one_line(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let lines: Vec<_> = causes
        .filter_map(|cause| cause.to_string().lines().next().map(|line| line.trim().to_owned()))
        .collect();
    lines.join(": ")
}

fn paths(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = std::fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|end| end == "yaml" || end == "yml"));
    paths.sort();
    Ok(paths)
}

/// A file, when it was written and how long it is.
type SeenFile = (PathBuf, Option<SystemTime>, u64);

/// Which files there are.
fn seen(folder: &Path) -> Vec<SeenFile> {
    let paths = paths(folder).unwrap_or_default();
    let file = |path: PathBuf| {
        let data = std::fs::metadata(&path).ok();
        let written = data.as_ref().and_then(|data| data.modified().ok());
        (path, written, data.map_or(0, |data| data.len()))
    };
    paths.into_iter().map(file).collect()
}

/// The sentences whenever somebody has changed something in that folder, if there is one, from now on: to be
/// called before they are read, so that nothing written in between is missed.
#[must_use]
pub fn watched(code: &str, folder: Option<&Path>) -> watch::Receiver<Option<Texts>> {
    let written = watch::Sender::new(None);
    let watched = written.subscribe();
    if let Some(folder) = folder {
        tokio::spawn(watch(code.to_owned(), folder.to_owned(), POLL_EVERY, written));
    }
    watched
}

/// Polls the folder in that interval and reads it again whenever something in it has changed since this
/// was called, until nobody wants to know any more.
pub(crate) fn watch(
    code: String,
    folder: PathBuf,
    every: Duration,
    changed: watch::Sender<Option<Texts>>,
) -> impl Future<Output = ()> {
    let known = seen(&folder);
    poll(code, folder, every, known, changed)
}

async fn poll(
    code: String,
    folder: PathBuf,
    every: Duration,
    mut known: Vec<SeenFile>,
    changed: watch::Sender<Option<Texts>>,
) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = changed.closed() => return,
        }
        let now = seen(&folder);
        if now == known {
            continue;
        }
        known = now;
        match with_folder(&code, Some(&folder)) {
            Ok((texts, problems)) => {
                for problem in &problems {
                    tracing::warn!("{problem}; its sentences are left out");
                }
                tracing::info!("reloaded the household's sentences");
                changed.send_replace(Some(texts));
            }
            Err(error) => tracing::warn!("{error:#}; keeping the old sentences"),
        }
    }
}

#[cfg(test)]
mod tests {
    use voice::Wording as _;

    use super::*;

    const MOVIE: &str = "
language: en
intents:
  HassTurnOff:
    data:
      - sentences: [\"movie time\"]
        slots: {domain: light}
  HouseWifi:
    data:
      - sentences: [\"what is the password of the {network}\"]
lists:
  network: {values: [wifi, guest wifi]}
responses:
  intents:
    HouseWifi: {default: \"The password of the {network} is on the fridge.\"}
";

    #[test]
    fn a_broken_file_is_named_and_the_rest_works() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).expect("a file");
        };
        write("a.yaml", MOVIE);
        write(
            "b.yaml",
            "language: en\nintents: {Odd: {data: [{sentences: [\"open (the door\"]}]}}\n",
        );
        write("c.yaml", "language: en\nintents:\n  Odd: [\n");
        write(
            "d.yaml",
            "language: en\nintents: {Odd: {data: [{sentences: [\"say {nothing}\"]}]}}\n",
        );
        write("notes.txt", "not ours");
        let (texts, problems) = with_folder("en", Some(folder.path())).expect("the built-in ones");
        let ends = |problem: &str| {
            problem.replace(&folder.path().display().to_string(), "").replace('/', "")
        };
        let problems: Vec<_> = problems.iter().map(|problem| ends(problem)).collect();
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems[0].starts_with("failed to read b.yaml, block 1 of Odd"), "{problems:?}");
        assert!(problems[0].contains("column") && problems[0].contains("expected"), "{problems:?}");
        assert!(problems[1].contains("c.yaml") && problems[1].contains("line"), "{problems:?}");
        assert!(problems[2].contains("list `nothing`") && problems[2].contains("d.yaml"));
        let recogniser = Recogniser::new(texts.sentences, Lists::default()).expect("lists");
        let find = |text: &str| recogniser.recognise(text, &intent::Context::default());
        assert!(find("movie time").is_some_and(|intent| intent.name == "HassTurnOff"));
        assert!(find("what time is it").is_some());
        let wifi = find("what is the password of the guest wifi").expect("our own");
        let said = texts.language.own_response(&wifi).expect("our own");
        let said = texts.language.text(&[said]);
        assert_eq!(said.expose(), "The password of the guest wifi is on the fridge.");
    }
}
