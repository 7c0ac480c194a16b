//! The pages in a browser: headless Chromium, driven through chromedriver.
//!
//! Screenshots of every page are left in `target/screenshots`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

use std::fs::Permissions;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use e2e::binary::{Running, Stream};
use e2e::rig::{self, Pace, Rig};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use store::{Filter, Keep};
use voice::Pcm;

/// Width and height of a phone, in points.
const PHONE: (u32, u32) = (390, 844);
/// The same of a laptop's window.
const LAPTOP: (u32, u32) = (1100, 800);

const ROW: &str = "#turns .turn";

#[test]
fn a_household_reviews_its_history() {
    let folder = tempfile::tempdir().unwrap();
    let (speech, config) = rig::command("rhasspy_turn_on_living_room_lamp", "turn on the lamp");
    let rig = Rig::start(folder.path(), config, Pace::Live);
    let driver = Driver::start(folder.path());
    rig.wait(async {
        let page = driver.window(folder.path(), LAPTOP).await;
        enters(&rig, folder.path(), &page).await;
        review(&rig, &page, &speech).await;
        house_and_settings(&rig, &page).await;
        page.client.close().await.unwrap();
        let phone = driver.window(folder.path(), PHONE).await;
        phone.follow(&rig.page.link()).await;
        fits(&rig, &phone).await;
        forget(&rig, &phone).await;
        phone.client.close().await.unwrap();
    });
    rig.stop();
}

#[test]
fn a_household_takes_back_what_it_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (_, config) = rig::command("rhasspy_turn_on_living_room_lamp", "turn on the lamp");
    let rig = Rig::start(folder.path(), config, Pace::Live);
    for command in [
        "wake me up at 6:30 am every weekday",
        "remind me to call the plumber about the dripping tap in the upstairs bathroom tomorrow \
         at 5 pm",
        "turn off the living room lamp tomorrow at 10 pm",
        "set a pizza timer for 50 minutes",
        "add milk, bread and birthday candles to my shopping list",
        "add book a table for the anniversary of our grandparents to my to do list",
    ] {
        ask(&rig, command);
    }
    let driver = Driver::start(folder.path());
    rig.wait(async {
        let phone = driver.window(folder.path(), PHONE).await;
        phone.follow(&rig.page.link()).await;
        agenda(&rig, &phone).await;
        lists(&rig, &phone).await;
        phone.client.close().await.unwrap();
    });
    rig.stop();
}

/// Somebody types a command, and it is answered.
fn ask(rig: &Rig, command: &str) {
    let mut events = rig.page.events();
    rig.page.type_command(command);
    rig::stored(&mut events);
    events.wait_until(|| rig.page.text("/home").contains("data-phase=\"idle\""));
}

/// A browser sees nothing before it has followed a link, which `hark page` opens in it.
async fn enters(rig: &Rig, folder: &Path, page: &Page) {
    page.open(&rig.page.url("/")).await;
    assert!(page.text("main").await.contains("Run `hark page`"));
    page.screenshot("stranger").await;
    // A browser that only says how it was called, which everybody on the machine can see.
    let (tools, opened) = (folder.join("tools"), folder.join("opened"));
    std::fs::create_dir(&tools).unwrap();
    let pipe = Command::new("mkfifo").arg(&opened).status().unwrap();
    assert!(pipe.success());
    let browser = tools.join("xdg-open");
    std::fs::write(&browser, "#!/bin/sh\necho \"$@\" > \"$HOME/opened\"\n").unwrap();
    std::fs::set_permissions(&browser, Permissions::from_mode(0o755)).unwrap();
    let mut hark = e2e::binary::command(folder);
    hark.arg("page").arg("--data").arg(&rig.data);
    hark.env("DISPLAY", ":0").env("XDG_RUNTIME_DIR", folder).env("PATH", &tools);
    let told = hark.output().unwrap();
    let link = String::from_utf8(told.stdout).unwrap();
    assert!(told.status.success() && link.contains("/enter/"), "{link}");
    let file = folder.join("hark-page.html");
    assert_eq!(std::fs::read_to_string(&opened).unwrap().trim(), file.display().to_string());
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    page.follow(&format!("file://{}", file.display())).await;
    // Whoever goes back to it is in already.
    page.follow(link.trim()).await;
    page.screenshot("entered").await;
}

