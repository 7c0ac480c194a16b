//! A package without a build script has no build dependencies either.

fn main() {}
