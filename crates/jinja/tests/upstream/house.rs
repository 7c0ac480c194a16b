//! The house of a test: states, areas, timers, and which of them a sentence is about.

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::corpus::{File, Form, Test, list};
use super::understood::Meaning;

/// What a test knows of its house.
pub struct House {
    pub form: Form,
    /// The early tests of combinations know less.
    pub early: bool,
    states: Vec<Value>,
    areas: Vec<Value>,
    floors: Vec<Value>,
    timers: Vec<Value>,
    media: Vec<Value>,
}

/// The states that a sentence is about, and those that its state excludes.
pub struct Matched {
    pub matched: Vec<Value>,
    pub unmatched: Vec<Value>,
}

/// The house of a test.
///
/// # Errors
/// When it has another shape.
pub fn of(file: &File, test: &Test, fixtures: &Value, early: bool) -> Result<House> {
    let own = file.form == Form::Combination;
    let source = if own { &file.content } else { fixtures };
    let of_test = |key| {
        let of_test = test.content.get(key).filter(|_| own).and_then(Value::as_array);
        of_test.map_or_else(|| list(source, key).to_vec(), Clone::clone)
    };
    let states = list(source, "entities").iter().map(|entity| state(entity, own));
    Ok(House {
        form: file.form,
        early,
        states: states.collect::<Result<_>>()?,
        areas: list(source, "areas").to_vec(),
        floors: list(source, "floors").to_vec(),
        timers: of_test("timers"),
        media: of_test("media"),
    })
}

/// The first part of an id, or what the test says.
pub fn domain(entity: &Value) -> String {
    let id = entity["id"].as_str().and_then(|id| id.split('.').next());
    id.or(entity["domain"].as_str()).unwrap_or_default().to_owned()
}

/// How something is called; `[…]` may be left out.
pub fn names(thing: &Value) -> Vec<String> {
    let name = thing["name"].as_str().unwrap_or_default().trim();
    match name.split_once('[').and_then(|(before, rest)| Some((before, rest.split_once(']')?))) {
        Some((before, (optional, after))) => {
            vec![format!("{before}{optional}{after}"), format!("{before}{after}")]
        }
        None => vec![name.to_owned()],
    }
}

/// The id of what is called so; the last counts.
fn find(things: &[Value], name: &str) -> Option<String> {
    let called = |thing: &&Value| names(thing).iter().any(|known| normal(known) == name);
    things.iter().rev().find(called).map(id)
}

fn id(thing: &Value) -> String {
    thing["id"].as_str().map_or_else(|| slug(&thing["name"]), str::to_owned)
}

fn slug(name: &Value) -> String {
    normal(name.as_str().unwrap_or_default()).replace(' ', "_")
}

fn normal(name: &str) -> String {
    name.trim().to_lowercase()
}

/// What templates see of an entity.
fn state(entity: &Value, own: bool) -> Result<Value> {
    let names = names(entity);
    let domain = domain(entity);
    let said = &entity["state"];
    let said = if said.is_null() && own { &entity["state_with_unit"] } else { said };
    let (human, machine) = match said {
        Value::Null => ("off", "off"),
        Value::Object(both) => {
            (both["in"].as_str().unwrap_or_default(), both["out"].as_str().unwrap_or_default())
        }
        said => {
            let said =
                said.as_str().ok_or_else(|| anyhow::anyhow!("the state {said} is no text"))?;
            (said, said)
        }
    };
    let unit = entity["attributes"]["unit_of_measurement"].as_str();
    let id = if own {
        json!(format!("{domain}.{}", slug(&entity["name"])))
    } else {
        entity["id"].clone()
    };
    let area = if own && !entity["area"].is_null() {
        json!(slug(&entity["area"]))
    } else {
        entity["area"].clone()
    };
    Ok(json!({
        "entity_id": id,
        "name": names[0],
        "aliases": names[1..],
        "domain": domain,
        "hass_state": machine,
        "state": human,
        "state_with_unit": unit.map_or_else(|| human.to_owned(), |unit| format!("{human} {unit}")),
        "attributes": entity.get("attributes").cloned().unwrap_or_else(|| json!({})),
        "area_id": area,
        "is_exposed": entity["is_exposed"].as_bool().unwrap_or(true),
        // What the early tests say themselves.
        "said_with_unit": entity["state_with_unit"],
    }))
}

