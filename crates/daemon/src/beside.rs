//! What runs beside the path from voice to answer.

use std::time::SystemTime;

use crate::config::Config;
use store::Store;
use tokio::net::TcpListener;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use voice::{Event, Status};

use crate::{Message, PAGE_ORDERS, recorder, terminal};

/// What runs beside the path from voice to answer: recorder, sweeper and pages.
pub(crate) struct Beside {
    store: Option<Store>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    page: Option<tokio::task::JoinHandle<Result<(), web::Error>>>,
    /// Dropped to close the pages.
    open: oneshot::Sender<()>,
}

impl Beside {
    pub(crate) fn start(
        config: &Config,
        store: Option<Store>,
        listener: Option<TcpListener>,
        entries: mpsc::Receiver<recorder::Entry>,
        session: &mpsc::Sender<Message>,
        status: &watch::Sender<Status>,
        events: &broadcast::Sender<Event>,
    ) -> Self {
        let (open, closed) = oneshot::channel::<()>();
        let mut beside = Self { store, tasks: Vec::new(), page: None, open };
        // Without a store the recorder's queue is dropped here, so that nobody waits for a turn to
        // be written.
        let Some(store) = beside.store.clone() else { return beside };
        let name = config.name.clone();
        beside.tasks.push(tokio::spawn(recorder::record(
            store.clone(),
            name,
            entries,
            events.clone(),
        )));
        beside.tasks.push(tokio::spawn(recorder::sweep(store.clone(), events.clone())));
        let asked = store.clone();
        beside.tasks.push(tokio::spawn(async move {
            let folder = asked.folder().to_owned();
            if let Err(error) = terminal::serve(folder, asked).await {
                tracing::warn!(
                    "failed to listen to terminals: {error}; `hark history` waits for the end"
                );
            }
        }));
        if let Some(listener) = listener {
            let (orders, taken) = mpsc::channel(PAGE_ORDERS);
            beside.tasks.push(tokio::spawn(pass_on(taken, session.clone())));
            let speaker = web::Speaker {
                status: status.subscribe(),
                events: events.clone(),
                orders,
                clock: SystemTime::now,
            };
            let shutdown = async { drop(closed.await) };
            beside.page = Some(tokio::spawn(web::serve(listener, store, speaker, shutdown)));
        }
        beside
    }

    pub(crate) async fn stop(self) {
        drop(self.open);
        if let Some(page) = self.page
            && let Ok(Err(error)) = page.await
        {
            tracing::warn!(error = &error as &dyn std::error::Error, "the page ended badly");
        }
        for task in self.tasks {
            task.abort();
        }
        if let Some(store) = self.store {
            store.close().await;
        }
    }
}

async fn pass_on(mut orders: mpsc::Receiver<web::Order>, session: mpsc::Sender<Message>) {
    while let Some(order) = orders.recv().await {
        if session.send(Message::Order(order)).await.is_err() {
            return;
        }
    }
}
