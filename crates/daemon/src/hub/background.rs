//! Background tasks: recorder, sweeper, terminals and web server.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use language::Language;
use store::Store;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use super::{Driver, recorder};
use crate::config::Config;
use crate::error::warn_of;
use crate::queues::{PAGE_REQUESTS, RecorderEntry, ToHub};
use crate::terminal::{self, Answerer};

/// Pages that are under way at the end are given so long.
const PAGE_ENDS_WITHIN: Duration = Duration::from_secs(1);

/// What runs off the path from voice to answer.
pub(crate) struct Background {
    store: Option<Store>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    page: Option<tokio::task::JoinHandle<()>>,
    /// Dropped to close the pages.
    open: oneshot::Sender<()>,
}

impl Background {
    /// Starts them behind the driver, which has filled in the status: pages show all of it from the first moment.
    pub(crate) fn start(
        config: &Config,
        driver: &Driver,
        listener: Option<TcpListener>,
        language: Arc<Language>,
        entries: mpsc::Receiver<RecorderEntry>,
        inbox: &mpsc::Sender<ToHub>,
    ) -> Self {
        let hub = &driver.hub;
        let (store, events) = (hub.store.clone(), &hub.events);
        let (open, closed) = oneshot::channel::<()>();
        let mut background = Self { store, tasks: Vec::new(), page: None, open };
        // Without a store the recorder's queue is dropped here, so that nobody waits for a turn to
        // be written.
        let Some(store) = background.store.clone() else { return background };
        let record = recorder::record(store.clone(), config.name.clone(), entries, events.clone());
        background.tasks.push(tokio::spawn(record));
        background.tasks.push(tokio::spawn(recorder::sweep(store.clone(), events.clone())));
        let address = listener.as_ref().and_then(|listener| listener.local_addr().ok());
        let sign_in = address.map(web::SignIn::at);
        let (asked, doer) = (store.clone(), inbox.clone());
        let answerer = Answerer { store: asked, hub: doer, sign_in: sign_in.clone() };
        background.tasks.push(tokio::spawn(async move {
            if let Err(error) = terminal::serve(answerer).await {
                warn_of!(error, "failed to serve terminals; `hark history` works only after the speaker has stopped");
            }
        }));
        if let (Some(listener), Some(sign_in)) = (listener, sign_in) {
            let (requests, taken) = mpsc::channel(PAGE_REQUESTS);
            background.tasks.push(tokio::spawn(pass_on(taken, inbox.clone())));
            let speaker = web::Speaker {
                status: hub.status.subscribe(),
                events: events.clone(),
                requests,
                clock: SystemTime::now,
                language,
            };
            let shutdown = async { drop(closed.await) };
            let page = web::serve(listener, store, speaker, sign_in, shutdown);
            background.page = Some(tokio::spawn(page));
        }
        background
    }

    pub(crate) async fn stop(self) {
        drop(self.open);
        // A browser that never ends its request is not waited for.
        if let Some(page) = self.page {
            let _ = tokio::time::timeout(PAGE_ENDS_WITHIN, page).await;
        }
        for task in self.tasks {
            task.abort();
        }
        if let Some(store) = self.store {
            store.close().await;
        }
    }
}

async fn pass_on(mut requests: mpsc::Receiver<web::Asked>, hub: mpsc::Sender<ToHub>) {
    while let Some(web::Asked { request, answer }) = requests.recv().await {
        if hub.send(ToHub::Request(Box::new(request), answer)).await.is_err() {
            return;
        }
    }
}
