//! The files and the conversations of labs 16 to 19. They stand apart from `act4` because together they
//! would be too long to be read at one go. Rules: see the module above.

use super::{Built, Script, Weather};

/// Any file, but only those files.
pub(super) const LAB_16: Built = Built {
    readme: include_str!("../../../labs/16-only-those-files/README.md"),
    server: true,
    client: true,
    start_server: Some(include_str!(
        "../../../labs/16-only-those-files/start-server.rs"
    )),
    start_client: None,
    scripts: &[
        Script {
            name: "lab16-only-those-files",
            snapshot: include_str!("../../../snapshots/lab16-only-those-files.snap"),
            checks_server: true,
            checks_client: true,
            weathers: &[
                Weather::Calm,
                Weather::Dribble,
                Weather::Glue,
                Weather::Slow,
                Weather::Rude,
                Weather::Ghost,
            ],
        },
        // The twenty cases of the exercise. How a path travels makes no difference to what it means.
        Script {
            name: "lab16-only-those-files-names",
            snapshot: include_str!("../../../snapshots/lab16-only-those-files-names.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm],
        },
        Script {
            name: "lab16-only-those-files-outside",
            snapshot: include_str!("../../../snapshots/lab16-only-those-files-outside.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm],
        },
        Script {
            name: "lab16-only-those-files-bad",
            snapshot: include_str!("../../../snapshots/lab16-only-those-files-bad.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm],
        },
    ],
};

/// Saying what it is.
pub(super) const LAB_17: Built = Built {
    readme: include_str!("../../../labs/17-saying-what-it-is/README.md"),
    server: true,
    client: true,
    start_server: Some(include_str!(
        "../../../labs/17-saying-what-it-is/start-server.rs"
    )),
    start_client: None,
    scripts: &[
        Script {
            name: "lab17-saying-what-it-is",
            snapshot: include_str!("../../../snapshots/lab17-saying-what-it-is.snap"),
            checks_server: true,
            checks_client: true,
            weathers: &[
                Weather::Calm,
                Weather::Dribble,
                Weather::Glue,
                Weather::Slow,
                Weather::Rude,
                Weather::Ghost,
            ],
        },
        // What an answer says of itself does not depend on how the question travelled.
        Script {
            name: "lab17-saying-what-it-is-kinds",
            snapshot: include_str!("../../../snapshots/lab17-saying-what-it-is-kinds.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm],
        },
        Script {
            name: "lab17-saying-what-it-is-no",
            snapshot: include_str!("../../../snapshots/lab17-saying-what-it-is-no.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm],
        },
    ],
};

/// Keep the table.
pub(super) const LAB_18: Built = Built {
    readme: include_str!("../../../labs/18-keep-the-table/README.md"),
    server: true,
    client: true,
    start_server: Some(include_str!(
        "../../../labs/18-keep-the-table/start-server.rs"
    )),
    start_client: None,
    scripts: &[
        Script {
            name: "lab18-keep-the-table",
            snapshot: include_str!("../../../snapshots/lab18-keep-the-table.snap"),
            checks_server: true,
            checks_client: true,
            weathers: &[
                Weather::Calm,
                Weather::Dribble,
                Weather::Glue,
                Weather::Slow,
                Weather::Rude,
                Weather::Ghost,
            ],
        },
        Script {
            name: "lab18-keep-the-table-old",
            snapshot: include_str!("../../../snapshots/lab18-keep-the-table-old.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm, Weather::Glue],
        },
        // Not in crumbs: the server hangs up before the second request has come.
        Script {
            name: "lab18-keep-the-table-last",
            snapshot: include_str!("../../../snapshots/lab18-keep-the-table-last.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm],
        },
    ],
};

/// Many tables.
pub(super) const LAB_19: Built = Built {
    readme: include_str!("../../../labs/19-many-tables/README.md"),
    server: true,
    client: true,
    start_server: Some(include_str!("../../../labs/19-many-tables/start-server.rs")),
    start_client: None,
    scripts: &[
        Script {
            name: "lab19-many-tables",
            snapshot: include_str!("../../../snapshots/lab19-many-tables.snap"),
            checks_server: true,
            checks_client: true,
            weathers: &[
                Weather::Calm,
                Weather::Dribble,
                Weather::Glue,
                Weather::Slow,
                Weather::Rude,
                Weather::Ghost,
            ],
        },
        // Ghosts in front of it: each of the waiters must live through one who leaves without a word.
        Script {
            name: "lab19-many-tables-stumble",
            snapshot: include_str!("../../../snapshots/lab19-many-tables-stumble.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm, Weather::Ghost],
        },
        // Every place must be free when it begins, so nobody may come before.
        Script {
            name: "lab19-many-tables-full",
            snapshot: include_str!("../../../snapshots/lab19-many-tables-full.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm],
        },
    ],
};
