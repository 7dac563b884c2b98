//! `completions`: prints shell completions, made from the table of commands.
//!
//! Rule: this file contains no name of a command or an option. All names come from the table.

use super::{Args, COMMANDS, Command, CommandOutcome, Opt, Screen, WrongUse};
use anyhow::Result;
use std::io::Write;

/// `cargo lab completions SHELL`
pub const COMMAND: Command = Command {
    name: "completions",
    places: &["SHELL"],
    sentence: "print completions for bash, zsh or fish",
    more: "Your shell then completes the commands and options of wirelab:\n\
           bash   source <(wirelab completions bash)\n\
           zsh    wirelab completions zsh > \"${fpath[1]}/_wirelab\"\n\
           fish   wirelab completions fish > ~/.config/fish/completions/wirelab.fish",
    options: &[],
    run,
};

/// What a long option begins with.
const LONG: &str = "--";
/// What zsh offers besides the options of the table.
const HELP: &str = "--help[show the page of this command]";

fn run(args: &Args, screen: &mut Screen) -> Result<CommandOutcome> {
    let text = match args.text(0)?.unwrap_or_default() {
        "bash" => bash(),
        "zsh" => zsh(),
        "fish" => fish(),
        other => {
            let word = super::args::printable(other);
            let message = format!("there are completions for bash, zsh and fish, not for `{word}`");
            return Err(WrongUse(message).into());
        }
    };
    write!(screen, "{text}")?;
    Ok(CommandOutcome::Passed)
}

/// The names of all options of a command, and `--help`.
fn options(command: &Command) -> impl Iterator<Item = &'static str> {
    let own = command.options.iter().map(|option| option.name);
    own.chain(["--help"])
}

fn bash() -> String {
    let names: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
    let mut cases = String::new();
    for command in COMMANDS {
        let options: Vec<&str> = options(command).collect();
        let line = format!(
            "        {}) words=\"{}\" ;;\n",
            command.name,
            options.join(" ")
        );
        cases.push_str(&line);
    }
    let names = names.join(" ");
    format!(
        r#"# bash completion for wirelab
_wirelab() {{
    local word="${{COMP_WORDS[COMP_CWORD]}}" words=""
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "{names} --help --version" -- "$word"))
        return
    fi
    case "${{COMP_WORDS[1]}}" in
{cases}    esac
    case "$word" in
        -*) COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
        *) COMPREPLY=($(compgen -f -- "$word")) ;;
    esac
}}
complete -o filenames -F _wirelab wirelab
"#
    )
}

/// A text between single quotes of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn zsh() -> String {
    let described = |name: &str, sentence: &str| {
        let text = format!(
            "{}:{}",
            name.replace(':', "\\:"),
            sentence.replace(':', "\\:")
        );
        format!("    {}\n", quoted(&text))
    };
    let list = |command: &Command| described(command.name, command.sentence);
    let commands: String = COMMANDS.iter().map(list).collect();
    let mut cases = String::new();
    for command in COMMANDS {
        let own = command.options.iter().map(zsh_option);
        let own: Vec<String> = own.chain([quoted(HELP)]).collect();
        cases.push_str(&format!(
            "    {}) _arguments {} '*:file:_files' ;;\n",
            command.name,
            own.join(" ")
        ));
    }
    format!(
        r"#compdef wirelab
_wirelab() {{
  local -a commands
  commands=(
{commands}  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local name=$words[2]
  shift words
  (( CURRENT-- ))
  case $name in
{cases}  esac
}}
_wirelab
"
    )
}

/// `--save[keep everything]:F.wire:_files`
fn zsh_option(option: &Opt) -> String {
    let sentence = option
        .sentence
        .replace('[', "\\[")
        .replace(']', "\\]")
        .replace(':', "\\:");
    match option.value {
        Some(value) => quoted(&format!("*{}[{sentence}]:{value}:_files", option.name)),
        None => quoted(&format!("{}[{sentence}]", option.name)),
    }
}

fn fish() -> String {
    let mut text = String::from("# fish completion for wirelab\n");
    for command in COMMANDS {
        let (name, sentence) = (command.name, quoted(command.sentence));
        text.push_str(&format!(
            "complete -c wirelab -n __fish_use_subcommand -f -a {name} -d {sentence}\n"
        ));
    }
    for command in COMMANDS {
        for option in command.options {
            let flag = match option.name.strip_prefix(LONG) {
                Some(long) => format!("-l {long}"),
                None => format!("-s {}", option.name.trim_start_matches('-')),
            };
            let value = if option.value.is_some() { " -r" } else { "" };
            let (name, sentence) = (command.name, quoted(option.sentence));
            let line = format!(
                "complete -c wirelab -n '__fish_seen_subcommand_from {name}' {flag}{value} -d {sentence}\n"
            );
            text.push_str(&line);
        }
    }
    text
}
