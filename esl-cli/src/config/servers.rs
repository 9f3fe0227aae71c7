//! Addresses of servers that are given in parts: `PG_HOST`, `PG_PORT` and so on, `REDIS_HOST` and so
//! on. A part that no variable says is as in the template.

use url::Url;

use super::keys::{
    PG_CONNECTION_STRING, PG_DATABASE, PG_ENABLED, PG_HOST, PG_PASSWORD, PG_PORT, PG_USER,
    REDIS_ENABLED, REDIS_HOST, REDIS_PASSWORD, REDIS_PORT,
};
use super::origin::Origin;
use super::parse;
use super::problem::Problem;
use super::sources::{Environment, Found};

const POSTGRES: &str = "postgres://esl@postgres:5432/esl_batch";
const REDIS: &str = "redis://redis:6379";

/// The address of a Postgres database, if one of its variables is set and none turns it off.
pub(super) fn postgres(environment: &Environment) -> Result<Option<Found>, Problem> {
    let whole = environment.origin(PG_CONNECTION_STRING);
    let parts = [PG_HOST, PG_PORT, PG_USER, PG_PASSWORD, PG_DATABASE];
    let set = parts.iter().find_map(|name| environment.origin(name));
    let Some(origin) = is_on(environment, PG_ENABLED, whole.or(set))? else {
        return Ok(None);
    };
    if whole.is_some() {
        return environment.value(PG_CONNECTION_STRING);
    }
    let mut address = Address::of(environment, POSTGRES);
    address.host(PG_HOST)?;
    address.port(PG_PORT)?;
    address.part(PG_USER, Url::set_username)?;
    address.part(PG_PASSWORD, |url, secret| url.set_password(Some(secret)))?;
    address.part(PG_DATABASE, |url, name| {
        url.set_path(name);
        Ok(())
    })?;
    Ok(Some(address.found(origin)))
}

/// The address of a Redis server, if one of its variables is set and none turns it off.
pub(super) fn redis(environment: &Environment) -> Result<Option<Found>, Problem> {
    let parts = [REDIS_HOST, REDIS_PORT, REDIS_PASSWORD];
    let set = parts.iter().find_map(|name| environment.origin(name));
    let Some(origin) = is_on(environment, REDIS_ENABLED, set)? else {
        return Ok(None);
    };
    let mut address = Address::of(environment, REDIS);
    address.host(REDIS_HOST)?;
    address.port(REDIS_PORT)?;
    address.part(REDIS_PASSWORD, |url, secret| url.set_password(Some(secret)))?;
    Ok(Some(address.found(origin)))
}

/// What an address is said to come from, if there is to be one: the part that is set, or the switch.
fn is_on<'a>(
    environment: &'a Environment,
    switch: &str,
    set: Option<&'a Origin>,
) -> Result<Option<&'a Origin>, Problem> {
    let Some(switch) = environment.variable(switch) else {
        return Ok(set);
    };
    match parse::switch(&switch.text) {
        Ok(is_on) => Ok(is_on.then_some(set.unwrap_or(&switch.origin))),
        Err(message) => Err(Problem::new(&switch.origin, message)),
    }
}

/// An address that is put together.
struct Address<'a> {
    environment: &'a Environment,
    url: Url,
}

impl<'a> Address<'a> {
    fn of(environment: &'a Environment, template: &str) -> Self {
        let url = Url::parse(template).expect("the templates are addresses");
        Self { environment, url }
    }

    fn host(&mut self, name: &str) -> Result<(), Problem> {
        self.part(name, |url, host| url.set_host(Some(host)).map_err(drop))
    }

    fn port(&mut self, name: &str) -> Result<(), Problem> {
        let Some(found) = self.environment.variable(name) else {
            return Ok(());
        };
        let port = parse::number(1..=u16::MAX)(&found.text);
        let port = port.map_err(|message| Problem::new(&found.origin, message))?;
        self.url.set_port(Some(port)).map_err(|()| unusable(found))
    }

    fn part(
        &mut self,
        name: &str,
        set: impl FnOnce(&mut Url, &str) -> Result<(), ()>,
    ) -> Result<(), Problem> {
        match self.environment.value(name)? {
            Some(found) => set(&mut self.url, found.text.trim()).map_err(|()| unusable(&found)),
            None => Ok(()),
        }
    }

    fn found(self, origin: &Origin) -> Found {
        Found {
            text: self.url.into(),
            origin: origin.clone(),
        }
    }
}

fn unusable(found: &Found) -> Problem {
    Problem::new(&found.origin, "it cannot be a part of an address")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        let variables = variables.iter();
        let process = variables.map(|(name, value)| (name.to_string(), value.into()));
        Environment::read(std::path::Path::new("/nowhere"), &process.collect())
    }

    fn text(found: Result<Option<Found>, Problem>) -> Option<String> {
        found.unwrap().map(|found| found.text)
    }

    #[test]
    fn what_is_not_said_is_as_it_always_was() {
        let given = environment(&[("PG_HOST", "db"), ("PG_PASSWORD", "a/b@c")]);
        let expected = "postgres://esl:a%2Fb%40c@db:5432/esl_batch";
        assert_eq!(text(postgres(&given)).as_deref(), Some(expected));
        let given = environment(&[("REDIS_PASSWORD", "x")]);
        let expected = "redis://:x@redis:6379";
        assert_eq!(text(redis(&given)).as_deref(), Some(expected));
    }

    #[test]
    fn a_whole_address_beats_its_parts_and_a_switch_beats_all() {
        let whole = ("PG_CONNECTION_STRING", "postgres://x");
        let given = environment(&[whole, ("PG_HOST", "db")]);
        assert_eq!(text(postgres(&given)).as_deref(), Some("postgres://x"));
        let off = environment(&[whole, ("PG_ENABLED", "no"), ("REDIS_HOST", "r")]);
        assert_eq!(text(postgres(&off)), None);
        assert_eq!(text(redis(&environment(&[]))), None);
        let on = environment(&[("PG_ENABLED", "yes")]);
        assert_eq!(text(postgres(&on)).as_deref(), Some(POSTGRES));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_variable() {
        for (name, value) in [
            ("PG_PORT", "many"),
            ("PG_ENABLED", "so"),
            ("PG_HOST", "a b"),
        ] {
            let problem = format!(
                "{:?}",
                postgres(&environment(&[(name, value)])).unwrap_err()
            );
            assert!(problem.contains(name), "{problem}");
        }
    }
}
