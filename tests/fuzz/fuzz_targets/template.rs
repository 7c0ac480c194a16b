//! Templates and values that strangers send: they end, and the text is no longer than it may be.
#![no_main]

use jinja::{Environment, Value};

libfuzzer_sys::fuzz_target!(|input: (String, String)| {
    let (template, values) = input;
    let values = serde_json::from_str(&values).unwrap_or_else(|_| Value::from(values));
    let values = Value::from_pairs([("value", values.clone()), ("value_json", values)]);
    let environment = Environment::new().with_fuel(20_000);
    for environment in [environment.clone().forgiving().strict(), environment] {
        let Ok(template) = environment.compile(&template) else { continue };
        if let Ok(text) = template.render(values.clone()) {
            assert!(text.len() <= Environment::LONGEST_OUTPUT);
        }
    }
});
