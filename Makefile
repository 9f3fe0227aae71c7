# What people do with this repository. `make` alone lists it.

LESSON ?= examples/lessons/a1-at-the-cafe.md

.PHONY: help demo test lint

help: ## list what can be made
	@sed -n 's/^\([a-z]*\):.*## /make \1 - /p' Makefile

demo: ## turn an example lesson into a homework page with sound (LESSON=file for another one)
	@sh .ci/demo.sh $(LESSON)

test: ## install what the tests need and run all of them
	@sh .ci/install.sh chromium flite espeak-ng \
		/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf:fonts-noto-color-emoji \
		/usr/lib/postgresql:postgresql redis-server
	@sh esl-testkit/tests/sdk/install.sh
	@sh .ci/test.sh

lint: ## check format, lints and documentation
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo clippy --locked -p esl-cli --no-default-features --all-targets -- -D warnings
	cargo clippy --locked -p esl-pipeline --no-default-features -- -D warnings
	cargo clippy --locked -p esl-pipeline --all-features --all-targets -- -D warnings
	cargo clippy --locked -p esl-jobs --no-default-features -- -D warnings
	cargo clippy --locked -p esl-jobs --no-default-features --features postgres,redis -- -D warnings
	cargo clippy --locked -p esl-jobs --all-features --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps
