//! Lab 28: cookies and forms that no good client sends, and a real browser. (curl sends the form in the lab's
//! README.)

use crate::support::peers::{ask, printed, run, started_wrongly};
use crate::support::webdriver::Browser;
use crate::support::{Server, have};
use wirelab::json;

#[test]
fn a_program_that_is_started_wrongly_says_one_thing_and_ends() {
    started_wrongly(&["28"]);
}

/// Each gets one answer with one reason, and the next client is served.
#[test]
fn strange_cookies_and_forms_get_one_clear_answer() {
    let mut server = Server::start("lab28-server");
    let get = |fields: &str| format!("GET / HTTP/1.1\r\nHost: tacos.example\r\n{fields}\r\n");
    let post = |body: &str| {
        let length = body.len();
        format!("POST /order HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{body}")
    };
    let cookie = |value: &str| get(&format!("Cookie: {value}\r\n"));
    let table = [
        (
            cookie(&"a=b; ".repeat(1600)),
            "431",
            "a Cookie line has at most 4096 bytes",
        ),
        (
            cookie("ticket=a\x01b"),
            "400",
            "there is a control character in a field value",
        ),
        (
            cookie("ticket=a\x7fb"),
            "400",
            "there is a control character in a field value",
        ),
        (cookie(";;=;ticket;==;ticket="), "200", "Nothing yet"),
        (cookie("ticket=\u{1f32e}"), "200", "Nothing yet"),
        (
            post(&"a=b&".repeat(200)),
            "400",
            "a form has at most 100 fields",
        ),
        (
            post(&"x".repeat(8001)),
            "413",
            "a form has at most 8000 bytes",
        ),
        (post("dish"), "400", "name a dish"),
        (post("dish=%"), "303", "Location: /"),
        (post("dish=%4"), "303", "Location: /"),
        (post("&&&=&dish=%%%zz&"), "303", "Location: /"),
        (
            get("Content-Length: -1\r\n"),
            "400",
            "a length is made of digits",
        ),
        (
            get("Content-Length: 99999999999999999999\r\n"),
            "413",
            "8000 bytes",
        ),
    ];
    for (request, status, why) in table {
        let answer = String::from_utf8_lossy(&ask(server.addr, request.as_bytes())).into_owned();
        let shown = &request[..request.len().min(60)];
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{shown}: {answer}"
        );
        assert!(answer.contains(why), "{shown}: {answer}");
        assert!(server.runs(), "{shown}");
    }
    let output = run("lab28-client", &[&server.addr.to_string(), "nachos"]);
    let said = printed(&output);
    assert!(said.contains("on the table: nachos"), "{said}");
}

/// The form is sent, the redirect followed and the ticket kept by a real browser, which shows the ticket to every
/// port of the host.
#[test]
fn chromium_orders_and_shows_its_ticket_on_another_port() {
    if !have(&["chromium", "chromedriver"]) {
        return;
    }
    let (table, echo) = (Server::start("lab28-server"), Server::start("lab10-server"));
    let browser = Browser::start("lab28");
    browser.go(&format!("http://{}/", table.addr));
    assert_eq!(browser.text("p"), "Nothing yet.");
    for dish in ["jalapeño & lime", "<b>50 % + salsa</b>"] {
        browser.keys("[name=dish]", dish);
        browser.click("button");
        browser.wait(&format!(
            "[...document.querySelectorAll('li')].some(li => li.innerText == {})",
            json::string(dish)
        ));
    }
    assert_eq!(browser.count("li"), 2);
    browser.go(&format!("http://{}/", echo.addr));
    let shown = browser.text("body");
    let ticket = shown.split_once("cookie: [ticket=").map(|(_, rest)| rest);
    let digits = ticket.map(|it| it.chars().take_while(char::is_ascii_hexdigit).count());
    assert_eq!(digits, Some(32), "{shown}");
}
