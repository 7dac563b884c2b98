//! Tests of the module above.

use super::*;

#[test]
fn what_is_noted_is_read_again_and_the_rest_stays() {
    let one = catalogue::lab(1).unwrap();
    let nine = catalogue::lab(9).unwrap();
    let mut progress =
        Progress::parse("# mine\n\n99-no-lab server=passed\n01-three-tacos mood=good\n");
    assert!(!progress.has_passed(one, Side::Server));
    progress.set_passed(one, Side::Server, &By::Workbench);
    progress.set_hints(nine, 2);
    progress.set_hints(nine, 3);
    assert_eq!(
        progress.text(),
        "# mine\n\n99-no-lab server=passed\n01-three-tacos mood=good server=passed\n\
         09-smallest-answer hints=3\n"
    );
    let again = Progress::parse(&progress.text());
    assert!(again.has_passed(one, Side::Server) && !again.has_passed(one, Side::Client));
    assert_eq!((again.hints(one), again.hints(nine)), (0, 3));
}

#[test]
fn the_program_that_passed_is_noted_and_read_again() {
    let one = catalogue::lab(1).unwrap();
    let mut progress = Progress::default();
    assert_eq!(progress.by(one, Side::Server), By::Workbench);
    let command = By::Command("python3 'my tacos.py' 100%25 %20".to_string());
    let address = By::Address("127.0.0.1:8001".to_string());
    for by in [command, address, By::Workbench] {
        progress.set_passed(one, Side::Server, &by);
        assert_eq!(progress.by(one, Side::Server), by);
        assert_eq!(progress.by(one, Side::Client), By::Workbench);
    }
    assert_eq!(
        progress.text(),
        format!("{HEADER}01-three-tacos server=passed\n")
    );
}

#[test]
fn the_seed_is_noted_once() {
    let mut progress = Progress::parse("# mine\n");
    assert_eq!(progress.seed(), None);
    progress.set_seed(7);
    progress.set_seed(4711);
    assert_eq!(progress.text(), "# mine\nthe-course seed=4711\n");
    assert_eq!(Progress::parse(&progress.text()).seed(), Some(4711));
    assert_eq!(Progress::parse("the-course seed=many\n").seed(), None);
}

#[test]
fn a_reader_never_sees_half_a_file_and_no_change_is_lost() {
    let folder = std::env::temp_dir().join(format!("wirelab-progress-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("progress.txt");
    let labs: Vec<&Lab> = catalogue::labs().take(8).collect();
    std::thread::scope(|scope| {
        for lab in &labs {
            scope.spawn(|| {
                for count in 1..=50 {
                    let change = |progress: &mut Progress| progress.set_hints(lab, count);
                    Progress::update_at(&file, change).unwrap();
                    let read = Progress::load_from(&file).unwrap();
                    assert_eq!(read.hints(lab), count, "{}", read.text());
                }
            });
        }
    });
    let mut left: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    left.sort();
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(left, ["progress.txt", "progress.txt.lock"]);
}

#[test]
fn the_last_command_and_the_language_are_noted_and_forgotten() {
    let one = catalogue::lab(1).unwrap();
    let mut progress = Progress::parse("# mine\n");
    progress.set_last_command(one, Side::Server, Some("node 'my taco.js'"));
    progress.set_language(one, Side::Client, Language::Go);
    let again = Progress::parse(&progress.text());
    let last = again.last_command(one, Side::Server);
    assert_eq!(last.as_deref(), Some("node 'my taco.js'"));
    assert_eq!(again.last_command(one, Side::Client), None);
    assert_eq!(again.language(one, Side::Client), Some(Language::Go));
    assert_eq!(again.language(one, Side::Server), None);
    progress.set_last_command(one, Side::Server, None);
    progress.set_language(one, Side::Client, Language::Rust);
    assert_eq!(progress.text(), "# mine\n01-three-tacos\n");
}

#[test]
fn nonsense_means_nothing() {
    let nine = catalogue::lab(9).unwrap();
    for text in [
        "",
        "\u{0}\n",
        "09-smallest-answer hints=many server",
        "=\n= =\n09",
    ] {
        let progress = Progress::parse(text);
        assert_eq!(progress.hints(nine), 0);
        assert!(!progress.has_passed(nine, Side::Server));
    }
}

#[test]
fn the_first_note_explains_the_file() {
    let mut progress = Progress::default();
    progress.set_passed(catalogue::lab(1).unwrap(), Side::Client, &By::Workbench);
    assert_eq!(
        progress.text(),
        format!("{HEADER}01-three-tacos client=passed\n")
    );
}
