//! The C interface of PocketSphinx 5prealpha (Debian's libpocketsphinx3), bound at run time so that
//! the program starts without it. Signatures from its headers `pocketsphinx.h`, `ps_search.h`,
//! `fsg_model.h`, `cmd_ln.h`, `logmath.h` and `err.h`.
#![expect(unsafe_code, reason = "calls into a C library; every block says why it is sound")]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;
use std::sync::Arc;

use libloading::Library;

/// The library of Debian 12 and Raspberry Pi OS; it brings libsphinxbase along.
const LIBRARY: &str = "libpocketsphinx.so.3";
/// Name of the only search in each decoder.
const SEARCH: &CStr = c"hark";

/// The library keeps acoustic scores shifted right by ten bits (`SENSCR_SHIFT` of its `hmm.h`).
const SCORE_SCALE: f64 = 1024.0;

type Opaque = *mut c_void;

/// Functions of the library, valid as long as `library` is loaded.
struct Api {
    ps_args: unsafe extern "C" fn() -> Opaque,
    ps_init: unsafe extern "C" fn(Opaque) -> Opaque,
    ps_free: unsafe extern "C" fn(Opaque) -> c_int,
    ps_get_logmath: unsafe extern "C" fn(Opaque) -> Opaque,
    ps_start_utt: unsafe extern "C" fn(Opaque) -> c_int,
    ps_process_raw: unsafe extern "C" fn(Opaque, *const i16, usize, c_int, c_int) -> c_int,
    ps_end_utt: unsafe extern "C" fn(Opaque) -> c_int,
    ps_get_hyp: unsafe extern "C" fn(Opaque, *mut i32) -> *const c_char,
    ps_seg_iter: unsafe extern "C" fn(Opaque) -> Opaque,
    ps_seg_next: unsafe extern "C" fn(Opaque) -> Opaque,
    ps_seg_word: unsafe extern "C" fn(Opaque) -> *const c_char,
    ps_seg_frames: unsafe extern "C" fn(Opaque, *mut c_int, *mut c_int),
    ps_seg_prob: unsafe extern "C" fn(Opaque, *mut i32, *mut i32, *mut i32) -> i32,
    ps_add_word: unsafe extern "C" fn(Opaque, *const c_char, *const c_char, c_int) -> c_int,
    ps_lookup_word: unsafe extern "C" fn(Opaque, *const c_char) -> *mut c_char,
    ps_set_fsg: unsafe extern "C" fn(Opaque, *const c_char, *mut FsgModel) -> c_int,
    ps_set_allphone: unsafe extern "C" fn(Opaque, *const c_char, Opaque) -> c_int,
    ps_set_search: unsafe extern "C" fn(Opaque, *const c_char) -> c_int,
    cmd_ln_parse_r: unsafe extern "C" fn(Opaque, Opaque, i32, *const *const c_char, i32) -> Opaque,
    cmd_ln_free_r: unsafe extern "C" fn(Opaque) -> c_int,
    logmath_log: unsafe extern "C" fn(Opaque, f64) -> c_int,
    logmath_log_to_ln: unsafe extern "C" fn(Opaque, c_int) -> f64,
    fsg_model_init: unsafe extern "C" fn(*const c_char, Opaque, f32, i32) -> *mut FsgModel,
    fsg_model_word_add: unsafe extern "C" fn(*mut FsgModel, *const c_char) -> c_int,
    fsg_model_trans_add: unsafe extern "C" fn(*mut FsgModel, i32, i32, i32, i32),
    fsg_model_free: unsafe extern "C" fn(*mut FsgModel) -> c_int,
    ckd_free: unsafe extern "C" fn(Opaque),
    err_set_logfp: unsafe extern "C" fn(Opaque) -> Opaque,
    _library: Library,
}

/// The head of `fsg_model_t`; the rest is never read.
#[repr(C)]
struct FsgModel {
    refcount: c_int,
    name: *mut c_char,
    n_word: i32,
    n_word_alloc: i32,
    vocab: *mut *mut c_char,
    silwords: Opaque,
    altwords: Opaque,
    lmath: Opaque,
    n_state: i32,
    start_state: i32,
    final_state: i32,
}

