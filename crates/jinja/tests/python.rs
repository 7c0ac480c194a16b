//! Templates render as they do in Python, and what the caller gives is there.

use std::error::Error as _;

use jinja::{Environment, Error, Template, Value, function};

fn render(source: &str) -> jinja::Result<String> {
    Environment::new().compile(source)?.render(Value::from(()))
}

#[test]
fn templates_render_as_in_python() {
    let rows = include_str!("python.tsv").lines().filter(|row| !row.starts_with('#'));
    let mut wrong = Vec::new();
    for row in rows {
        let (template, expected) = row.split_once('\t').expect("a template and a text");
        let found = render(template);
        if !found.as_ref().is_ok_and(|found| found == expected) {
            wrong.push(format!("{template}\n  expected {expected:?}\n  found    {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_order_of_a_map_is_that_of_the_json() {
    let values: Value = serde_json::from_str(r#"{"m": {"z": 1, "a": {"y": 2.0, "b": null}}}"#)
        .expect("this is JSON");
    let template = Environment::new().compile("{{ m }}").expect("a template");
    assert_eq!(
        template.render(values).ok().as_deref(),
        Some("{'z': 1, 'a': {'y': 2.0, 'b': None}}")
    );
}

#[test]
fn a_caller_gives_functions_and_values() {
    let mut environment = Environment::new();
    environment.set(
        "twice",
        function(|arguments| match arguments {
            [Value { .. }] => Ok(Value::from(format!("{0}{0}", arguments[0]))),
            _ => Err("twice wants one".to_owned()),
        }),
    );
    environment.set("known", Value::from(5));
    let template =
        environment.compile("{{ twice('a') }} {{ known }} {{ own(1) }}").expect("a template");
    let own = function(|arguments| Ok(Value::from(arguments.len())));
    let found = template.render(Value::from_pairs([("own", own)]));
    assert_eq!(found.ok().as_deref(), Some("aa 5 1"));

    let error = environment.compile("{{ twice() }}").expect("a template").render(Value::from(()));
    let error = error.expect_err("it wants one");
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    assert!(cause.contains("twice wants one"), "{cause}");
}

#[test]
fn errors_read_on() {
    let syntax = render("\n{{ 1 +* }}").expect_err("no template");
    assert!(matches!(syntax, Error::Syntax { line: 2, .. }), "{syntax:?}");
    assert_eq!(syntax.to_string(), "understand line 2 of the template");
    let evaluate = render("\n\n{{ 'x'|int }}").expect_err("no number");
    assert!(matches!(evaluate, Error::Evaluate { line: 3, .. }), "{evaluate:?}");
    assert!(evaluate.source().is_some());
    let much =
        render("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}");
    let much = much.expect_err("endless");
    assert_eq!(much.to_string(), "render the template within its limit of work");
}

#[test]
fn names_that_do_not_exist_are_nothing_or_errors() {
    let strict = Environment::new().strict();
    for source in [
        "{{ x }}",
        "{{ {}.a }}",
        "{{ x|lower }}",
        "{{ x|join }}",
        "{{ {}.get(x) }}",
        "{{ [1][x] }}",
        "{% if x %}{% endif %}",
        "{{ x ~ '' }}",
    ] {
        let values = || Value::from_pairs(std::iter::empty::<(Value, Value)>());
        let lenient =
            Environment::new().compile(source).and_then(|template| template.render(values()));
        assert!(lenient.is_ok(), "{source}: {lenient:?}");
        let strict = strict.compile(source).and_then(|template| template.render(values()));
        assert!(matches!(strict, Err(Error::Evaluate { .. })), "{source}: {strict:?}");
    }
    let forgiven = strict.compile("{{ 's' if 1 > 2 }}{{ x is defined }}{{ x|default(1) }}");
    assert_eq!(forgiven.and_then(|t| t.render(Value::from(()))).ok().as_deref(), Some("False1"));
}

#[test]
fn what_is_no_number_is_forgiven_on_demand() {
    assert!(render("{{ 'x'|float }}").is_err());
    let forgiving = Environment::new().forgiving();
    let template = forgiving.compile("{{ 'x'|float }} {{ 'x'|int }} {{ 'x'|int(3) }}");
    assert_eq!(template.and_then(|t| t.render(Value::from(()))).ok().as_deref(), Some("0.0 0 3"));
}

#[test]
fn templates_go_to_other_threads() {
    fn sent<T: Send + Sync + Clone>() {}
    sent::<Template>();
    sent::<Environment>();
}
