//! The script in the README's section on tools, word for word, against the servers that are installed.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use support::{bin, have, skip};
use wirelab::net::{Port, accepts, free_port};

/// The first `sh` fence of the section.
fn script() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).expect("it is there");
    let section = readme.split_once("## Tools\n").expect("a section").1;
    let fence = section.split_once("```sh\n").expect("a script").1;
    fence.split_once("```\n").expect("its end").0.to_string()
}

/// A server that ends with the value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The servers: the tool, and its words. `{port}` and `{dir}` are put in.
const SERVERS: [(&str, &[&str]); 6] = [
    (
        "wirelab",
        &["serve", "{dir}/www", "--port", "{port}", "--quiet"],
    ),
    (
        "python3",
        &[
            "-m",
            "http.server",
            "{port}",
            "--bind",
            "127.0.0.1",
            "--directory",
            "{dir}/www",
        ],
    ),
    ("node", &["{dir}/server.js", "{port}"]),
    ("php", &["-S", "127.0.0.1:{port}", "-t", "{dir}/www"]),
    ("nginx", &["-c", "{dir}/nginx.conf"]),
    ("apache2", &["-X", "-f", "{dir}/apache.conf"]),
];

const NODE: &str = "require('http').createServer((q, r) => r.end('three tacos\\n'))\
    .listen(+process.argv[2], '127.0.0.1')";

const NGINX: &str = "pid {dir}/nginx.pid; error_log {dir}/error.log; daemon off; worker_processes 1; events {}
http { access_log off; client_body_temp_path {dir}/t; proxy_temp_path {dir}/t; fastcgi_temp_path {dir}/t;
uwsgi_temp_path {dir}/t; scgi_temp_path {dir}/t; server { listen 127.0.0.1:{port}; root {dir}/www; } }
";

const APACHE: &str = "ServerRoot {dir}
PidFile {dir}/apache.pid
ServerName localhost
Listen 127.0.0.1:{port}
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule dir_module /usr/lib/apache2/modules/mod_dir.so
ErrorLog {dir}/apache.log
DocumentRoot {dir}/www
<Directory {dir}/www>
Require all granted
</Directory>
";

fn folder(server: &str) -> PathBuf {
    let folder =
        std::env::temp_dir().join(format!("wirelab-readme-{server}-{}", std::process::id()));
    fs::create_dir_all(folder.join("www")).unwrap();
    fs::write(folder.join("www/index.html"), "<p>three tacos\n").unwrap();
    folder
}

/// Starts a server for the folder; `None` when it does not begin to listen.
fn start(tool: &str, words: &[&str], folder: &Path, port: u16) -> Option<Running> {
    let put = |text: &str| {
        let text = text.replace("{dir}", folder.to_str().unwrap());
        text.replace("{port}", &port.to_string())
    };
    for (name, text) in [
        ("server.js", NODE),
        ("nginx.conf", NGINX),
        ("apache.conf", APACHE),
    ] {
        fs::write(folder.join(name), put(text)).unwrap();
    }
    let program = match tool {
        "wirelab" => bin("wirelab"),
        tool => tool.into(),
    };
    let mut command = Command::new(program);
    command.args(words.iter().map(|word| put(word)));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut running = Running(command.spawn().ok()?);
    for _ in 0..1000 {
        if accepts(([127, 0, 0, 1], port).into(), true) {
            return Some(running);
        }
        if running.0.try_wait().ok()?.is_some() {
            return None;
        }
        // between two looks: whether it listens
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    None
}

#[test]
fn the_script_runs_word_for_word_against_real_servers() {
    // The script waits for a line of a log with it.
    if !have(&["grep"]) {
        return;
    }
    let script = script();
    let own = bin("wirelab");
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", own.parent().unwrap().display());
    for (tool, words) in SERVERS {
        if tool != "wirelab" && !have(&[tool]) {
            skip(&format!(
                "the script of the README against {tool}: it is not installed"
            ));
            continue;
        }
        let folder = folder(tool);
        let held: [Port; 2] = [0, 1].map(|_| free_port([127, 0, 0, 1].into()).unwrap());
        let [server, tap] = [&held[0], &held[1]].map(|port| port.number);
        let Some(running) = start(tool, words, &folder, server) else {
            skip(&format!(
                "the script of the README against {tool}: it does not start here"
            ));
            continue;
        };
        let mut sh = Command::new("sh");
        sh.args(["-e", "-c", &script])
            .current_dir(&folder)
            .env("PATH", &path);
        sh.env("SERVER", format!("127.0.0.1:{server}"));
        sh.env("TAP", format!("127.0.0.1:{tap}"));
        let output = sh.stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{tool}:\n{said}\n{complained}");
        assert!(said.contains("PASS visit.wire"), "{tool}:\n{said}");
        drop(running);
        let _ = fs::remove_dir_all(folder);
    }
}
