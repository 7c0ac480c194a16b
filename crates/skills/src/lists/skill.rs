//! Handles the intents of lists: items are added, completed, read out.

use voice::{
    Answering, Context, Handles, Intent, Outcome, Question, Reply, Result, Risk, Skill, Speech,
};

use super::items::{is_bought, split};
use super::meant::{SHOPPING, is_ready_made, is_same, list_name, matching};
use super::{ListItem, NamedList, NamedLists};

/// More than this is a mistake, of an engine rather than of a person.
const MAX_ITEMS: usize = 200;
const MAX_LISTS: usize = 50;
/// So many items are read out; the page shows all.
const READ_OUT: usize = 12;
/// Set in intents that undo something: the item is one thing and its list is made if it is gone.
const WHOLE: &str = "whole";

impl NamedLists {
    async fn answer(&self, intent: &Intent, confirmed: bool) -> Result<Reply> {
        let _act = self.acts.lock().await;
        if self.book.is_locked() {
            return Ok(Reply::with(Speech::of("hark.list.locked"), Outcome::Refused));
        }
        if intent.name == "HarkListNames" {
            return Ok(self.names());
        }
        let name = list_name(intent.text("name"));
        match intent.name.as_str() {
            "HassShoppingListAddItem" | "HassListAddItem" => {
                return self.add(intent, &name, confirmed).await;
            }
            "HarkListCreate" => return self.make(&name).await,
            _ => {}
        }
        let list = match self.of_item(intent).or_else(|| self.find(&name)) {
            Some(list) => list,
            // They are always there, if only in what people think.
            None if is_ready_made(&name) => NamedList { id: 0, name, items: Vec::new() },
            None => {
                let speech = Speech::of("hark.list.no_such").with("list", name);
                return Ok(Reply::with(speech, Outcome::Failed));
            }
        };
        match intent.name.as_str() {
            "HassShoppingListCompleteItem" | "HassListCompleteItem" => {
                self.take(intent, &list, "HassListCompleteItem.done").await
            }
            "HassListRemoveItem" => self.take(intent, &list, "HassListRemoveItem.done").await,
            "HarkListClear" => self.clear(intent, &list, confirmed).await,
            "HarkListDelete" => self.delete(intent, &list, confirmed).await,
            _ => Ok(read(intent, &list)),
        }
    }

    /// "The list" is the shopping list, unless what is to go stands on another only.
    fn of_item(&self, intent: &Intent) -> Option<NamedList> {
        let (Some(_), Some(item)) = (intent.slot("any_list"), intent.text("item")) else {
            return None;
        };
        let lists = self.lock();
        let mut having = lists.iter().filter(|list| !matching(list, item).is_empty());
        let first = having.clone().find(|list| list.name == SHOPPING);
        first.or_else(|| having.next()).cloned()
    }

    async fn add(&self, intent: &Intent, name: &str, confirmed: bool) -> Result<Reply> {
        let Some(text) = intent.text("item") else {
            let speech = Speech::of("HassListAddItem.what");
            return Ok(Reply::ask(speech, Question::Words(intent.clone(), "item")));
        };
        // Who needs a break needs nothing from a shop.
        if intent.slot("known").is_some() && !is_bought(text) {
            let speech = Speech::of("hark.cannot_help");
            return Ok(Reply::with(speech, Outcome::NotUnderstood));
        }
        let whole = intent.slot(WHOLE).is_some();
        let wanted = if whole { vec![text.to_owned()] } else { split(text, name == SHOPPING) };
        let list = match self.find(name) {
            Some(list) => list,
            None if self.lock().len() >= MAX_LISTS => return Ok(too_many_lists()),
            None if whole || confirmed || is_ready_made(name) => self.create(name).await?,
            None => {
                let speech = Speech::of("HassListAddItem.make").with("list", name);
                return Ok(Reply::ask(speech, Question::Confirm(intent.clone())));
            }
        };
        let there = |item: &String| list.items.iter().any(|other| is_same(&other.text, item));
        let (doubles, new): (Vec<_>, Vec<_>) = wanted.into_iter().partition(there);
        if list.items.len() + new.len() > MAX_ITEMS {
            let speech = Speech::of("HassListAddItem.too_many").with("list", name);
            return Ok(Reply::with(speech, Outcome::Refused));
        }
        if new.is_empty() {
            let speech = Speech::of("HassListAddItem.there").with("items", doubles);
            return Ok(Reply::done(speech.with("list", name)));
        }
        let ids = self.book.add(list.id, &new).await?;
        let items = ids.into_iter().zip(&new);
        let items: Vec<_> = items.map(|(id, text)| ListItem { id, text: text.clone() }).collect();
        if let Some(list) = self.lock().iter_mut().find(|it| it.id == list.id) {
            list.items.extend(items);
        }
        let speech = Speech::of("HassListAddItem.done");
        let speech = speech.with("list", name).with("items", new.clone()).with("doubles", doubles);
        let undo = new.iter().map(|text| about("HassListRemoveItem", name, text)).collect();
        Ok(Reply::done(speech).undone_by(undo))
    }

