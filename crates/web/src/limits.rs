//! The threat model: who is kept out and who is not, each sentence with the test that would fail if it were wrong.

use askama::Template;
use axum::extract::State;
use axum::response::Html;

use crate::live::Top;
use crate::texts::Texts;
use crate::{App, Error};

/// Sentences by their keys, and the names of their tests; `crates/store/README.md` has the same tests.
const LIMITS: [(&str, &str); 16] = [
    ("limits.card", "a2_an_erasure_is_certain_on_ext4_and_nowhere_else_claimed_to_be"),
    ("limits.elsewhere", "f6_a_reset_says_where_it_cannot_be_relied_on"),
    ("limits.copy", "f2_a_copy_of_the_card_written_back_brings_back_what_the_page_says"),
    ("limits.laboratory", "a2_all_that_was_ever_written_is_no_key_to_what_was_deleted"),
    ("limits.lists", "an_old_copy_of_the_database_does_not_open_with_the_keys_of_now"),
    ("limits.passphrase", "without_the_passphrase_nothing_of_the_household_opens"),
    ("limits.due", "what_is_locked_rings_without_its_name_and_is_told_when_it_opens"),
    ("limits.no_passphrase", "lists_and_alarms_are_sealed_under_a_key_of_their_own"),
    ("limits.times", "times_and_sizes_of_files_say_little"),
    ("limits.users", "other_users_get_nothing_from_the_page"),
    ("limits.programs", "other_programs_of_the_same_user_see_nothing"),
    ("limits.muted", "a_muted_speaker_holds_nothing_of_the_room"),
    ("limits.log", "a_hundred_commands_leave_by_no_side_door"),
    ("limits.swap", "memory_is_locked_where_that_is_allowed"),
    ("limits.room", "one_engine_is_not_enough_for_what_lets_somebody_in"),
    ("limits.control", "a1_what_is_left_in_memory_is_counted"),
];

#[derive(Template)]
#[template(path = "limits.html")]
struct Page {
    t: Texts,
    top: Top,
    limits: &'static [(&'static str, &'static str)],
}

pub(crate) async fn show(State(app): State<App>) -> Result<Html<String>, Error> {
    let page = Page { t: app.t.clone(), top: Top::of(&app, "settings"), limits: &LIMITS };
    Ok(Html(page.render()?))
}
