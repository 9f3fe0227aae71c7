#!/bin/sh
# Runs every test. A missing service fails the tests that need it: nothing is skipped silently.
set -eu

ESL_TEST_REQUIRE=chromium,flite,postgres,redis,sdk
export ESL_TEST_REQUIRE

if cargo nextest --version >/dev/null 2>&1; then
    cargo test --locked --workspace --doc
    cargo nextest run --locked --workspace --profile "${NEXTEST_PROFILE:-default}"
    exec cargo nextest run --locked -p esl-jobs --all-features --profile "${NEXTEST_PROFILE:-default}"
fi
echo "cargo-nextest is not installed: going on with cargo test" >&2
cargo test --locked --workspace
exec cargo test --locked -p esl-jobs --all-features
