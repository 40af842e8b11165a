//! What unsettled ids are made of: the tests and the fuzz targets share it.

#![allow(unreachable_pub, reason = "the crate of the fuzz targets includes this file, too")]

/// The details that the adapter of each platform knows.
pub const NAMES: [&[&str]; 3] = [
    &["deployment", "unconfirmed", "since", "adopted", "inferred"],
    &["nonce", "after", "since", "queued", "ahead", "active", "until", "crowded", "overlap", "row", "inferred"],
    &[
        "environment",
        "request",
        "after",
        "since",
        "next",
        "first",
        "gone",
        "execution",
        "inferred",
        "adopted",
        "crowded",
        "overlap",
        "cancelled",
        "commit",
        "tag",
        "chart",
        "resolved",
        "action",
    ],
];

/// A service and an environment of Qovery, whose ids are UUIDs; the environment stands in [`VALUES`] as well.
pub const SERVICE: &str = "0a1b2c3d-0000-4000-8000-000000000001";
pub const ENVIRONMENT: &str = "0a1b2c3d-0000-4000-8000-000000000002";

/// Words that stand both in ids and in answers, and numbers at the edges of what there is.
pub const VALUES: [&str; 19] = [
    "d",
    "e",
    "1",
    "0",
    "-1",
    "",
    "1787234405",
    "1787234405000",
    "1787234405.1787234405",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "8210266876799",
    "-8334601228800",
    "9223372036854775807.-9223372036854775808",
    "-9223372036854775808.9223372036854775807",
    "1787234405.",
    "1e9",
    ENVIRONMENT,
];