/// What is due is shown with its time, and is cancelled.
async fn agenda(rig: &Rig, phone: &Page) {
    phone.open(&rig.page.url("/home")).await;
    phone.until("document.querySelectorAll('[data-entry]').length === 3").await;
    let shown = phone.text("#main").await;
    for words in ["every weekday", "tomorrow at 17:00", "tomorrow at 22:00", "dripping tap"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    no_wider_than_the_screen(phone, "/home").await;
    phone.screenshot("agenda-phone").await;
    phone.click("form[action^='/agenda/'] button").await;
    phone.until("document.querySelectorAll('[data-entry]').length === 2").await;
    assert_eq!(rig.store.things::<serde_json::Value>(store::Thing::Entry).await.unwrap().len(), 2);
}

/// What is put on a list appears while the page is open; things are ticked and taken off, and all
/// of them go after a question.
async fn lists(rig: &Rig, phone: &Page) {
    let shopping = "[data-list=shopping]";
    phone.open(&rig.page.url("/lists")).await;
    phone.run("window.sameDocument = true").await;
    phone.listens().await;
    ask(rig, "add eggs to my shopping list");
    phone.until(&format!("document.querySelectorAll('{shopping} .item').length === 4")).await;
    assert_eq!(phone.run("return window.sameDocument").await, json!(true), "without a reload");
    no_wider_than_the_screen(phone, "/lists").await;
    phone.click(&format!("{shopping} .tick")).await;
    phone.screenshot("lists-phone").await;
    phone.click(&format!("{shopping} .bulk button")).await;
    phone.until(&format!("document.querySelectorAll('{shopping} .item').length === 3")).await;
    phone.click(&format!("{shopping} .delete button")).await;
    phone.until(&format!("document.querySelectorAll('{shopping} .item').length === 2")).await;
    let on = rig.store.lists().await.unwrap();
    let on: Vec<_> = on[0].items.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(on, ["birthday candles", "eggs"]);
    phone.click(&format!("{shopping} .danger")).await;
    phone.until("document.querySelector('form.card')").await;
    assert!(phone.text("h1").await.contains("Remove 2 things from the shopping list?"));
    phone.screenshot("lists-empty-phone").await;
    phone.click(".card .danger").await;
    phone.until(&format!("document.querySelector('{shopping}:not(:has(.item))')")).await;
    let lists = rig.store.lists().await.unwrap();
    let left: Vec<_> = lists.iter().map(|list| (&list.name, list.items.len())).collect();
    assert_eq!(left, [(&"shopping".to_owned(), 0), (&"to do".to_owned(), 1)], "only that list");
}

/// Turns appear while the page is open, are played, and go when they are deleted.
async fn review(rig: &Rig, page: &Page, speech: &Pcm) {
    page.open(&rig.page.url("/")).await;
    assert!(page.text("#empty").await.contains("Nothing is kept"));
    page.run("window.sameDocument = true").await;
    rig.tape.say(speech);
    page.until(&format!("document.querySelectorAll('{ROW}').length === 1")).await;
    let said = page.text(&format!("{ROW} .said")).await;
    assert!(said.contains("lamp"), "{said}");
    page.until("document.querySelector('#phase').dataset.phase === 'idle'").await;
    rig.tape.say(speech);
    page.until(&format!("document.querySelectorAll('{ROW}').length === 2")).await;
    assert_eq!(page.run("return window.sameDocument").await, json!(true), "without a reload");

    // What is searched stands in no address.
    page.client.find(Locator::Css("[name=q]")).await.unwrap().send_keys("lamp").await.unwrap();
    page.click(".filter button").await;
    page.until(&format!(
        "location.search && document.querySelectorAll('{ROW}').length === 2 \
         && document.querySelector('[name=q]').value === 'lamp'"
    ))
    .await;
    let address = page.client.current_url().await.unwrap().to_string();
    assert!(address.contains("search=") && !address.contains("lamp"), "{address}");
    page.open(&rig.page.url("/")).await;

    page.click(&format!("{ROW} .play")).await;
    page.until("document.querySelector('.turn.playing')").await;
    page.screenshot("history").await;
    page.until("!document.querySelector('.turn.playing')").await;
    let at = "return parseFloat(document.querySelector('.turn').style.getPropertyValue('--at'))";
    let at = page.run(at).await.as_f64();
    assert!(at.is_some_and(|at| at > 50.0), "it was played, to {at:?} percent");

    page.click(&format!("{ROW} .delete button")).await;
    page.until(&format!("document.querySelectorAll('{ROW}').length === 1")).await;
    assert_eq!(rig.store.count(&Filter::default(), std::time::SystemTime::now()), 1);
}

async fn house_and_settings(rig: &Rig, page: &Page) {
    page.open(&rig.page.url("/home")).await;
    page.until("document.querySelector('[data-device=\"light.living_room\"][data-state=on]')")
        .await;
    page.screenshot("home").await;
    page.open(&rig.page.url("/settings")).await;
    page.screenshot("settings").await;
    page.run("document.querySelector('[name=audio]').value = '7d'").await;
    page.click("form[action='/settings/retention'] button").await;
    page.until("document.querySelector('[name=audio] option[value=\"7d\"][selected]')").await;
    let kept = rig.store.settings().borrow().retention.audio;
    assert_eq!(kept, "7d".parse::<Keep>().unwrap());

    // The microphone is closed from any page.
    page.click("#mute").await;
    page.until("document.querySelector('#phase').dataset.phase === 'muted'").await;
    assert!(rig.store.settings().borrow().satellite(&voice::SatelliteId::local()).muted);
}

/// On a phone nothing sticks out at the side.
async fn fits(rig: &Rig, phone: &Page) {
    for (path, name) in [
        ("/", "history-phone"),
        ("/home", "home-phone"),
        ("/settings", "settings-phone"),
        ("/limits", "limits-phone"),
    ] {
        phone.open(&rig.page.url(path)).await;
        phone.screenshot(name).await;
        no_wider_than_the_screen(phone, path).await;
    }
}

async fn no_wider_than_the_screen(phone: &Page, path: &str) {
    let sizes = "const page = document.documentElement; return [page.scrollWidth, innerWidth]";
    assert_eq!(phone.run(sizes).await, json!([PHONE.0, PHONE.0]), "{path}");
}

/// Everything goes after a question, and not before.
async fn forget(rig: &Rig, page: &Page) {
    page.open(&rig.page.url("/")).await;
    page.click("#delete-shown").await;
    assert!(page.text("#confirm").await.contains("Delete 1 turn?"));
    page.click("#keep").await;
    page.until("!document.querySelector('dialog[open]')").await;
    page.click("#delete-shown").await;
    page.click("#really").await;
    page.until("document.querySelector('#empty')").await;
    assert_eq!(rig.store.count(&Filter::default(), std::time::SystemTime::now()), 0);
}

/// Chromedriver, on a port of its choice.
struct Driver {
    _process: Running,
    address: String,
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Browsers of a test that failed end with it.
        if let Ok(mut stream) = TcpStream::connect(&self.address) {
            let request = format!(
                "GET /shutdown HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
                self.address
            );
            let _ = stream.set_read_timeout(Some(e2e::DEADLINE));
            let _ = stream.write_all(request.as_bytes());
            let _ = stream.read_to_end(&mut Vec::new());
        }
    }
}

