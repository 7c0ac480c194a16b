//! Whatever a template asks for, it ends, and takes no more than its share of time and memory.

use jinja::{Environment, Error, Value};

/// What takes too long or too much by itself.
const ENDLESS: [&str; 35] = [
    "{% set n = namespace(x=[1]) %}{% for i in range(60) %}{% set n.x = [n.x, n.x] %}{% endfor %}",
    "{% for i in range(99999) %}{% for i in range(99999) %}{% endfor %}{% endfor %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m(x) %}{{ m([x, x]) }}{% endmacro %}{{ m(1) }}",
    "{% for x in [[1]] recursive %}{{ loop([x]) }}{% endfor %}",
    "{{ 'a' * 1000000000 }}",
    "{{ ('a' * 100000) * 100000 }}",
    "{{ 'a'|center(1000000000) }}",
    "{{ 'a'.center(1000000000) }}",
    "{{ 'a'.rjust(1000000000) }}",
    "{{ 'a'.zfill(1000000000) }}",
    "{{ 'a\nb'|indent(1000000000) }}",
    "{{ '%1000000000d'|format(1) }}",
    "{{ '{:1000000000}'.format(1) }}",
    "{{ '{:.1000000000f}'.format(1.0) }}",
    "{{ ('{0}' * 10000).format('a' * 1000000) }}",
    "{{ ('a' * 100000)|replace('a', 'b' * 100000) }}",
    "{{ ('a' * 100000).replace('a', 'b' * 100000) }}",
    "{{ ('a' * 100000)|regex_replace('a', 'b' * 100000) }}",
    "{{ ('a' * 100000)|list|join('b' * 100000) }}",
    "{{ ('b' * 100000).join(('a' * 100000)|list) }}",
    "{{ ('a' * 3000000)|list|length }}",
    "{{ [1]|batch(1000000000, 1)|length }}",
    "{{ [1]|slice(1000000000, 1)|length }}",
    "{{ ('[' * 100000)|from_json }}{{ ('[0,' * 1000000)|from_json(1) }}",
    "{{ 'a'|regex_search('(a{1000}){1000}') }}",
    "{% for i in range(9999) %}{{ 'a'|regex_search('a{' ~ i ~ '}') }}{% endfor %}",
    "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}{{ n.x }}",
    "{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = n.x|zip(n.x)|list %}\
     {% set n.x = [n.x, n.x]|flatten %}{% endfor %}{{ n.x }}",
    "{% set n = namespace(x='a') %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    "{% set n = namespace(x=[]) %}{% for i in range(9999) %}{% set n.x = [n.x] %}{% endfor %}",
    "{% set n = namespace(x={}) %}{% for i in range(9999) %}{% set n.x = {'a': n.x} %}{% endfor %}",
    "{% set n = namespace(x={}) %}{% for i in range(9999) %}{% set n.x = dict(a=n.x, b=n.x) %}{% endfor %}",
    "{{ [[[0] * 9999] * 9999] * 9999 }}",
    "{{ 9999 * [9999 * [9999 * [0]]] ~ '' }}",
];

fn render(source: &str) -> jinja::Result<String> {
    Environment::new().compile(source)?.render(Value::from(()))
}

/// Looking at all of a long list, which costs more than a step. `v` and `w` are equal.
const LOOKS: [&str; 18] = [
    "v == w",
    "v != w",
    "v < w",
    "v in [w]",
    "v not in [w]",
    "v ~ ''",
    "'' ~ v",
    "(v + w)|length",
    "{v: 1}|length",
    "{}[v]",
    "{}.get(v)",
    "v is eq(w)",
    "[v]|select('in', [w])|list|length",
    "v|sort|length",
    "v|unique|list|length",
    "v|to_json|length",
    "v|lower|length",
    "[v].count(w)",
];

#[test]
fn looking_at_a_list_is_paid_for() {
    let list = || Value::from((0..1000).collect::<Vec<_>>());
    for look in LOOKS {
        let source =
            format!("{{% for i in range(9999) %}}{{{{ ({look}) is defined }}}}{{% endfor %}}");
        let template = Environment::new().compile(&source).expect(look);
        let found = template.render(Value::from_pairs([("v", list()), ("w", list())]));
        assert!(matches!(found, Err(Error::TooMuch { .. })), "{look}: {found:?}");
    }
}

#[test]
fn what_never_ends_is_ended() {
    for source in ENDLESS {
        let error = render(source).expect_err(source);
        let expected = matches!(error, Error::TooMuch { .. } | Error::Evaluate { .. });
        assert!(expected, "{source}: {error:?}");
    }
}

#[test]
fn a_namespace_cannot_hold_itself() {
    for source in [
        "{% set n = namespace() %}{% set n.x = n %}{{ n }}",
        "{% set n = namespace() %}{% set n.x = [{'a': n}] %}{{ n.x == n.x }}",
        "{% set n = namespace() %}{% set a, n.x = 1, n %}{{ n }}",
    ] {
        assert!(matches!(render(source), Err(Error::Evaluate { .. })), "{source}");
    }
}

#[test]
fn the_text_is_no_longer_than_home_assistants() {
    let length = Environment::LONGEST_OUTPUT;
    assert_eq!(
        render(&format!("{{{{ 'a' * {length} }}}}")).map(|text| text.len()).ok(),
        Some(length)
    );
    let longer = render(&format!("{{{{ 'a' * {} }}}}", length + 1));
    assert!(matches!(longer, Err(Error::TooMuch { .. })));
}

#[test]
fn a_caller_can_give_less() {
    let environment = Environment::new().with_fuel(100);
    let template =
        environment.compile("{% for i in range(1000) %}{% endfor %}").expect("a template");
    assert!(matches!(template.render(Value::from(())), Err(Error::TooMuch { .. })));
}
