//! Which names are names of secrets: those of fields, of parameters, and of members of a form.
//!
//! Rule 1: a name is read as words, which end at any other character than a letter, and before a capital:
//! `X-Api-Key`, `api_key`, `apiKey` and `user[key]` have the word `key`. Case means nothing else.
//! Rule 2: nearly every program has a field of its own (`X-Gitlab-Token`, `X-Goog-Api-Key`). So the words
//! decide, and no list of names does.
//! Rule 3: `key` alone is a secret, and `Idempotency-Key` and `Sec-WebSocket-Key` are none: before `key`, a word
//! says which key it is.

/// Words that make a name that of a secret.
const WORDS: [&str; 10] = [
    "auth",
    "csrf",
    "jwt",
    "pass",
    "pwd",
    "session",
    "sid",
    "sig",
    "signature",
    "xsrf",
];

/// Words that do the same, and that are written together with the word before: `accesstoken`, `phpsessid`.
const ENDINGS: [&str; 10] = [
    "apikey",
    "authorization",
    "cookie",
    "passphrase",
    "passwd",
    "password",
    "secret",
    "sessid",
    "sessionid",
    "token",
];

/// Words before `key`, with which it is a secret.
const KEYS: [&str; 9] = [
    "access",
    "account",
    "api",
    "auth",
    "license",
    "private",
    "secret",
    "shared",
    "subscription",
];

/// Whether a value under this name lets one person act as another.
pub fn is_secret_name(name: &[u8]) -> bool {
    let words = words(name);
    let is_secret = |word: &String| {
        WORDS.contains(&word.as_str()) || ENDINGS.iter().any(|ending| word.ends_with(ending))
    };
    words.iter().any(is_secret)
        || match words.as_slice() {
            [key] => key == "key",
            [.., which, key] => key == "key" && KEYS.contains(&which.as_str()),
            [] => false,
        }
}

/// The words of a name, in lower case.
fn words(name: &[u8]) -> Vec<String> {
    let mut words = vec![String::new()];
    for (at, byte) in name.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| name.get(at));
        let after = name.get(at + 1);
        let is_lower = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_lowercase);
        // In `APIKey` the last capital of several begins the next word, and in `apiKey` the only one.
        let begins = byte.is_ascii_uppercase() && (is_lower(before) || is_lower(after));
        if begins || !byte.is_ascii_alphabetic() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| byte.is_ascii_alphabetic()) {
            word.push(char::from(byte.to_ascii_lowercase()));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_that_of_a_secret_in_every_spelling() {
        let secrets = "Authorization PROXY-AUTHORIZATION X-Forwarded-Authorization cookie Cookie2 Set-Cookie \
            X-Api-Key X_API_KEY apikey apiKey APIKey X-Goog-Api-Key Ocp-Apim-Subscription-Key key Key token \
            X-Auth-Token X-Gitlab-Token Private-Token accessToken accesstoken access_token user[password] \
            user.pwd pass passwd passphrase client_secret X-Client-Secret X-Amz-Signature sig session \
            X-Session-Id sessionid JSESSIONID PHPSESSID connect.sid sid jwt _csrf X-XSRF-TOKEN auth +token $token";
        for name in secrets.split_whitespace() {
            assert!(is_secret_name(name.as_bytes()), "{name}");
        }
        let others = "Accept Host Keep-Alive tokens author authority design passenger bypass signal keys \
            Idempotency-Key Sec-WebSocket-Key Surrogate-Key keyboard monkey WWW-Authenticate \
            Access-Control-Allow-Credentials Content-Length obsession side inside - 7 %";
        for name in others.split_whitespace() {
            assert!(!is_secret_name(name.as_bytes()), "{name}");
        }
        assert!(!is_secret_name(b""));
    }
}
