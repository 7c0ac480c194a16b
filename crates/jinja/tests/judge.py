#!/usr/bin/env python3
"""Renders Home Assistant's answers with Jinja2 of Python, for `judge` to compare with.

    judge.py CORPUS TIMES [SEED] > FILE        (needs jinja2 and PyYAML)

CORPUS is a folder as `upstream/mod.rs` describes it. Each template of its responses is rendered TIMES
times with values by chance: slots that are words, numbers or missing, states that match or not,
timers. A line of the output is JSON: template, values, states, and the text or null for an error.
"""

import json
import pathlib
import random
import sys

import jinja2
import yaml

WORDS = ["lamp", "kitchen", "Café", "on", "off", "20", "2.5", "", "ÄPFEL", "two words", "red", "open",
         "not_home", "12", "0", "unavailable", "sunny", "partlycloudy", "cloudy", "22.4"]
KEYS = ["domain", "name", "state", "hass_state", "state_with_unit", "entity_id", "area_id"]
DOMAINS = ["light", "cover", "lock", "scene", "climate", "weather", "person", "sensor", "valve"]
SLOTS = ["name", "area", "floor", "domain", "device_class", "state", "brightness", "color", "position",
         "percentage", "temperature", "volume_level", "volume_step", "item", "hours", "minutes", "seconds",
         "message", "search_query", "conversation_command", "preferred_area_id", "canceled", "response"]
TIMER = ["total_seconds_left", "start_hours", "start_minutes", "start_seconds", "rounded_hours_left",
         "rounded_minutes_left", "rounded_seconds_left"]


def some(chance, by=0.5):
    return chance.random() < by


def scalar(chance):
    return chance.choice([
        lambda: chance.choice(WORDS), lambda: chance.randint(-3, 120),
        lambda: round(chance.uniform(-5, 99), 1), lambda: some(chance),
    ])()


def state(chance):
    made = {key: chance.choice(WORDS) for key in KEYS}
    made["domain"] = chance.choice(DOMAINS)
    made["entity_id"] = f"{made['domain']}.{chance.choice(['a', 'b', 'c'])}"
    names = ["temperature", "current_temperature", "unit_of_measurement", "temperature_unit", "device_class"]
    made["attributes"] = {name: scalar(chance) for name in names if some(chance)}
    return made


def timer(chance):
    made = {key: chance.choice([0, 0, 1, 2, 30, 59, 90]) for key in TIMER}
    made |= {"is_active": some(chance, 0.7), "name": chance.choice(["", "pizza"]),
             "area": chance.choice(["", "kitchen"])}
    return made


def values(chance):
    matched = [state(chance) for _ in range(chance.choice([0, 1, 1, 2, 5]))]
    unmatched = [state(chance) for _ in range(chance.choice([0, 1, 3, 5]))]
    slots = {name: scalar(chance) for name in SLOTS if some(chance, 0.7)}
    slots["timers"] = [timer(chance) for _ in range(chance.choice([0, 1, 1, 2, 3]))]
    slots["date"] = {"year": 2013, "month": chance.randint(1, 12), "day": chance.randint(1, 31)}
    slots["time"] = {"hour": chance.randint(0, 23), "minute": chance.randint(0, 59), "second": 0}
    if some(chance):
        slots["media"] = {"title": chance.choice(WORDS)}
    first = (matched + unmatched or [None])[0]
    return {"slots": slots, "state": first,
            "query": {"matched": matched, "unmatched": unmatched, "total_results": len(matched) + len(unmatched)}}


def rendered(environment, template, given):
    states = given["query"]["matched"]
    weekday = given["slots"]["date"]["day"] % 7

    def state_attr(entity, name):
        found = next((one for one in states if one["entity_id"] == entity), None)
        return found and found["attributes"].get(name)

    date = type("Date", (), {**given["slots"]["date"], "weekday": staticmethod(lambda: weekday)})
    slots = {**given["slots"], "date": date}
    try:
        return " ".join(environment.from_string(template).render({**given, "slots": slots}, state_attr=state_attr).split())
    except Exception:  # whatever Python says to it, there is no text
        return None


def main():
    corpus, times = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    chance = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    environment = jinja2.Environment()
    templates = set()
    for file in sorted(corpus.glob("*/responses/*/*.yaml")):
        read = yaml.safe_load(file.read_text(encoding="utf-8"))
        for responses in (read.get("responses", {}).get("intents") or {}).values():
            templates |= {str(text) for text in (responses or {}).values()}
    for template in sorted(templates):
        for _ in range(times):
            given = values(chance)
            text = rendered(environment, template, given)
            print(json.dumps({"template": template, "values": given, "text": text}))


if __name__ == "__main__":
    main()
