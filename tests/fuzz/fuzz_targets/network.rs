//! The files of the speech network: its pieces, and the container of its weights.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = transducer::Tokens::parse(bytes);
    let _ = transducer::encoder::onnx::tensors(bytes);
    let _ = transducer::encoder::Weights::from_onnx(bytes);
});
