//! How reports and bills of students become one table.

use super::*;
use crate::check::graded::{Check, Format, Graded};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// A folder with the reports of a class, gone after the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let name = format!("wirelab-class-{name}-{}", std::process::id());
        let folder = Folder(std::env::temp_dir().join(name));
        let _ = fs::remove_dir_all(&folder.0);
        fs::create_dir_all(&folder.0).unwrap();
        folder
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self) -> Class {
        Class::read(&self.0).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A lab's program, what came of it, and the code and the word of its mistake.
type Row = (u8, Side, Status, Option<(&'static str, &'static str)>);

/// A report on these programs.
fn report(checks: &[Row]) -> String {
    let check = |(lab, side, status, code): &Row| Check {
        lab: Some(*lab),
        place: format!("lab {lab:02}"),
        side: Some(*side),
        status: *status,
        verdict: String::new(),
        code: *code,
        took: Duration::ZERO,
        runs: Vec::new(),
        output: String::new(),
    };
    let graded = Graded {
        checks: checks.iter().map(check).collect(),
        ..Graded::default()
    };
    graded.write(Format::Json)
}

fn passed(lab: u8) -> String {
    report(&[(lab, Side::Server, Status::Passed, None)])
}

fn names(class: &Class) -> Vec<&str> {
    let all = class.students.iter();
    all.map(|student| &student.name[..]).collect()
}

#[test]
fn folders_whose_names_begin_alike_are_two_students() {
    let folder = Folder::new("alike");
    let long = "http-course-of-the-winter-of-2026-organisation-section-b-student";
    folder.write(&format!("{long}-anna/report.json"), &passed(9));
    folder.write(&format!("{long}-berta/report.json"), &passed(7));
    let class = folder.read();
    let expected = [format!("{long}-anna"), format!("{long}-berta")];
    assert_eq!(names(&class), expected);
    assert_eq!(class.problems, [""; 0]);
    let labs: Vec<Vec<u8>> = class.students.iter().map(Student::labs).collect();
    assert_eq!(labs, [[9], [7]]);
}

#[cfg(unix)]
#[test]
fn folders_that_differ_in_an_unseen_letter_are_two_students() {
    let folder = Folder::new("unseen");
    folder.write("a\u{1}/report.json", &passed(9));
    folder.write("a\u{2}/report.json", &passed(7));
    folder.write("a\u{202e}/report.json", &passed(7));
    let class = folder.read();
    assert_eq!(names(&class), ["a· (a·/report.json)"; 3]);
    let files = ["a·/report.json"; 3].join(", ");
    let expected = format!("{files}: students of one name, a·: all are counted");
    assert_eq!(class.problems, [expected]);
}

/// A service packs its files into a folder: `report/` on GitLab, and the artifact's name on GitHub.
#[test]
fn a_report_one_folder_deeper_is_found_unless_the_student_has_another() {
    let folder = Folder::new("deeper");
    folder.write("anna/report/anna.json", &passed(9));
    folder.write("berta/berta.json", &passed(9));
    folder.write("berta/work/package.json", "{}");
    folder.write("carl/.git/x.json", "{}");
    folder.write("carl/target/.rustc_info.json", "{}");
    folder.write("carl/a/b/deep.json", &passed(9));
    folder.write("group/doris/a.json", &passed(9));
    folder.write("group/emil/a.json", &passed(7));
    let class = folder.read();
    assert_eq!(names(&class), ["anna", "berta"]);
    assert_eq!(
        class.students[0].file.replace('\\', "/"),
        "anna/report/anna.json"
    );
    let expected =
        "group: 2 folders in it have reports: put the reports of each student into one folder";
    assert_eq!(class.problems, [expected]);
}

#[cfg(unix)]
#[test]
fn what_is_no_plain_file_is_a_message_and_no_wait() {
    use std::process::Command;
    let folder = Folder::new("plain");
    folder.write("anna.json", &passed(9));
    let pipe = folder.0.join("pipe.json");
    let made = Command::new("mkfifo").arg(&pipe).status();
    // Without mkfifo(1) a socket takes the pipe's place: it is no plain file either.
    let _socket = (!made.is_ok_and(|ended| ended.success()))
        .then(|| std::os::unix::net::UnixListener::bind(&pipe).unwrap());
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, folder.0.join(name)).unwrap();
    link("/dev/zero", "zero.json");
    link("loop.json", "loop.json");
    link(".", "berta-is-a-loop");
    fs::create_dir_all(folder.0.join("carl/report.json")).unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    let path = folder.0.clone();
    std::thread::spawn(move || sender.send(Class::read(&path).unwrap()));
    // A read of the pipe would never end: nobody writes to it.
    let class = receiver
        .recv_timeout(Duration::from_secs(60))
        .expect("an end");
    assert!(names(&class).contains(&"anna"), "{class:?}");
    for place in ["pipe.json", "zero.json"] {
        let text =
            format!("{place}: this is not a plain file: copy the report itself to this place");
        assert!(class.problems.contains(&text), "{:?}", class.problems);
    }
    let found = class
        .problems
        .iter()
        .filter(|text| text.starts_with("loop.json: "));
    assert_eq!(found.count(), 1, "{:?}", class.problems);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_read_is_a_message() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("locked");
    folder.write("anna/report.json", &passed(9));
    folder.write("berta/report.json", &passed(9));
    let locked = folder.0.join("anna");
    let allow = |mode| fs::set_permissions(&locked, fs::Permissions::from_mode(mode)).unwrap();
    allow(0o000);
    // The system's administrator reads everything: then both count.
    let is_refused = fs::read_dir(&locked).is_err();
    let class = folder.read();
    allow(0o755);
    let is_told = |text: &String| text.starts_with("anna: this folder cannot be read: ");
    assert_eq!(
        class.problems.iter().filter(|text| is_told(text)).count(),
        usize::from(is_refused)
    );
    assert_eq!(names(&class).contains(&"anna"), !is_refused);
    assert!(names(&class).contains(&"berta"));
}

#[test]
fn a_json_file_is_never_called_a_bill() {
    let folder = Folder::new("json");
    folder.write("empty.json", "");
    folder.write("list.json", "[]");
    folder.write("mark.json", &format!("\u{feff}{}", passed(9)));
    folder.write("space.json", &format!("\n{}", passed(9)));
    let class = folder.read();
    assert_eq!(class.problems.len(), 4, "{:?}", class.problems);
    let bill = class.problems.iter().find(|text| text.contains("bill"));
    assert_eq!(bill, None);
}

#[test]
fn where_a_student_is_stuck_is_said_once() {
    let folder = Folder::new("stuck");
    let code = Some(("W07", "status-line"));
    let stuck = report(&[
        (1, Side::Server, Status::Failed, None),
        (9, Side::Server, Status::Failed, code),
        (8, Side::Client, Status::NotChecked, None),
    ]);
    folder.write("anna/monday.json", &stuck);
    folder.write("anna/tuesday.json", &stuck);
    let class = folder.read();
    assert_eq!(class.students[0].stuck.len(), 3, "{class:?}");
    let mut mistakes = class.mistakes();
    mistakes.sort();
    let row = |text: &str, lab| (text.to_string(), 1, vec![lab]);
    let expected = [
        row("W07 status-line", 9),
        row("a mistake without a code", 1),
        row("a program that was not checked", 8),
    ];
    assert_eq!(mistakes, expected);
}
