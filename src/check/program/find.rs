//! Finds the file that the first word of a command names.
//!
//! Rule: this module starts nothing. If no file has that name, the error says what to write.

use std::path::{Path, PathBuf};

use super::{CommandLine, StartError};

/// The file that the first word names: a path when it holds a `/`, otherwise the first on `PATH`.
/// The system would look for it, too, but its errors name neither the word nor a remedy.
pub(super) fn find(line: &CommandLine) -> Result<PathBuf, StartError> {
    let name = line.words.first().map(PathBuf::from).unwrap_or_default();
    if cfg!(not(unix)) {
        return Ok(name);
    }
    let is_path =
        name.components().count() > 1 || name.is_absolute() || line.program().contains('/');
    let candidates: Vec<PathBuf> = if is_path {
        vec![name]
    } else {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path)
            .map(|folder| folder.join(&name))
            .collect()
    };
    if let Some(found) = candidates.iter().find(|path| is_executable(path)) {
        return Ok(found.clone());
    }
    match candidates.into_iter().find(|path| is_path && path.exists()) {
        Some(path) => Err(StartError::NotExecutable { path }),
        None => Err(StartError::NotFound {
            program: line.program(),
            for_a_shell: line.for_a_shell(),
        }),
    }
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let found = std::fs::metadata(path);
    found.is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}