    async fn take(&self, intent: &Intent, list: &NamedList, done: &'static str) -> Result<Reply> {
        let at = match intent.text("place") {
            Some("first") => list.items.first(),
            Some(_) => list.items.last(),
            None => None,
        };
        if intent.slot("place").is_some() && at.is_none() {
            return Ok(empty(&list.name));
        }
        let Some(text) = at.map(|item| item.text.as_str()).or(intent.text("item")) else {
            let speech = Speech::of("hark.list.which_one");
            return Ok(Reply::ask(speech, Question::Words(intent.clone(), "item")));
        };
        // What stands there in these very words comes first, "and" or not.
        let exact = list.items.iter().find(|item| is_same(&item.text, text));
        let wanted = match exact {
            Some(_) => vec![text.to_owned()],
            None => split(text, list.name == SHOPPING),
        };
        let mut found: Vec<ListItem> = Vec::new();
        let mut missing = Vec::new();
        for text in wanted {
            match &matching(list, &text)[..] {
                [] => missing.push(text),
                [one] => found.push((*one).clone()),
                several => {
                    let names: Vec<_> = several.iter().map(|item| item.text.as_str()).collect();
                    let speech = Speech::of("hark.list.which").with("items", names.clone());
                    let which = names.iter().map(|item| {
                        let intent = about(&intent.name, &list.name, item);
                        (Speech::verbatim(*item), intent)
                    });
                    return Ok(Reply::ask(speech, Question::Which(which.collect())));
                }
            }
        }
        let not = Speech::of("hark.list.has_no");
        let not = not.with("list", &list.name).with("items", missing.clone());
        if found.is_empty() {
            return Ok(Reply::with(not, Outcome::Failed));
        }
        self.take_off(&found).await?;
        let texts: Vec<_> = found.iter().map(|item| item.text.clone()).collect();
        let speech = Speech::of(done).with("items", texts).with("list", &list.name);
        let mut reply = Reply::done(speech).undone_by(put_back(&list.name, &found));
        if !missing.is_empty() {
            reply.speech.push(not);
        }
        Ok(reply)
    }

    async fn clear(&self, intent: &Intent, list: &NamedList, confirmed: bool) -> Result<Reply> {
        let NamedList { name, items, .. } = list;
        if items.is_empty() {
            return Ok(empty(name));
        }
        if !confirmed {
            return Ok(sure(Speech::of("HarkListClear.sure"), intent, list));
        }
        self.take_off(items).await?;
        let speech = Speech::of("HarkListClear.done").with("list", name);
        Ok(Reply::done(speech).undone_by(put_back(name, items)))
    }

    async fn make(&self, name: &str) -> Result<Reply> {
        if self.find(name).is_some() {
            return Ok(Reply::done(Speech::of("HarkListCreate.there").with("list", name)));
        }
        if self.lock().len() >= MAX_LISTS {
            return Ok(too_many_lists());
        }
        self.create(name).await?;
        let undo = Intent::named("HarkListDelete").with_text("name", name);
        let speech = Speech::of("HarkListCreate.done").with("list", name);
        Ok(Reply::done(speech).undone_by(vec![undo]))
    }

