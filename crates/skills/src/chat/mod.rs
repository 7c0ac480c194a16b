//! Small talk, and what cannot be done.

mod cannot;
mod small;

pub use cannot::Cannot;
pub use small::{Dice, Small, fair};
