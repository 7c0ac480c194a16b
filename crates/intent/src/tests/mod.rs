//! Properties of the built-in sentences that need to look into their templates.

mod numbers;
mod sample;
