#!/bin/sh
# Runs every test. A missing service fails the tests that need it: nothing is skipped silently.
set -eu

ESL_TEST_REQUIRE=chromium,flite,sdk
export ESL_TEST_REQUIRE

if cargo nextest --version >/dev/null 2>&1; then
    cargo test --locked --workspace --doc
    exec cargo nextest run --locked --workspace --profile "${NEXTEST_PROFILE:-default}"
fi
echo "cargo-nextest is not installed: going on with cargo test" >&2
exec cargo test --locked --workspace
