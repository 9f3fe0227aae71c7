//! Secrets in files.

use super::*;

const SECRET: &str = "hush-hush";

/// A world with a file `secret`, and variables that may name it.
fn with_secret(content: &str, variables: &[(&str, &str)]) -> World {
    let world = world(variables).with_file("secret", content);
    let path = world.folder.path().join("secret").display().to_string();
    let World { folder, variables } = world;
    let named = |(name, value): (String, String)| (name, value.replace("SECRET", &path));
    World {
        variables: variables.into_iter().map(named).collect(),
        folder,
    }
}

fn with_jobs(world: &World) -> Result<Settings, Failure> {
    world.environment().settings(Typed {
        needs_jobs: true,
        ..Typed::default()
    })
}

#[test]
fn a_file_says_what_its_variable_would() {
    for key in keys::ALL.iter().filter(|key| key.is_secret) {
        for name in key.all_variables() {
            let file = keys::secret_file(name).unwrap();
            // Access keys go together, and so does who logs in with the password.
            let others = [
                ("S3_ACCESS_KEY_ID", "id"),
                ("S3_SECRET_ACCESS_KEY", "key"),
                ("MAIL_USER", "me"),
            ];
            let others = others
                .into_iter()
                .filter(|(other, _)| !key.variables.contains(other));
            let value = others.clone().chain([(name, SECRET)]).collect::<Vec<_>>();
            let named = others.chain([(file, "SECRET")]).collect::<Vec<_>>();
            let [said, read] = [value, named].map(|variables| {
                let content = format!("{SECRET}\n");
                let settings = with_secret(&content, &variables).settings();
                let shown = shown(&settings, key.path);
                (shown.value.clone(), shown.origin.to_string())
            });
            assert_eq!((said.0, said.1.as_str()), (read.0, name));
            assert_eq!(read.1, file);
        }
    }
}

#[test]
fn addresses_and_their_parts_may_lie_in_files() {
    let database = |variables: &[(&str, &str)], content: &str| {
        let settings = with_secret(content, variables).settings();
        settings.jobs.database.expose().to_owned()
    };
    let whole = "postgres://me:hush-hush@db/esl";
    for name in ["DATABASE_URL_FILE", "PG_CONNECTION_STRING_FILE"] {
        assert_eq!(database(&[(name, "SECRET")], whole), whole);
    }
    let parts = [("PG_HOST", "db"), ("PG_PASSWORD_FILE", "SECRET")];
    let expected = "postgres://esl:hush-hush@db:5432/esl_batch";
    assert_eq!(database(&parts, "hush-hush\r\n"), expected);
}

#[test]
fn a_path_in_a_dotenv_file_is_meant_from_there() {
    let world = world(&[])
        .with_file(".env", "NOTION_TOKEN_FILE=secret\n")
        .with_file("secret", SECRET);
    let settings = world.settings();
    let origin = shown(&settings, "notion.token").origin.to_string();
    assert!(origin.starts_with("NOTION_TOKEN_FILE ("), "{origin}");
}

#[test]
fn the_process_hides_what_dotenv_files_say_in_either_way() {
    for (process, file) in [
        ("NOTION_TOKEN", "NOTION_TOKEN_FILE=nowhere"),
        ("NOTION_TOKEN_FILE", "NOTION_TOKEN=other"),
    ] {
        let value = if process.ends_with("_FILE") {
            "SECRET"
        } else {
            SECRET
        };
        let world = with_secret(SECRET, &[(process, value)]).with_file(".env", file);
        let settings = world.settings();
        let token = shown(&settings, "notion.token");
        assert_eq!(token.origin.to_string(), process);
        assert_eq!(token.value["fingerprint"], "fbdc0774", "{process}");
    }
}

#[test]
fn what_is_wrong_with_secrets_is_told_at_once_and_without_them() {
    let wrong = [
        ("NOTION_TOKEN", SECRET),
        ("NOTION_TOKEN_FILE", "SECRET"),
        ("ELEVENLABS_API_KEY_FILE", SECRET),
        ("OPENAI_API_KEY_FILE", "/dev/null"),
        ("LOG_LEVEL", "loud"),
    ];
    let failure = with_secret(SECRET, &wrong).failure();
    assert_eq!(failure.exit, Exit::Configuration);
    let told = format!("{failure:?}");
    for cause in [
        "NOTION_TOKEN_FILE: NOTION_TOKEN is set, too; leave one of them out",
        "ELEVENLABS_API_KEY_FILE: the file that it names cannot be read: No such file",
        "OPENAI_API_KEY_FILE: the file that it names is empty",
        "LOG_LEVEL: ",
    ] {
        let mut causes = failure.causes.iter();
        assert!(
            causes.any(|told| told.starts_with(cause)),
            "{cause}: {told}"
        );
    }
    assert!(!told.contains(SECRET), "{told}");
}

#[test]
fn a_secret_of_jobs_stops_nobody_else() {
    let nowhere = world(&[("PG_PASSWORD_FILE", "/nowhere")]);
    nowhere.settings();
    let failure = with_jobs(&nowhere).unwrap_err();
    assert!(
        failure.message.starts_with("PG_PASSWORD_FILE: "),
        "{failure:?}"
    );
}

#[test]
fn an_older_name_of_a_file_gives_a_warning() {
    let older = [
        ("MINIO_ACCESS_KEY_FILE", "SECRET"),
        ("MINIO_SECRET_KEY", "key"),
    ];
    let settings = with_secret(SECRET, &older).settings();
    let expected = "MINIO_ACCESS_KEY_FILE is an older name; set S3_ACCESS_KEY_ID instead";
    assert!(settings.warnings.contains(&expected.to_owned()));
}