impl Api {
    fn load() -> Result<Self, libloading::Error> {
        // SAFETY: loading runs the library's initialisers; Debian's library has none that matter.
        let library = unsafe { Library::new(LIBRARY)? };
        macro_rules! bind {
            ($($name:ident),* $(,)?) => {
                Self {
                    $(
                        // SAFETY: the type of the field is the signature in the library's header,
                        // and the library outlives the pointer because it is stored with it.
                        $name: unsafe { *library.get(stringify!($name).as_bytes())? },
                    )*
                    _library: library,
                }
            };
        }
        // SAFETY: `err_set_callback(err_cb_f, void *)`; without a callback the library is silent.
        unsafe {
            let quiet: libloading::Symbol<'_, unsafe extern "C" fn(Opaque, Opaque)> =
                library.get(b"err_set_callback")?;
            quiet(ptr::null_mut(), ptr::null_mut());
        }
        Ok(bind!(
            ps_args,
            ps_init,
            ps_free,
            ps_get_logmath,
            ps_start_utt,
            ps_process_raw,
            ps_end_utt,
            ps_get_hyp,
            ps_seg_iter,
            ps_seg_next,
            ps_seg_word,
            ps_seg_frames,
            ps_seg_prob,
            ps_add_word,
            ps_lookup_word,
            ps_set_fsg,
            ps_set_allphone,
            ps_set_search,
            cmd_ln_parse_r,
            cmd_ln_free_r,
            logmath_log,
            logmath_log_to_ln,
            fsg_model_init,
            fsg_model_word_add,
            fsg_model_trans_add,
            fsg_model_free,
            ckd_free,
            err_set_logfp,
        ))
    }
}

/// The loaded library.
#[derive(Clone)]
pub(crate) struct PocketSphinx(Arc<Api>);

/// A stretch of the best path: what was heard, when, and how well it fitted.
#[derive(Clone)]
pub(crate) struct Segment {
    /// A word, a phone, or a filler such as `<sil>` or `++NOISE++`.
    pub word: String,
    /// First frame of 10 ms.
    pub first: i32,
    /// Last frame.
    pub last: i32,
    /// Natural logarithm of the acoustic likelihood, relative to the best state in each frame.
    pub fit: f64,
}

/// One transition of a grammar.
pub(crate) struct Transition {
    pub from: i32,
    pub to: i32,
    /// Index into the words.
    pub word: usize,
    /// Natural logarithm of its weight.
    pub weight: f64,
}

impl PocketSphinx {
    /// Loads the library.
    pub(crate) fn load() -> Result<Self, libloading::Error> {
        Api::load().map(|api| Self(Arc::new(api)))
    }

    /// A decoder with these settings, given as on the command line of `pocketsphinx_continuous`:
    /// name and value in turn. `None` when it refuses them or finds no model.
    pub(crate) fn decoder(&self, arguments: &[&str]) -> Option<Decoder> {
        let owned: Vec<CString> =
            arguments.iter().map(|a| CString::new(*a)).collect::<Result<_, _>>().ok()?;
        let pointers: Vec<*const c_char> = owned.iter().map(|a| a.as_ptr()).collect();
        let api = &self.0;
        // SAFETY: the arguments are valid C strings during the call, which copies them; `ps_args`
        // returns a static table. `ps_init` takes its own reference to the configuration.
        // Without a log file, which is kept for each thread, the settings are not printed.
        let raw = unsafe {
            (api.err_set_logfp)(ptr::null_mut());
            let config = (api.cmd_ln_parse_r)(
                ptr::null_mut(),
                (api.ps_args)(),
                pointers.len() as i32,
                pointers.as_ptr(),
                1,
            );
            if config.is_null() {
                return None;
            }
            let raw = (api.ps_init)(config);
            (api.cmd_ln_free_r)(config);
            raw
        };
        (!raw.is_null()).then(|| Decoder { api: api.clone(), raw, started: false })
    }
}

/// A decoder with one search.
pub(crate) struct Decoder {
    api: Arc<Api>,
    raw: Opaque,
    started: bool,
}

// SAFETY: a decoder has no ties to the thread that made it; `&mut self` keeps calls apart.
unsafe impl Send for Decoder {}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: `raw` came from `ps_init` and is freed once.
        unsafe { (self.api.ps_free)(self.raw) };
    }
}

impl Decoder {
    /// The phones of a word of the dictionary.
    pub(crate) fn phones(&self, word: &str) -> Option<String> {
        let word = CString::new(word).ok()?;
        // SAFETY: the decoder lives and the word is a C string. The answer is a string of our own,
        // to be freed with the library's `ckd_free`.
        unsafe {
            let phones = (self.api.ps_lookup_word)(self.raw, word.as_ptr());
            if phones.is_null() {
                return None;
            }
            let text = CStr::from_ptr(phones).to_string_lossy().into_owned();
            (self.api.ckd_free)(phones.cast());
            Some(text)
        }
    }

