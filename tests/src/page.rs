//! The pages, asked over their port.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Instant;

use daemon::terminal::{self, Request};

use crate::DEADLINE;

/// A speaker's pages, as a browser sees them.
#[derive(Clone)]
pub struct Page {
    /// Where they are.
    pub address: SocketAddr,
    /// Where the speaker can be asked for a link.
    data: PathBuf,
    /// What the browser shows.
    cookie: String,
}

/// What was answered.
pub struct Answer {
    /// For example 200.
    pub status: u16,
    /// The bytes after the head.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Page {
    /// In a browser that nobody has let in.
    pub fn of_stranger(address: SocketAddr) -> Self {
        Self { address, data: PathBuf::new(), cookie: String::new() }
    }

    /// In the browser of whoever runs the speaker, which keeps its data in `data`: it follows a link, as that of
    /// `hark page`.
    pub fn entered(address: SocketAddr, data: &Path) -> Self {
        let mut page = Self { data: data.to_owned(), ..Self::of_stranger(address) };
        let link = page.link();
        let secret = link.rsplit('/').next().unwrap_or_default();
        let mut reader = BufReader::new(page.send("POST", "/enter", &format!("secret={secret}")));
        let head = head(&mut reader);
        let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: "));
        let cookie = cookie.unwrap_or_else(|| panic!("{link} does not let in: {head}"));
        cookie.split(';').next().unwrap_or_default().clone_into(&mut page.cookie);
        page
    }

    /// A new link, which lets a browser in.
    pub fn link(&self) -> String {
        let started = Instant::now();
        let mut link = Vec::new();
        // It can be asked a moment after it was started.
        while !terminal::ask_speaker(&self.data, &Request::Page, &mut link).is_ok_and(|ran| ran) {
            assert!(started.elapsed() < DEADLINE, "nobody answers in {}", self.data.display());
            std::thread::yield_now();
        }
        String::from_utf8_lossy(&link).trim_end().to_owned()
    }

    /// Where a browser finds it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Asks for a page.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }

    /// The text of a page that must be there.
    pub fn text(&self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.text()
    }

    /// The text of a page of a speaker that may end meanwhile.
    pub fn try_text(&self, path: &str) -> Option<String> {
        let mut answer = String::new();
        self.try_send("GET", path, "").ok()?.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        head.lines().next()?.contains(" 200 ").then(|| body.to_owned())
    }

    /// Sends a form, as the page itself does.
    pub fn post(&self, path: &str, form: &str) {
        let answer = self.ask("POST", path, form);
        assert_eq!(answer.status, 303, "{path}: {}", answer.text());
    }

    /// The text of the page that shows the turns with these words.
    pub fn search(&self, words: &str) -> String {
        let form = format!("q={}", encoded(words));
        let head = head(&mut BufReader::new(self.send("POST", "/search", &form)));
        let found = head.lines().find_map(|line| line.strip_prefix("location: "));
        self.text(found.unwrap_or_else(|| panic!("nothing is shown: {head}")))
    }

    /// Types a command, which must be answered.
    pub fn type_command(&self, command: &str) {
        let answer = self.ask("POST", "/ask", &format!("text={}", encoded(command)));
        assert_eq!(answer.status, 200, "{command}: {}", answer.text());
    }

    /// Sends a form to a speaker that may end meanwhile: the status of its answer, if one came.
    pub fn try_post(&self, path: &str, form: &str) -> Option<u16> {
        let mut head = String::new();
        BufReader::new(self.try_send("POST", path, form).ok()?).read_line(&mut head).ok()?;
        head.split(' ').nth(1)?.parse().ok()
    }

    /// What the page shows as the state of a device.
    pub fn state(&self, device: &str) -> String {
        let page = self.text("/home");
        let tile = format!("data-device=\"{device}\" data-state=\"");
        let Some((_, rest)) = page.split_once(&tile) else { panic!("{device} is not on the page") };
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    /// What happens from now on.
    pub fn events(&self) -> Events {
        let mut reader = BufReader::new(self.send("GET", "/events", ""));
        let head = head(&mut reader);
        assert!(head.contains(" 200 "), "{head}");
        Events(reader)
    }

    fn ask(&self, method: &str, path: &str, form: &str) -> Answer {
        let mut reader = BufReader::new(self.send(method, path, form));
        let head = head(&mut reader);
        let mut body = Vec::new();
        reader.read_to_end(&mut body).expect("an answer to its end");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Answer { status: status.unwrap_or_else(|| panic!("no answer: {head}")), body }
    }

    fn send(&self, method: &str, path: &str, form: &str) -> TcpStream {
        self.try_send(method, path, form).expect("the port is open and the request is taken")
    }

    /// HTTP 1.0, so that an answer ends with its connection.
    fn try_send(&self, method: &str, path: &str, form: &str) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect_timeout(&self.address, DEADLINE)?;
        stream.set_read_timeout(Some(DEADLINE))?;
        let (host, cookie) = (self.address, &self.cookie);
        let length = form.len();
        let request = format!(
            "{method} {path} HTTP/1.0\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {cookie}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n\
             {form}"
        );
        stream.write_all(request.as_bytes())?;
        Ok(stream)
    }
}

/// Words as they stand in a form.
fn encoded(words: &str) -> String {
    let encoded = words.bytes().map(|byte| match byte {
        b' ' => "+".to_owned(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    encoded.collect()
}

fn head(reader: &mut BufReader<TcpStream>) -> String {
    let mut head = String::new();
    while reader.read_line(&mut head).expect("an answer in time") > 2 {}
    head
}

/// What a page is told while it is open.
pub struct Events(BufReader<TcpStream>);

impl Events {
    /// The next event: its name, and what it carries.
    pub fn next_event(&mut self) -> (String, String) {
        let (mut name, mut data) = (String::new(), String::new());
        loop {
            let mut line = String::new();
            let read = self.0.read_line(&mut line).expect("an event in time");
            assert!(read > 0, "the speaker closed the stream");
            let line = line.trim_end();
            if let Some(value) = line.strip_prefix("event:") {
                value.trim().clone_into(&mut name);
            } else if let Some(value) = line.strip_prefix("data:") {
                value.trim().clone_into(&mut data);
            } else if line.is_empty() && !name.is_empty() {
                return (name, data);
            }
        }
    }

    /// Passes over events until one with that name comes; what it carries.
    pub fn wait_for(&mut self, name: &str) -> String {
        loop {
            let (found, data) = self.next_event();
            if found == name {
                return data;
            }
        }
    }

    /// Waits until `holds` after some event, or already.
    pub fn wait_until(&mut self, mut holds: impl FnMut() -> bool) {
        while !holds() {
            self.next_event();
        }
    }
}
