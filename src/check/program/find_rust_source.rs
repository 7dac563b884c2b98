//! The source of a program that cargo has built: `src/bin/NAME.rs` for `target/debug/NAME`, or for
//! `cargo run --bin NAME`.

use std::path::{Path, PathBuf};

/// Where programs in Rust stand in a package, in a workspace with a workbench, and in a clone of the course.
const FOLDERS: [&str; 3] = ["src/bin", "workbench/src/bin", "labs/workbench/src/bin"];

/// The source of the program that these words start, if cargo has built it from a file of that name.
pub(super) fn rust_source(words: &[String]) -> Option<PathBuf> {
    let first = Path::new(words.first()?);
    let (name, roots) = match first.file_name()?.to_str()? {
        "cargo" => {
            let at = words.iter().position(|word| word == "--bin")?;
            (
                words.get(at + 1)?.clone(),
                vec![std::env::current_dir().ok()?],
            )
        }
        _ => {
            let name = first.file_stem()?.to_str()?.to_string();
            let whole = std::path::absolute(first).ok()?;
            let above = whole.ancestors();
            let targets = above.filter(|folder| folder.file_name() == Some("target".as_ref()));
            let roots = targets.filter_map(Path::parent).map(Path::to_path_buf);
            (name, roots.collect())
        }
    };
    let file = format!("{name}.rs");
    let mut all = roots
        .iter()
        .flat_map(|root| FOLDERS.map(|folder| root.join(folder).join(&file)));
    all.find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_of_the_workbench_has_its_source_there() {
        let root = std::env::temp_dir().join(format!("wirelab-rust-source-{}", std::process::id()));
        let source = root.join("labs/workbench/src/bin/my01-client.rs");
        std::fs::create_dir_all(source.parent().unwrap()).unwrap();
        std::fs::write(&source, "fn main() {}").unwrap();
        let program = root.join("target/debug/my01-client");
        let of = |program: &Path| rust_source(&[program.to_string_lossy().into_owned()]);
        assert_eq!(of(&program), Some(source));
        assert_eq!(of(&root.join("target/debug/my02-client")), None);
        assert_eq!(of(&root.join("elsewhere/my01-client")), None);
        std::fs::remove_dir_all(root).unwrap();
    }
}
