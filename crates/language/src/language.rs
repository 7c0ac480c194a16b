//! A language, ready to be used.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use voice::{Intent, PrivateText, SlotValue, Speech, Wording};

use crate::render::Responses;
use crate::responses::{self, Texts};
use crate::speakable::speakable;
use crate::words::Words;
use crate::{Error, Result, files};

/// Keys of what is often said and has no slots.
const STOCK: [&str; 7] = [
    "hark.not_caught",
    "hark.cannot_help",
    "hark.failed",
    "hark.cannot_hear",
    "hark.no_words",
    "hark.all_right",
    "hark.refused.lets_in",
];

/// The file with the words.
const WORDS: &str = "words.yaml";
/// The file with the common words of the language and their sounds; it may be missing.
const COMMON_WORDS: &str = "words/common.txt";
/// The file with the texts of the pages.
const PAGES: &str = "pages.yaml";

/// The files of a language, as pairs of name and text.
type Files = Arc<[(Cow<'static, str>, Cow<'static, str>)]>;

/// Sentences, responses and words of one language, and what the household has put in their place.
pub struct Language {
    code: Cow<'static, str>,
    files: Files,
    words: Arc<Words>,
    texts: Texts,
    rendered: Responses,
    /// Keys of the responses that the household wrote.
    own: Vec<String>,
}

impl Language {
    /// The built-in language with that code, such as `en`.
    ///
    /// # Errors
    /// [`Error::Unknown`] if there is none; another one if its files are wrong.
    pub fn built_in(code: &str) -> Result<Self> {
        let code = known(code)?;
        Self::from_files(code, files::of(code))
    }

    /// The words of the built-in language with that code, without its sentences and responses.
    ///
    /// # Errors
    /// As [`Language::built_in`].
    pub fn built_in_words(code: &str) -> Result<Words> {
        let file = format!("{code}/{WORDS}");
        let words = files::of(known(code)?).find(|(name, _)| *name == WORDS);
        let (_, text) = words.ok_or_else(|| Error::Missing { file: file.clone() })?;
        read_words(file, text)
    }

    /// The language of a folder, given as pairs of name, such as `sentences/timers.yaml`, and text.
    ///
    /// # Errors
    /// When a file is missing or wrong.
    pub fn from_files<Name, Text>(
        code: impl Into<Cow<'static, str>>,
        files: impl IntoIterator<Item = (Name, Text)>,
    ) -> Result<Self>
    where
        Name: Into<Cow<'static, str>>,
        Text: Into<Cow<'static, str>>,
    {
        let code = code.into();
        let files: Files =
            files.into_iter().map(|(name, text)| (name.into(), text.into())).collect();
        let mut texts = Texts::new();
        let mut words = None;
        for (name, text) in &*files {
            let file = format!("{code}/{name}");
            let has_responses = name.starts_with("sentences/") && text.contains("\nresponses:");
            if has_responses || name.starts_with("responses/") || name == PAGES {
                texts.extend(responses::read(&file, text)?);
            } else if name == WORDS {
                words = Some(Arc::new(read_words(file, text)?));
            }
        }
        let words = words.ok_or_else(|| Error::Missing { file: format!("{code}/{WORDS}") })?;
        let rendered = Responses::new(&texts, &words)?;
        Ok(Self { code, files, words, texts, rendered, own: Vec::new() })
    }

    /// The same with the responses that stand in files of the household, given as pairs of name and
    /// YAML text; the name is for errors only.
    ///
    /// # Errors
    /// When a file cannot be read, or a response is no template.
    pub fn with_own(&self, own: &[(&str, &str)]) -> Result<Self> {
        let mut texts = self.texts.clone();
        let mut keys = Vec::new();
        for (file, text) in own {
            for (key, text) in responses::read(file, text)? {
                keys.push(key.clone());
                texts.insert(key, responses::with_single_braces(&text));
            }
        }
        let words = Arc::clone(&self.words);
        let rendered = Responses::new(&texts, &words)?;
        let (code, files) = (self.code.clone(), Arc::clone(&self.files));
        Ok(Self { code, files, words, texts, rendered, own: keys })
    }

    /// The codes of all built-in languages.
    pub fn codes() -> Vec<&'static str> {
        files::languages()
    }

    /// Its code, such as `en`.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Its sentence files and the list of its common words, as pairs of name and text for
    /// `intent::Sentences::parse`.
    pub fn sentences(&self) -> Vec<(&str, &str)> {
        let files = self.files.iter().map(|(name, text)| (&**name, &**text));
        files.filter(|(name, _)| name.starts_with("sentences/") || *name == COMMON_WORDS).collect()
    }

    /// Its words.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// Text for the eye as text for the ear: numbers, times, units and abbreviations in words. A
    /// language for which nobody has written that leaves it to the voice.
    pub fn speakable(&self, text: &str) -> String {
        if self.code == "en" { speakable(text) } else { text.to_owned() }
    }

    /// What is often said and holds nothing of the household, in words: its sound may be kept.
    pub fn stock(&self) -> Vec<String> {
        let text = |key| self.rendered.text(&Speech::of(key));
        STOCK.into_iter().map(text).map(|text| self.speakable(&text)).collect()
    }

    /// Keys of all its responses, sorted.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// What the household answers to an intent in its own words, if it wrote them: with the slots as
    /// they were said.
    pub fn own_response(&self, intent: &Intent) -> Option<Speech> {
        let key = format!("{}.{}", intent.name, intent.response);
        if !self.own.contains(&key) {
            return None;
        }
        let slots: BTreeMap<String, String> = intent
            .slots
            .iter()
            .map(|slot| {
                let said = match (&slot.value, slot.text.is_empty()) {
                    (SlotValue::Number(number), true) => number.to_string(),
                    (SlotValue::Text(value), true) => value.expose().to_owned(),
                    (_, false) => slot.text.expose().to_owned(),
                };
                (slot.name.clone(), said)
            })
            .collect();
        let values = BTreeMap::from([("slots", jinja::Value::from(slots))]);
        self.rendered.render(&key, values.into()).map(Speech::verbatim)
    }
}

/// The code of a built-in language.
fn known(code: &str) -> Result<&'static str> {
    let known = files::languages();
    let found = known.iter().copied().find(|known| *known == code);
    found.ok_or_else(|| Error::Unknown { code: code.to_owned(), known })
}

fn read_words(file: String, text: &str) -> Result<Words> {
    serde_saphyr::from_str(text).map_err(|source| Error::File { file, source: Box::new(source) })
}

/// What a test makes of a language.
#[cfg(any(test, feature = "testing"))]
impl Language {
    /// Its responses as they are written.
    pub(crate) fn texts(&self) -> &Texts {
        &self.texts
    }

    /// Its sentences with other responses and words.
    pub(crate) fn with_texts(
        &self,
        code: &'static str,
        texts: Texts,
        words: Words,
    ) -> Result<Self> {
        let words = Arc::new(words);
        let rendered = Responses::new(&texts, &words)?;
        let files = Arc::clone(&self.files);
        Ok(Self { code: code.into(), files, words, texts, rendered, own: Vec::new() })
    }
}

impl Wording for Language {
    fn text(&self, speech: &[Speech]) -> PrivateText {
        let texts: Vec<_> = speech
            .iter()
            .map(|speech| self.rendered.text(speech))
            .filter(|text| !text.is_empty())
            .collect();
        texts.join(" ").into()
    }
}
