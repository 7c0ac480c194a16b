//! Other users of the machine: what they get of a speaker that is not theirs.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use e2e::page::Page;
use e2e::typed;

/// The user and the group `nobody`.
const NOBODY: u32 = 65534;
/// A word that nobody says.
const CANARY: &str = "zanzibarquuxo";

/// Runs a program as another user.
fn as_nobody(program: &str, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new(program);
    let command = command.args(arguments).current_dir("/").uid(NOBODY).gid(NOBODY);
    command.output().expect("bash and ls are there")
}

/// What the page answers to another user: head and body.
fn asks(page: &Page, method: &str, path: &str, form: &str) -> String {
    let (host, length) = (page.address, form.len());
    let (ip, port) = (host.ip(), host.port());
    let request = format!(
        "{method} {path} HTTP/1.0\r\nHost: {host}\r\nOrigin: http://{host}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
    );
    let script = format!("exec 3<>/dev/tcp/{ip}/{port} && printf %s \"$0\" >&3 && cat <&3");
    let output = as_nobody("bash", &["-c", &script, &request]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// B4: every port of the machine itself can be opened by all its users.
#[needs::test(users)]
fn other_users_get_nothing_from_the_page() {
    let folder = tempfile::tempdir().expect("a folder");
    // Only the data folder keeps others out.
    let open = Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).expect("it is ours");
    let (speaker, page) = typed::start(folder.path(), Path::new("data"));
    typed::ask_and_keep(&page, &format!("repeat after me {CANARY}"));
    let history = page.text("/");
    let (_, id) = history.split_once("data-id=\"").expect("the turn stands there");
    let id = id.split('"').next().unwrap_or_default();
    let (clip, delete) = (format!("/clips/{id}"), format!("/turns/{id}/delete"));
    let link = page.link();
    let (_, link) = link.split_once("/enter/").expect("a link");
    for (method, path, form) in [
        ("GET", "/", ""),
        ("GET", "/home", ""),
        ("GET", "/lists", ""),
        ("GET", "/settings", ""),
        ("GET", "/events", ""),
        ("GET", &*clip, ""),
        ("POST", &*delete, ""),
        ("POST", "/history/delete", "what=shown"),
        ("POST", "/mute", "muted=true"),
        ("POST", "/ask", "text=turn+on+the+kitchen+light"),
        ("POST", "/settings/retention", "audio=none&text=none&false_wakes=none"),
    ] {
        let answer = asks(&page, method, path, form);
        assert!(answer.starts_with("HTTP/1.0 401 "), "{path}: {answer}");
        assert!(answer.contains("hark page") && !answer.contains(CANARY), "{path}: {answer}");
    }
    assert!(asks(&page, "GET", "/healthz", "").ends_with("\r\n\r\nok\n"));
    assert!(asks(&page, "GET", "/static/app.css", "").starts_with("HTTP/1.0 200 "));
    // Nor can they ask for a link.
    let listed = as_nobody("ls", &[&folder.path().join("data").display().to_string()]);
    let why = String::from_utf8_lossy(&listed.stderr).into_owned();
    assert!(!listed.status.success() && why.contains("Permission denied"), "{why}");
    // A control: what they would need is no more than that.
    let answer = asks(&page, "POST", "/enter", &format!("secret={link}"));
    assert!(answer.starts_with("HTTP/1.0 303 ") && answer.contains("set-cookie: "), "{answer}");

    assert!(page.text("/").contains(CANARY), "nothing was deleted");
    assert_eq!(page.state("light.kitchen"), "off", "nothing was done");
    assert!(!page.text("/").contains("Open microphone"), "nothing was muted");
    speaker.stop();
}
