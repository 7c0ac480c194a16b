//! Entries for the fuzz targets: the weights of the small parts.

use crate::encoder::onnx;
use crate::joiner::Joiner;
use crate::predictor::{Context, Predictor, WIDTH};

/// Takes the container of a predictor or a joiner of either kind.
pub fn weights(bytes: &[u8]) {
    let Ok(tensors) = onnx::tensors(bytes) else { return };
    if let Ok(predictor) = Predictor::new(&tensors) {
        predictor.predict(Context::START.then(7), &mut [0.0; WIDTH]);
    }
    let _ = Joiner::new(&tensors);
    let _ = Joiner::from_int8(&tensors);
}
