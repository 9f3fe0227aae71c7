#!/bin/sh
# Runs every test. A missing service fails the tests that need it: nothing is skipped silently.
set -eu

ESL_TEST_REQUIRE=chromium,flite,postgres,redis,sdk
export ESL_TEST_REQUIRE

# One process for all tests of a server, so that they share it. Of the whole workspace, because its
# features are built already; together they are all that esl-jobs has.
servers() {
    cargo test --locked --workspace --test postgres --test redis --test together
}

if cargo nextest --version >/dev/null 2>&1; then
    cargo test --locked --workspace --doc
    cargo nextest run --locked --workspace --profile "${NEXTEST_PROFILE:-default}"
else
    echo "cargo-nextest is not installed: going on with cargo test" >&2
    cargo test --locked --workspace
fi
servers
