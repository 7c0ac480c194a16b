//! The model: the files of one network, read and checked.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::encoder::{self, onnx};
use crate::joiner::Joiner;
use crate::predictor::Predictor;
use crate::tokens::Tokens;
use crate::{Error, Result};

const ENCODER: &str = "encoder.int8.onnx";
const PREDICTOR: &str = "decoder.onnx";
const JOINER: &str = "joiner.onnx";
/// The same in 8 bits, as the archive for small devices has it.
const JOINER_INT8: &str = "joiner.int8.onnx";
const TOKENS: &str = "tokens.txt";
/// Larger files are none of this network.
const LARGEST: u64 = 64 << 20;

/// What is wrong with a file.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The weights, read once and shared by all streams and searches.
pub struct Model {
    pub(crate) encoder: Arc<encoder::Weights>,
    pub(crate) predictor: Predictor,
    pub(crate) joiner: Joiner,
    tokens: Tokens,
}

impl Model {
    /// Reads `encoder.int8.onnx`, `decoder.onnx`, `joiner.onnx` (or `joiner.int8.onnx`) and
    /// `tokens.txt` of a folder and checks that they are of one network. Any bytes in them are safe.
    ///
    /// # Errors
    /// When a file is missing, damaged or foreign; the error names it.
    pub fn load(folder: impl AsRef<Path>) -> Result<Arc<Self>> {
        let folder = folder.as_ref();
        let foreign = |name: &str| {
            let file = folder.join(name);
            move |source: Cause| Error::Foreign { file, source }
        };
        let tokens = Tokens::parse(&read(folder.join(TOKENS))?)
            .map_err(|error| foreign(TOKENS)(error.into()))?;
        let predictor =
            weights(&read(folder.join(PREDICTOR))?, Predictor::new).map_err(foreign(PREDICTOR))?;
        let exact = folder.join(JOINER).is_file();
        let name = if exact { JOINER } else { JOINER_INT8 };
        let take = if exact { Joiner::new } else { Joiner::from_int8 };
        let joiner = weights(&read(folder.join(name))?, take).map_err(foreign(name))?;
        let encoder = encoder::Weights::from_onnx(&read(folder.join(ENCODER))?)
            .map_err(|error| foreign(ENCODER)(error.into()))?;
        Ok(Arc::new(Self { encoder: Arc::new(encoder), predictor, joiner, tokens }))
    }

    /// Whether a folder has the files, without reading them.
    pub fn is_in(folder: impl AsRef<Path>) -> bool {
        let has = |name: &str| folder.as_ref().join(name).is_file();
        [ENCODER, PREDICTOR, TOKENS].into_iter().all(has) && (has(JOINER) || has(JOINER_INT8))
    }

    /// The pieces it writes with.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// The predictor.
    pub fn predictor(&self) -> &Predictor {
        &self.predictor
    }
}

fn weights<T>(
    bytes: &[u8],
    take: impl FnOnce(&[onnx::Tensor<'_>]) -> std::result::Result<T, String>,
) -> std::result::Result<T, Cause> {
    Ok(take(&onnx::tensors(bytes)?)?)
}

fn read(file: PathBuf) -> Result<Vec<u8>> {
    let unreadable = |source| Error::Unreadable { file: file.clone(), source };
    let length = std::fs::metadata(&file).map_err(unreadable)?.len();
    if length > LARGEST {
        return Err(Error::Foreign { file, source: "it is too large".into() });
    }
    std::fs::read(&file).map_err(unreadable)
}