    /// An empty list is no loss, so nobody is asked about it.
    async fn delete(&self, intent: &Intent, list: &NamedList, confirmed: bool) -> Result<Reply> {
        let NamedList { id, name, items } = list;
        if !confirmed && !items.is_empty() {
            return Ok(sure(Speech::of("HarkListDelete.sure"), intent, list));
        }
        self.book.delete(*id).await?;
        self.lock().retain(|other| other.id != *id);
        let mut undo = vec![Intent::named("HarkListCreate").with_text("name", name.as_str())];
        undo.extend(put_back(name, items));
        let speech = Speech::of("HarkListDelete.done").with("list", name);
        Ok(Reply::done(speech).undone_by(undo))
    }

    fn names(&self) -> Reply {
        let names: Vec<_> = self.lock().iter().map(|list| list.name.clone()).collect();
        Reply::done(Speech::of("HarkListNames.all").with("lists", names))
    }
}

/// What is on the list, how much, or whether something is.
fn read(intent: &Intent, list: &NamedList) -> Reply {
    let name = &list.name;
    if let Some(item) = intent.text("item") {
        let found: Vec<_> = matching(list, item).iter().map(|item| item.text.clone()).collect();
        let speech = Speech::of("HarkListItems.has").with("list", name).with("item", item);
        return Reply::done(speech.with("found", found));
    }
    let items: Vec<_> = list.items.iter().map(|item| item.text.clone()).collect();
    let key = match (&items[..], intent.response.as_str()) {
        ([], _) => return empty(name),
        (_, "how_many") => "HarkListItems.how_many",
        (few, _) if few.len() <= READ_OUT => "HarkListItems.all",
        _ => "HarkListItems.some",
    };
    let more = items.len().saturating_sub(READ_OUT);
    let speech = Speech::of(key).with("list", name).with("count", items.len()).with("more", more);
    Reply::done(speech.with("items", items.into_iter().take(READ_OUT).collect::<Vec<_>>()))
}

fn about(intent: &str, name: &str, item: &str) -> Intent {
    Intent::named(intent).with_text("name", name).with_text("item", item).with_number(WHOLE, 1.0)
}

fn put_back(name: &str, items: &[ListItem]) -> Vec<Intent> {
    items.iter().map(|item| about("HassListAddItem", name, &item.text)).collect()
}

/// Asks whether that is meant.
fn sure(speech: Speech, intent: &Intent, list: &NamedList) -> Reply {
    let speech = speech.with("list", &list.name).with("count", list.items.len());
    Reply::ask(speech, Question::Confirm(intent.clone()))
}

fn empty(name: &str) -> Reply {
    Reply::done(Speech::of("hark.list.empty").with("list", name))
}

fn too_many_lists() -> Reply {
    Reply::with(Speech::of("HarkListCreate.too_many"), Outcome::Refused)
}

impl Skill for NamedLists {
    fn name(&self) -> &'static str {
        "lists"
    }

    fn intents(&self) -> &'static [Handles] {
        const {
            &[
                Handles::new("HassShoppingListAddItem", Risk::Private),
                Handles::new("HassShoppingListCompleteItem", Risk::Private),
                Handles::new("HassListAddItem", Risk::Private),
                Handles::new("HassListCompleteItem", Risk::Private),
                Handles::new("HassListRemoveItem", Risk::Private).asked_if_guessed(),
                Handles::new("HarkListItems", Risk::Private),
                Handles::new("HarkListClear", Risk::Costly),
                Handles::new("HarkListCreate", Risk::Private),
                Handles::new("HarkListDelete", Risk::Costly),
                Handles::new("HarkListNames", Risk::Private),
            ]
        }
    }

    fn handle<'a>(&'a self, intent: &'a Intent, context: &'a Context) -> Answering<'a> {
        Box::pin(self.answer(intent, context.confirmed))
    }
}
