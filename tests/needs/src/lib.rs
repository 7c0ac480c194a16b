//! Tests that need what lies beside the repository.
//!
//! Where that is missing they are reported as ignored. Where `CI` is set they run all the same and
//! fail, because nobody would notice otherwise.
//!
//! It is a package of its own because looking for files takes a build script, and one in the crates
//! would compile the program again each time it looks.

use proc_macro::{TokenStream, TokenTree};

/// `#[needs::test(recordings, network)]` is `#[test]`, ignored where one of these is missing:
/// `recordings`, the speech `network`, and `vectors` to test it with.
#[proc_macro_attribute]
pub fn test(needed: TokenStream, function: TokenStream) -> TokenStream {
    let names = needed.into_iter().filter_map(|token| match token {
        TokenTree::Ident(name) => Some(name.to_string()),
        _ => None,
    });
    // The variable that names the folder of what is missing, or nothing.
    let missing = names.map(|name| match name.as_str() {
        "recordings" => (name, env!("RECORDINGS")),
        "network" => (name, env!("NETWORK")),
        "vectors" => (name, env!("VECTORS")),
        _ => panic!("nothing is known of {name}"),
    });
    let reasons: Vec<String> = missing
        .filter(|(_, variable)| !variable.is_empty())
        .map(|(name, variable)| format!("{name} missing: set {variable}"))
        .collect();
    let mut attributes = "#[::core::prelude::v1::test]".to_owned();
    if !reasons.is_empty() {
        attributes += &format!("#[ignore = {:?}]", reasons.join(", "));
    }
    let mut test: TokenStream = attributes.parse().expect("these are attributes");
    test.extend(function);
    test
}
