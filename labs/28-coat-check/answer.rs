//! Lab 28 · The coat-check ticket · the bytes of answers, and the page with the form.

use wirelab::http::write;

/// Status, header lines, body.
pub type Answer = (u16, String, String);

/// A refusal: status, header lines, a sentence.
pub type Refusal = (u16, &'static str, &'static str);

/// A refusal as an answer, with its reason as the body.
pub fn no((status, fields, why): Refusal) -> Answer {
    (status, fields.to_string(), format!("{why}\n"))
}

/// The page: the order so far, and the form. A dish must not become HTML.
pub fn page(order: &[String]) -> String {
    let text = |dish: &String| dish.replace('&', "&amp;").replace('<', "&lt;");
    let dishes: Vec<String> = order.iter().map(text).collect();
    let dishes = match dishes.is_empty() {
        true => "<p>Nothing yet.</p>\n".to_string(),
        false => format!("<ol>\n<li>{}</li>\n</ol>\n", dishes.join("</li>\n<li>")),
    };
    let form = "<input name=dish> <button>Order</button>\n";
    let form = format!("<form method=post action=/order>\n{form}</form>\n");
    format!("<!doctype html>\n<title>Your table</title>\n{dishes}{form}")
}

/// The answer in bytes, for one write. Each answer is the last of its connection.
pub fn in_bytes((status, fields, body): &Answer) -> Vec<u8> {
    let mut bytes = Vec::new();
    write::status_line(&mut bytes, *status);
    bytes.extend(fields.bytes());
    if !body.is_empty() {
        let kind = if *status == 200 { "html" } else { "plain" };
        let kind = format!("text/{kind}; charset=utf-8");
        write::field(&mut bytes, "Content-Type", kind.as_bytes());
    }
    write::field_number(&mut bytes, "Content-Length", body.len() as u64);
    write::field(&mut bytes, "Connection", b"close");
    write::end(&mut bytes);
    bytes.extend(body.bytes());
    bytes
}
