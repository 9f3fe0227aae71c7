//! Secrets in files: `X_FILE` names a file that holds what the variable `X` would say.

use super::origin::Origin;
use super::problem::Problem;
use super::resolver::path_of;
use super::sources::Found;
use crate::source;

/// The secret, of which there may be a `value` or a `file`. What the process says about it hides what
/// `.env` files say.
///
/// # Errors
/// That both are given, or that the file cannot be read or holds nothing.
pub(super) fn settle(
    value: Option<&Found>,
    file: Option<&Found>,
) -> Result<Option<Found>, Problem> {
    let Some(file) = file else {
        return Ok(value.cloned());
    };
    match value {
        Some(value) if is_of_process(value) == is_of_process(file) => {
            let message = format!("{} is set, too; leave one of them out", value.origin);
            Err(Problem::new(&file.origin, message))
        }
        Some(value) if is_of_process(value) => Ok(Some(value.clone())),
        _ => read(file).map(Some),
    }
}

fn is_of_process(found: &Found) -> bool {
    matches!(found.origin, Origin::Variable(_))
}

/// What the file says that `named` names, without the end of its last line. No message has its name:
/// somebody may have put the secret itself there.
fn read(named: &Found) -> Result<Found, Problem> {
    let problem = |message: String| Problem::new(&named.origin, message);
    let path = path_of(named).map_err(problem)?;
    let text = source::read_settings("secret", &path).map_err(|failure| {
        let causes = failure.causes.join(": ");
        problem(format!("the file that it names cannot be read: {causes}"))
    })?;
    let secret = text.strip_suffix('\n').unwrap_or(&text);
    let secret = secret.strip_suffix('\r').unwrap_or(secret);
    if secret.trim().is_empty() {
        return Err(problem("the file that it names is empty".to_owned()));
    }
    Ok(Found {
        text: secret.to_owned(),
        origin: named.origin.clone(),
    })
}
