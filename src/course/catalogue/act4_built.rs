//! The files and the conversations of labs 16 to 24. They stand apart from `act4` because together they
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
            weathers: &Weather::ALL,
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
            weathers: &Weather::ALL,
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
            weathers: &Weather::ALL,
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
            weathers: &Weather::ALL,
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

/// Slow eaters, greedy eaters.
pub(super) const LAB_20: Built = Built {
    readme: include_str!("../../../labs/20-slow-and-greedy/README.md"),
    server: true,
    client: true,
    start_server: Some(include_str!(
        "../../../labs/20-slow-and-greedy/start-server.rs"
    )),
    start_client: None,
    scripts: &[
        Script {
            name: "lab20-slow-and-greedy",
            snapshot: include_str!("../../../snapshots/lab20-slow-and-greedy.snap"),
            checks_server: true,
            checks_client: true,
            weathers: &[Weather::Calm],
        },
        Script {
            name: "lab20-slow-and-greedy-greedy",
            snapshot: include_str!("../../../snapshots/lab20-slow-and-greedy-greedy.snap"),
            checks_server: true,
            checks_client: true,
            weathers: &[Weather::Calm],
        },
        Script {
            name: "lab20-slow-and-greedy-long",
            snapshot: include_str!("../../../snapshots/lab20-slow-and-greedy-long.snap"),
            checks_server: true,
            checks_client: true,
            weathers: &[Weather::Calm],
        },
        Script {
            name: "lab20-slow-and-greedy-drip",
            snapshot: include_str!("../../../snapshots/lab20-slow-and-greedy-drip.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm],
        },
    ],
};

/// Bring your own food.
pub(super) const LAB_21: Built = Built {
    readme: include_str!("../../../labs/21-bring-your-own/README.md"),
    server: true,
    client: true,
    start_server: Some(include_str!(
        "../../../labs/21-bring-your-own/start-server.rs"
    )),
    start_client: None,
    scripts: &[
        Script {
            name: "lab21-bring-your-own",
            snapshot: include_str!("../../../snapshots/lab21-bring-your-own.snap"),
            checks_server: true,
            checks_client: true,
            weathers: &Weather::ALL,
        },
        Script {
            name: "lab21-bring-your-own-again",
            snapshot: include_str!("../../../snapshots/lab21-bring-your-own-again.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm, Weather::Dribble, Weather::Glue],
        },
        Script {
            name: "lab21-bring-your-own-refused",
            snapshot: include_str!("../../../snapshots/lab21-bring-your-own-refused.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm, Weather::Dribble, Weather::Glue],
        },
        Script {
            name: "lab21-bring-your-own-too-big",
            snapshot: include_str!("../../../snapshots/lab21-bring-your-own-too-big.snap"),
            checks_server: true,
            checks_client: true,
            weathers: &[Weather::Calm, Weather::Dribble],
        },
        Script {
            name: "lab21-bring-your-own-no-length",
            snapshot: include_str!("../../../snapshots/lab21-bring-your-own-no-length.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm, Weather::Dribble],
        },
    ],
};

/// The order that keeps coming.
pub(super) const LAB_22: Built = Built {
    readme: include_str!("../../../labs/22-keeps-coming/README.md"),
    server: true,
    client: true,
    start_server: Some(include_str!(
        "../../../labs/22-keeps-coming/start-server.rs"
    )),
    start_client: None,
    scripts: &[
        Script {
            name: "lab22-keeps-coming",
            snapshot: include_str!("../../../snapshots/lab22-keeps-coming.snap"),
            checks_server: true,
            checks_client: true,
            weathers: &Weather::ALL,
        },
        Script {
            name: "lab22-keeps-coming-pieces",
            snapshot: include_str!("../../../snapshots/lab22-keeps-coming-pieces.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm, Weather::Dribble, Weather::Glue],
        },
        Script {
            name: "lab22-keeps-coming-smuggled",
            snapshot: include_str!("../../../snapshots/lab22-keeps-coming-smuggled.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm, Weather::Dribble],
        },
        Script {
            name: "lab22-keeps-coming-until-close",
            snapshot: include_str!("../../../snapshots/lab22-keeps-coming-until-close.snap"),
            checks_server: false,
            checks_client: true,
            weathers: &[Weather::Calm, Weather::Dribble],
        },
        Script {
            name: "lab22-keeps-coming-both",
            snapshot: include_str!("../../../snapshots/lab22-keeps-coming-both.snap"),
            checks_server: false,
            checks_client: true,
            weathers: &[Weather::Calm],
        },
    ],
};

/// Not again, and only a bite.
pub(super) const LAB_23: Built = Built {
    readme: include_str!("../../../labs/23-not-again/README.md"),
    server: true,
    client: true,
    start_server: Some(include_str!("../../../labs/23-not-again/start-server.rs")),
    start_client: None,
    scripts: &[
        Script {
            name: "lab23-not-again",
            snapshot: include_str!("../../../snapshots/lab23-not-again.snap"),
            checks_server: true,
            checks_client: true,
            weathers: &Weather::ALL,
        },
        Script {
            name: "lab23-not-again-bites",
            snapshot: include_str!("../../../snapshots/lab23-not-again-bites.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm, Weather::Dribble, Weather::Glue],
        },
        Script {
            name: "lab23-not-again-asked",
            snapshot: include_str!("../../../snapshots/lab23-not-again-asked.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm, Weather::Dribble, Weather::Glue],
        },
        Script {
            name: "lab23-not-again-broken",
            snapshot: include_str!("../../../snapshots/lab23-not-again-broken.snap"),
            checks_server: false,
            checks_client: true,
            weathers: &[Weather::Calm, Weather::Dribble],
        },
        Script {
            name: "lab23-not-again-changed",
            snapshot: include_str!("../../../snapshots/lab23-not-again-changed.snap"),
            checks_server: false,
            checks_client: true,
            weathers: &[Weather::Calm],
        },
    ],
};

/// The whole restaurant.
pub(super) const LAB_24: Built = Built {
    readme: include_str!("../../../labs/24-whole-restaurant/README.md"),
    server: true,
    client: true,
    start_server: Some(include_str!(
        "../../../labs/24-whole-restaurant/start-server.rs"
    )),
    start_client: None,
    // The faults come in one write each: a server may say no before the last byte is there.
    scripts: &[
        Script {
            name: "lab24-whole-restaurant",
            snapshot: include_str!("../../../snapshots/lab24-whole-restaurant.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[
                Weather::Calm,
                Weather::Dribble,
                Weather::Slow,
                Weather::Rude,
                Weather::Ghost,
            ],
        },
        Script {
            name: "lab24-whole-restaurant-together",
            snapshot: include_str!("../../../snapshots/lab24-whole-restaurant-together.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[
                Weather::Calm,
                Weather::Dribble,
                Weather::Glue,
                Weather::Slow,
            ],
        },
        Script {
            name: "lab24-whole-restaurant-no",
            snapshot: include_str!("../../../snapshots/lab24-whole-restaurant-no.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm, Weather::Dribble],
        },
        Script {
            name: "lab24-whole-restaurant-outside",
            snapshot: include_str!("../../../snapshots/lab24-whole-restaurant-outside.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm],
        },
        Script {
            name: "lab24-whole-restaurant-faults",
            snapshot: include_str!("../../../snapshots/lab24-whole-restaurant-faults.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm],
        },
        Script {
            name: "lab24-whole-restaurant-old",
            snapshot: include_str!("../../../snapshots/lab24-whole-restaurant-old.snap"),
            checks_server: true,
            checks_client: false,
            weathers: &[Weather::Calm, Weather::Dribble, Weather::Slow],
        },
    ],
};
