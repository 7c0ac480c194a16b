//! Requests of pages and terminals, and the status that pages show.

use std::cmp::Reverse;
use std::time::SystemTime;

use skills::{Agenda, Entry, Kind, NamedLists, Rule};
use tokio::sync::oneshot;
use voice::{
    AgendaKind, AgendaView, Answer, Context, Event, Intent, ListView, Outcome, PrivateText, Repeat,
    Request, SatelliteId, Skill as _, Status, What,
};

use super::Driver;
use crate::error::warn_of;
use crate::queues::Order;

impl Driver {
    /// Does what somebody typed or pressed. What is for a satellite is passed on to it.
    pub(super) async fn request(
        &mut self,
        request: Request,
        answer: Option<oneshot::Sender<Answer>>,
    ) {
        let satellite = request.satellite.clone();
        let household = self.hub.household.clone();
        let done = match request.what {
            What::Text(_) => return self.typed(request, answer),
            What::Heard(_) | What::Steps(..) => Ok(()),
            What::Mute(muted) => return self.mute(&satellite, muted),
            What::Hush => {
                let timers = household.timers.stop_ringing().await;
                let agenda = household.agenda.stop_ringing().await;
                for handle in &self.satellites {
                    self.must(&handle.id, Order::Hush);
                }
                timers.and(agenda).map(drop)
            }
            What::CancelTimer(id) => {
                let cancelled = household.timers.cancel(id).await;
                // What waited for it goes before another timer can get its number.
                self.announce().await;
                cancelled.map(drop)
            }
            What::CancelEntry(id) => household.agenda.cancel(id).await.map(drop),
            What::TakeOff { list, items } => take_off(&household.lists, &list, &items).await,
            What::EmptyList(list) => empty(&household.lists, &list).await,
        };
        self.hub.household_changed.send_replace(());
        if let Err(error) = done {
            warn_of!(error, "failed to carry out a request of a page; it has to be made again");
        }
    }

    fn typed(&self, request: Request, answer: Option<oneshot::Sender<Answer>>) {
        let satellite = request.satellite.clone();
        let order = Order::Typed(Box::new(request), answer);
        if let Err(refused) = self.order(&satellite, order)
            && let Order::Typed(_, Some(answer)) = *refused
        {
            // Whoever typed it may have gone.
            let _ = answer.send(Answer::Busy);
        }
    }

    /// Closes or opens a microphone.
    fn mute(&self, satellite: &SatelliteId, muted: bool) {
        if let Some(handle) = self.satellite(satellite) {
            handle.orders.mute.send_replace(muted);
        }
    }

    /// Orders what nobody asks about again.
    pub(super) fn must(&self, satellite: &SatelliteId, order: Order) {
        if self.order(satellite, order).is_err() {
            tracing::error!(?satellite, "satellite queue full; dropped an order");
        }
    }

    pub(super) fn show_house(&mut self) {
        let devices = self.house.borrow_and_update().clone();
        self.hub.status.send_modify(|status| status.devices = devices);
        self.hub.report(Event::HouseChanged);
    }

    /// Shows timers, agenda and lists.
    pub(super) fn show_household(&self) {
        let timers = self.hub.household.timers.views();
        self.show(timers, |status| &mut status.timers, Event::TimersChanged);
        let agenda = agenda(&self.hub.household.agenda);
        self.show(agenda, |status| &mut status.agenda, Event::AgendaChanged);
        let lists = lists(&self.hub.household.lists);
        self.show(lists, |status| &mut status.lists, Event::ListsChanged);
    }

    /// Puts `new` into a place of the status, and says that it changed if it did.
    fn show<T: PartialEq>(&self, new: T, place: fn(&mut Status) -> &mut T, changed: Event) {
        let is_new = self.hub.status.send_if_modified(|status| {
            let old = place(status);
            let is_new = *old != new;
            *old = new;
            is_new
        });
        if is_new {
            self.hub.report(changed);
        }
    }
}

fn agenda(agenda: &Agenda) -> Vec<AgendaView> {
    let kinds = [Kind::Alarm, Kind::Reminder, Kind::Job];
    let mut views: Vec<_> =
        kinds.into_iter().flat_map(|kind| agenda.entries(kind)).map(agenda_view).collect();
    views.sort_by_key(|view| (Reverse(view.ringing), view.next, view.id));
    views
}

fn agenda_view(entry: Entry) -> AgendaView {
    let kind = match entry.kind {
        Kind::Alarm => AgendaKind::Alarm,
        Kind::Reminder => AgendaKind::Reminder,
        Kind::Job => AgendaKind::Command,
    };
    let repeat = match entry.rule {
        Rule::After(_) | Rule::Once(_) => Repeat::Never,
        Rule::Weekly { days, .. } => Repeat::Weekly(days),
        Rule::Sun { days, rising: true } => Repeat::Sunrise(days),
        Rule::Sun { days, rising: false } => Repeat::Sunset(days),
        Rule::Monthly { .. } => Repeat::Monthly,
        Rule::Yearly { .. } => Repeat::Yearly,
        Rule::Timer(_) => Repeat::AfterTimer,
    };
    AgendaView {
        id: entry.id,
        kind,
        label: entry.label,
        next: [entry.next, entry.snoozed].into_iter().flatten().min().map(SystemTime::from),
        repeat,
        ringing: entry.ringing.is_some(),
    }
}

fn lists(lists: &NamedLists) -> Vec<ListView> {
    let view = |list: skills::ListView| ListView {
        name: list.name.into(),
        items: list.items.into_iter().map(PrivateText::from).collect(),
    };
    lists.views().into_iter().map(view).collect()
}