impl House {
    /// The states that a sentence is about.
    pub fn matched(&self, meaning: &Meaning) -> Matched {
        let slot = |name: &str| meaning.slots.get(name).map(|slot| &slot.value);
        let lower = |name: &str| slot(name).and_then(Value::as_str).map(normal);
        let (name, area, floor) = (lower("name"), lower("area"), lower("floor"));
        let by_name = |state: &Value, name: &str| {
            let aliases = list(state, "aliases").iter().chain([&state["name"]]);
            aliases.filter_map(Value::as_str).any(|alias| normal(alias) == *name)
        };
        let about = |state: &&Value| {
            if self.form == Form::Combination
                && let Some(name) = &name
            {
                return by_name(state, name);
            }
            let only = match meaning.intent.as_str() {
                "HassClimateGetTemperature" | "HassClimateSetTemperature" => Some("climate"),
                "HassGetWeather" => Some("weather"),
                _ => None,
            };
            let area_id = state["area_id"].as_str();
            let of_area = |area: &&Value| Some(&*id(area)) == area_id;
            let floor_id = self.areas.iter().find(of_area).and_then(|area| self.floor_of(area));
            state["is_exposed"] == true
                && only.is_none_or(|only| state["domain"] == only)
                && name.as_ref().is_none_or(|name| by_name(state, name))
                && floor.as_ref().is_none_or(|name| floor_id == find(&self.floors, name))
                && area
                    .as_ref()
                    .is_none_or(|name| area_id.map(str::to_owned) == find(&self.areas, name))
                && lower("domain").is_none_or(|domain| state["domain"] == *domain)
                && slot("device_class")
                    .is_none_or(|class| state["attributes"]["device_class"] == *class)
        };
        let states = self.states.iter().filter(about).cloned();
        let wanted =
            |state: &Value| slot("state").is_none_or(|wanted| state["hass_state"] == *wanted);
        let (matched, unmatched) = states.partition(wanted);
        Matched { matched, unmatched }
    }

    fn floor_of(&self, area: &Value) -> Option<String> {
        let floor = area["floor"].as_str()?;
        Some(if self.form == Form::Combination { slug(&area["floor"]) } else { floor.to_owned() })
    }

    /// The timers that a sentence is about.
    pub fn timers(&self, meaning: &Meaning) -> Vec<Value> {
        if self.form == Form::Combination {
            return self.timers.iter().map(|timer| full_timer(timer, false)).collect();
        }
        if !meaning.intent.contains("Timer") || meaning.intent == "HassStartTimer" {
            return Vec::new();
        }
        let slot = |name: &str| meaning.slots.get(name).map(|slot| &slot.value);
        let starts = ["start_hours", "start_minutes", "start_seconds"];
        let number = |value: Option<&Value>| value.and_then(Value::as_f64);
        let started = |timer: &Value| {
            starts.iter().all(|start| number(slot(start)) == number(timer.get(*start)))
        };
        let lower = |value: &Value| value.as_str().map(normal);
        let area = |timer: &Value| {
            let id = timer["area"].as_str()?;
            let area = self.areas.iter().find(|area| area["id"] == id);
            Some(normal(area.map_or(id, |area| area["name"].as_str().unwrap_or_default())))
        };
        let any_start = starts.iter().any(|start| slot(start).is_some());
        let wanted = |timer: &&Value| {
            (!any_start || started(timer))
                && slot("name").is_none_or(|name| lower(name) == lower(&timer["name"]))
                && slot("area").is_none_or(|name| lower(name) == area(timer))
        };
        let named = |timer: &Value| {
            let mut timer = full_timer(timer, true);
            timer["area"] = json!(area(&timer).unwrap_or_default());
            timer["name"] = json!(lower(&timer["name"]).unwrap_or_default());
            timer
        };
        self.timers.iter().filter(wanted).map(named).collect()
    }

    /// What is played.
    pub fn media(&self, meaning: &Meaning) -> Option<Value> {
        if self.form == Form::Combination {
            return Some(self.media.first().cloned().unwrap_or(Value::Null));
        }
        let wanted = &meaning.slots.get("search_query")?.value;
        self.media.iter().find(|media| media["title"] == *wanted).cloned()
    }
}

/// A timer with all that templates may ask for.
fn full_timer(timer: &Value, active: bool) -> Value {
    let mut full = Map::new();
    for (key, value) in [("is_active", json!(active)), ("name", json!("")), ("area", json!(""))] {
        full.insert(key.to_owned(), value);
    }
    for key in [
        "total_seconds_left",
        "start_hours",
        "start_minutes",
        "start_seconds",
        "rounded_hours_left",
        "rounded_minutes_left",
        "rounded_seconds_left",
    ] {
        full.insert(key.to_owned(), json!(0));
    }
    full.extend(timer.as_object().cloned().unwrap_or_default());
    Value::Object(full)
}
