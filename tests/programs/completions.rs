//! `completions` and `man`: what shells complete and man(1) shows is the table of commands.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::{bin, have};

fn printed(words: &[&str]) -> String {
    let output = Command::new(bin("wirelab"))
        .args(words)
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(0), "{words:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The names of the commands, as the help shows them.
fn commands() -> Vec<String> {
    let help = printed(&["help"]);
    let lines = help
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = lines.filter_map(|line| line.split_whitespace().next());
    names.map(str::to_string).collect()
}

#[test]
fn every_command_and_option_is_in_all_of_them() {
    let names = commands();
    assert!(names.len() > 15, "{names:?}");
    for shell in [
        &["completions", "bash"][..],
        &["completions", "zsh"],
        &["completions", "fish"],
        &["man"],
    ] {
        let text = printed(shell).replace("\\-", "-");
        for name in &names {
            assert!(text.contains(name.as_str()), "{shell:?}: {name}");
            for line in printed(&[name, "--help"])
                .lines()
                .filter(|line| line.starts_with("  -"))
            {
                let option = line.split_whitespace().next().unwrap_or_default();
                let word = match shell {
                    ["completions", "fish"] => option.trim_start_matches('-'),
                    _ => option,
                };
                assert!(text.contains(word), "{shell:?}: {name} {option}");
            }
        }
    }
    let output = Command::new(bin("wirelab"))
        .args(["completions", "csh"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}

/// The shells themselves take the text, and bash completes with it.
#[test]
fn the_shells_read_them() {
    for (shell, words) in [
        ("bash", ["-n", "/dev/stdin"]),
        ("zsh", ["-n", "/dev/stdin"]),
        ("fish", ["-n", "/dev/stdin"]),
    ] {
        if !have(&[shell]) {
            continue;
        }
        let mut child = Command::new(shell)
            .args(words)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let text = printed(&["completions", shell]);
        child
            .stdin
            .take()
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        assert!(child.wait().unwrap().success(), "{shell}");
    }
    if have(&["bash"]) {
        let text = printed(&["completions", "bash"]);
        let script = format!(
            "{text}\nCOMP_WORDS=(wirelab tap --lat); COMP_CWORD=2; _wirelab; echo \"${{COMPREPLY[@]}}\"\n\
             COMP_WORDS=(wirelab pla); COMP_CWORD=1; _wirelab; echo \"${{COMPREPLY[@]}}\""
        );
        let output = Command::new("bash").args(["-c", &script]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "--latency\nplay\n");
    }
    if have(&["man"]) {
        let mut man = Command::new("man");
        man.args(["--warnings", "-l", "-"])
            .env("MANPAGER", "cat")
            .stdin(Stdio::piped());
        let mut child = man
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(printed(&["man"]).as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
}