    /// Adds a word to the dictionary of this decoder; false when a phone is unknown.
    pub(crate) fn add_word(&mut self, word: &str, phones: &str) -> bool {
        let (Ok(word), Ok(phones)) = (CString::new(word), CString::new(phones)) else {
            return false;
        };
        // SAFETY: the decoder lives, both are C strings, and the library copies them.
        unsafe { (self.api.ps_add_word)(self.raw, word.as_ptr(), phones.as_ptr(), 0) >= 0 }
    }

    /// Listens for the sentences of a grammar of `states` states from 0 to `last`. Every word must
    /// be in the dictionary. False when the library refuses it.
    pub(crate) fn set_grammar(
        &mut self,
        words: &[String],
        states: i32,
        last: i32,
        transitions: &[Transition],
    ) -> bool {
        let Ok(words) =
            words.iter().map(|w| CString::new(w.as_str())).collect::<Result<Vec<_>, _>>()
        else {
            return false;
        };
        let api = &self.api;
        self.started = false;
        // SAFETY: the model is made, filled with states and words that exist in it, handed over
        // (the search keeps its own reference) and released. Writing the two state numbers is what
        // the library's own readers do; the struct's head is declared as in its header.
        unsafe {
            let logmath = (api.ps_get_logmath)(self.raw);
            let model = (api.fsg_model_init)(SEARCH.as_ptr(), logmath, 1.0, states);
            if model.is_null() {
                return false;
            }
            (*model).start_state = 0;
            (*model).final_state = last;
            let ids: Vec<i32> =
                words.iter().map(|w| (api.fsg_model_word_add)(model, w.as_ptr())).collect();
            for arc in transitions {
                let weight = (api.logmath_log)(logmath, arc.weight.exp());
                (api.fsg_model_trans_add)(model, arc.from, arc.to, weight, ids[arc.word]);
            }
            let done = (api.ps_set_fsg)(self.raw, SEARCH.as_ptr(), model) == 0
                && (api.ps_set_search)(self.raw, SEARCH.as_ptr()) == 0;
            (api.fsg_model_free)(model);
            done
        }
    }

    /// Listens for any sequence of phones. False when the library refuses it.
    pub(crate) fn set_phone_loop(&mut self) -> bool {
        self.started = false;
        // SAFETY: without a language model the search takes all phones as equally likely.
        unsafe {
            (self.api.ps_set_allphone)(self.raw, SEARCH.as_ptr(), ptr::null_mut()) == 0
                && (self.api.ps_set_search)(self.raw, SEARCH.as_ptr()) == 0
        }
    }

    /// Takes the next samples (16 kHz mono); begins an utterance if there is none. False when the
    /// library failed.
    pub(crate) fn feed(&mut self, pcm: &[i16]) -> bool {
        // SAFETY: the decoder lives, a search is set, and the slice is valid for its length.
        unsafe {
            if !self.started {
                if (self.api.ps_start_utt)(self.raw) != 0 {
                    return false;
                }
                self.started = true;
            }
            (self.api.ps_process_raw)(self.raw, pcm.as_ptr(), pcm.len(), 0, 0) >= 0
        }
    }

    /// Ends the utterance.
    pub(crate) fn end(&mut self) {
        if std::mem::take(&mut self.started) {
            // SAFETY: an utterance was started.
            unsafe { (self.api.ps_end_utt)(self.raw) };
        }
    }

    /// The best text so far; after [`Decoder::end`] only a whole sentence of the grammar.
    pub(crate) fn text(&mut self) -> Option<String> {
        let mut score = 0;
        // SAFETY: the decoder lives; the string belongs to it and is copied at once.
        unsafe {
            let text = (self.api.ps_get_hyp)(self.raw, &raw mut score);
            (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
        }
    }

    /// The best path of the last utterance.
    pub(crate) fn segments(&mut self) -> Vec<Segment> {
        let mut segments = Vec::new();
        // SAFETY: the iterator is advanced until the library frees it by returning null; strings
        // are copied before the next step.
        unsafe {
            let logmath = (self.api.ps_get_logmath)(self.raw);
            let mut at = (self.api.ps_seg_iter)(self.raw);
            while !at.is_null() {
                let (mut first, mut last, mut fit, mut path, mut back) = (0, 0, 0, 0, 0);
                (self.api.ps_seg_frames)(at, &raw mut first, &raw mut last);
                (self.api.ps_seg_prob)(at, &raw mut fit, &raw mut path, &raw mut back);
                let word = (self.api.ps_seg_word)(at);
                if !word.is_null() {
                    let word = CStr::from_ptr(word).to_string_lossy().into_owned();
                    let fit = (self.api.logmath_log_to_ln)(logmath, fit) * SCORE_SCALE;
                    segments.push(Segment { word, first, last, fit });
                }
                at = (self.api.ps_seg_next)(at);
            }
        }
        segments
    }
}
