//! Replies that are the same every time, kept as sound.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use voice::Synthesizer;

/// How much sound is kept at most, in bytes: about 45 seconds.
const MAX_BYTES: usize = 4 << 20;
/// Samples given out at once from the cache.
const PIECE: usize = 2_048;

/// A synthesizer that remembers the sound of stock replies. Only texts that were named as stock
/// are kept, because any other may hold what a person said.
pub struct Cached<S> {
    inner: S,
    stock: HashSet<String>,
    sounds: HashMap<String, Arc<[f32]>>,
    bytes: usize,
}

impl<S: Synthesizer> Cached<S> {
    /// Speaks through `inner` and remembers the sound of what [`Synthesizer::prepare`] names.
    pub fn new(inner: S) -> Self {
        Self { inner, stock: HashSet::new(), sounds: HashMap::new(), bytes: 0 }
    }

    fn keep(&mut self, text: &str, sound: Vec<f32>) {
        let bytes = size_of_val(&sound[..]);
        if self.bytes + bytes <= MAX_BYTES {
            self.bytes += bytes;
            self.sounds.insert(text.to_owned(), sound.into());
        }
    }
}

impl<S: Synthesizer> Synthesizer for Cached<S> {
    fn sample_rate(&self) -> u32 {
        self.inner.sample_rate()
    }

    fn speak(
        &mut self,
        text: &str,
        out: &mut dyn FnMut(&[f32]) -> ControlFlow<()>,
    ) -> voice::Result<()> {
        if let Some(sound) = self.sounds.get(text) {
            for piece in sound.chunks(PIECE) {
                if out(piece).is_break() {
                    break;
                }
            }
            return Ok(());
        }
        if !self.stock.contains(text) {
            return self.inner.speak(text, out);
        }
        let mut sound = Vec::new();
        let mut whole = true;
        self.inner.speak(text, &mut |pcm| {
            sound.extend_from_slice(pcm);
            let go_on = out(pcm);
            whole &= go_on.is_continue();
            go_on
        })?;
        if whole {
            self.keep(text, sound);
        }
        Ok(())
    }

    fn prepare(&mut self, stock: Vec<String>) -> voice::Result<()> {
        self.stock.extend(stock.iter().cloned());
        for text in stock {
            self.speak(&text, &mut |_| ControlFlow::Continue(()))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Speaks one sample for each letter and counts how often it was asked.
    struct Counting(usize);

    impl Synthesizer for Counting {
        fn sample_rate(&self) -> u32 {
            16_000
        }

        fn speak(
            &mut self,
            text: &str,
            out: &mut dyn FnMut(&[f32]) -> ControlFlow<()>,
        ) -> voice::Result<()> {
            self.0 += 1;
            for byte in text.bytes() {
                if out(&[f32::from(byte) / 256.0]).is_break() {
                    break;
                }
            }
            Ok(())
        }
    }

    fn say(cached: &mut Cached<Counting>, text: &str) -> Vec<f32> {
        let mut sound = Vec::new();
        let result = cached.speak(text, &mut |pcm| {
            sound.extend_from_slice(pcm);
            ControlFlow::Continue(())
        });
        assert!(result.is_ok());
        sound
    }

    #[test]
    fn stock_is_made_once_and_nothing_else_is_kept() {
        let mut cached = Cached::new(Counting(0));
        assert!(cached.prepare(vec!["Done.".to_owned(), "Sorry.".to_owned()]).is_ok());
        assert_eq!(cached.inner.0, 2);
        assert_eq!(say(&mut cached, "Done."), say(&mut cached, "Done."));
        assert_eq!(cached.inner.0, 2);
        say(&mut cached, "Anna's birthday is in May.");
        say(&mut cached, "Anna's birthday is in May.");
        assert_eq!((cached.inner.0, cached.sounds.len()), (4, 2));
    }

    #[test]
    fn half_a_reply_is_not_kept() {
        let mut cached = Cached::new(Counting(0));
        cached.stock.insert("Done.".to_owned());
        assert!(cached.speak("Done.", &mut |_| ControlFlow::Break(())).is_ok());
        assert_eq!(say(&mut cached, "Done.").len(), 5);
        assert_eq!(cached.inner.0, 2);
    }

    #[test]
    fn memory_is_bounded() {
        let texts: Vec<String> = (0..40).map(|n| format!("{n}").repeat(100_000)).collect();
        let mut cached = Cached::new(Counting(0));
        assert!(cached.prepare(texts).is_ok());
        assert!(cached.bytes <= MAX_BYTES && !cached.sounds.is_empty());
    }
}