impl Driver {
    fn start(folder: &Path) -> Self {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").env("HOME", folder).env("TMPDIR", folder);
        let mut process = Running::start(&mut command, Stream::Stdout);
        let line = process.wait_for("started successfully on port ");
        let port = line.trim_end_matches('.').rsplit(' ').next().unwrap().to_owned();
        Self { _process: process, address: format!("127.0.0.1:{port}") }
    }

    /// A browser with a profile of its own.
    async fn window(&self, folder: &Path, (width, height): (u32, u32)) -> Page {
        let profile = folder.join(format!("profile-{width}"));
        let arguments = [
            "--headless=new",
            // Chromium's own sandbox does not work for root.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--autoplay-policy=no-user-gesture-required",
            &format!("--user-data-dir={}", profile.display()),
            &format!("--window-size={width},{height}"),
        ];
        let mut options = json!({ "args": arguments });
        if width < 500 {
            // A window cannot be that narrow; a phone's screen can.
            let metrics = json!({ "width": width, "height": height, "pixelRatio": 2.0 });
            options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
        }
        let Value::Object(capabilities) = json!({
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "timeouts": { "script": e2e::DEADLINE.as_millis() as u64 },
        }) else {
            panic!("capabilities are an object")
        };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let url = format!("http://{}", self.address);
        let client = builder.capabilities(capabilities).connect(&url).await;
        Page { client: client.expect("a browser starts") }
    }
}

/// A page in the browser. Waits are for changes of the document, without looking again and again.
struct Page {
    client: Client,
}

impl Page {
    async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// Opens a link that lets it in, and waits for the history.
    async fn follow(&self, link: &str) {
        self.open(link).await;
        self.until("location.pathname === '/' && document.querySelector('#phase')").await;
    }

    async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    async fn text(&self, selector: &str) -> String {
        self.client.find(Locator::Css(selector)).await.unwrap().text().await.unwrap()
    }

    async fn click(&self, selector: &str) {
        self.client.find(Locator::Css(selector)).await.unwrap().click().await.unwrap();
    }

    /// Waits until `condition`, an expression of the page, holds. Half a page counts for nothing: a list whose items
    /// are not there yet looks like an empty one.
    async fn until(&self, condition: &str) {
        let script = format!(
            "const done = arguments[0];
             const holds = () => document.readyState !== 'loading' && Boolean({condition});
             if (holds()) return done();
             const look = () => {{ if (holds()) {{ observer.disconnect(); done(); }} }};
             const observer = new MutationObserver(look);
             document.addEventListener('DOMContentLoaded', look);
             observer.observe(document,
               {{ subtree: true, childList: true, attributes: true, characterData: true }});"
        );
        let started = Instant::now();
        loop {
            match self.client.execute_async(&script, Vec::new()).await {
                Ok(_) => return,
                // Chromedriver says so at once when the document is left while the script waits in
                // it: then it waits on in the next one.
                Err(error) if error.is_script_timeout() && started.elapsed() < e2e::DEADLINE => {}
                Err(error) => panic!("{condition}: {error}"),
            }
        }
    }

    /// Waits until the page is told what happens: a stream that is asked for after its own is open.
    async fn listens(&self) {
        let script = "const done = arguments[0], events = new EventSource('/events');
             events.onopen = () => { events.close(); done(); }";
        self.client.execute_async(script, Vec::new()).await.unwrap();
    }

    async fn screenshot(&self, name: &str) {
        let folder = screenshots();
        std::fs::create_dir_all(&folder).unwrap();
        let png = self.client.screenshot().await.unwrap();
        std::fs::write(folder.join(format!("{name}.png")), png).unwrap();
    }
}

/// `target/screenshots`, wherever the target folder is.
fn screenshots() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().join("screenshots")
}