/// Takes things off a list that stand there in these very words. What is gone already stays gone: the
/// skill would look for what sounds alike, which somebody who pressed a button did not mean.
async fn take_off(
    household: &NamedLists,
    list: &PrivateText,
    items: &[PrivateText],
) -> voice::Result<()> {
    for item in items {
        if lists(household).iter().any(|view| view.name == *list && view.items.contains(item)) {
            let intent = Intent::named("HassListRemoveItem").with_text("item", item.clone());
            act(household, intent.with_text("name", list.clone())).await?;
        }
    }
    Ok(())
}

/// Takes everything off a list. The page has asked whether that is meant.
async fn empty(household: &NamedLists, list: &PrivateText) -> voice::Result<()> {
    if lists(household).iter().all(|view| view.name != *list) {
        return Ok(());
    }
    act(household, Intent::named("HarkListClear").with_text("name", list.clone())).await
}

/// Does with the lists what the spoken command would do after a yes.
async fn act(lists: &NamedLists, intent: Intent) -> voice::Result<()> {
    let context = Context { confirmed: true, ..Context::at(SystemTime::now()) };
    let reply = lists.handle(&intent, &context).await?;
    if reply.outcome != Outcome::Done {
        tracing::warn!(
            outcome = reply.outcome.as_str(),
            "failed to change a list; it stays as it is"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use skills::{Books, MemoryLists};

    use super::*;
    use crate::hub::Handle;
    use crate::queues::ListenOrder;
    use crate::satellite::tests::{self as satellites, at_rest};

    /// How long a test waits for what must come.
    const DEADLINE: std::time::Duration = std::time::Duration::from_secs(20);

    async fn shopping(items: &[&str]) -> NamedLists {
        let lists = NamedLists::new(Arc::new(MemoryLists::default())).await.expect("memory");
        for item in items {
            let intent = Intent::named("HassShoppingListAddItem").with_text("item", *item);
            act(&lists, intent).await.expect("memory can be written");
        }
        lists
    }

    fn on(household: &NamedLists) -> Vec<String> {
        let lists = lists(household);
        lists.iter().flat_map(|view| &view.items).map(|item| item.expose().to_owned()).collect()
    }

    /// The pages are asked as soon as there is one.
    #[test]
    fn what_the_household_has_is_shown_before_the_hub_runs() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let (house, books) = (satellites::empty(), Books::in_memory());
        let (hub, _turns) = satellites::hub(&runtime, house, books);
        let add = Intent::named("HassShoppingListAddItem").with_text("item", "milk");
        runtime.block_on(act(&hub.household.lists, add)).expect("memory can be written");
        let (_inbox, taken) = tokio::sync::mpsc::channel(1);
        let driver = Driver::new(Arc::new(hub), taken);
        let lists = driver.hub.status.borrow().lists.len();
        assert_eq!(lists, 1, "without it the page says that there are none");
    }

    /// A microphone is closed where every queue on the way to it is full.
    #[test]
    fn a_mute_is_never_lost() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let texts = crate::texts("en").expect("the built-in sentences");
        let house = satellites::empty();
        let (lists, skills, routines) = (house.lists(), Vec::new(), Vec::new());
        let parts = assistant::Parts { texts, lists, skills, routines, area: None };
        let assistant = Arc::new(assistant::Assistant::new(parts).expect("an assistant"));
        let (hub, _turns) = satellites::hub(&runtime, house, Books::in_memory());
        let (satellite, orders, _ends) = at_rest(assistant, None, hub);
        while orders.orders.try_send(Order::Hush).is_ok() {}
        while satellite.listen.try_send(ListenOrder::Forget).is_ok() {}
        let (id, closed) = (satellite.id.clone(), Arc::clone(&satellite.closed));
        let (_inbox, taken) = tokio::sync::mpsc::channel(1);
        let mut driver = Driver::new(Arc::clone(&satellite.hub), taken);
        driver.satellites.push(Handle { id: id.clone(), orders, renamed: None });
        runtime.block_on(driver.request(Request::from_page(What::Mute(true)), None));
        let mut status = driver.hub.status.subscribe();
        let running = runtime.spawn(satellite.run());
        let muted = status.wait_for(|status| status.is_muted(&id) == Some(true));
        let muted = runtime.block_on(async { tokio::time::timeout(DEADLINE, muted).await.is_ok() });
        assert!(muted, "the page shows it");
        assert!(closed.load(std::sync::atomic::Ordering::Acquire), "the microphone is told");
        running.abort();
    }

    #[tokio::test]
    async fn what_is_gone_already_takes_nothing_else_with_it() {
        let lists = shopping(&["milk", "oat milk", "bread"]).await;
        let milk = [PrivateText::from("milk")];
        for _ in 0..2 {
            take_off(&lists, &"shopping".into(), &milk).await.expect("memory can be written");
            assert_eq!(on(&lists), ["oat milk", "bread"]);
        }
        take_off(&lists, &"other".into(), &["bread".into()]).await.expect("nothing is done");
        assert_eq!(on(&lists), ["oat milk", "bread"]);
    }

    #[tokio::test]
    async fn a_list_is_emptied_without_another_question() {
        let lists = shopping(&["milk", "bread"]).await;
        empty(&lists, &"to do".into()).await.expect("nothing is done");
        assert_eq!(on(&lists), ["milk", "bread"]);
        empty(&lists, &"shopping".into()).await.expect("memory can be written");
        assert!(on(&lists).is_empty());
    }
}
