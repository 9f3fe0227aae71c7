//! The older `MINIO_` variables, brought into the form of those that replace them.

use super::keys::{MINIO_ENABLED, MINIO_PORT, MINIO_USE_SSL};
use super::parse;
use super::problem::Problem;
use super::sources::Variables;

const ENDPOINT: &str = "MINIO_ENDPOINT";

/// Makes `MINIO_ENDPOINT`, a host name, an address; takes all of them away if they are turned off.
pub(super) fn settle(variables: &mut Variables) -> Result<(), Problem> {
    if !switch(variables, MINIO_ENABLED, true)? {
        variables.retain(|name, _| !name.starts_with("MINIO_"));
        return Ok(());
    }
    let scheme = match switch(variables, MINIO_USE_SSL, false)? {
        true => "https",
        false => "http",
    };
    let port = variables.get(MINIO_PORT).map(|port| port.text.clone());
    let port = port.unwrap_or_else(|| "9000".to_owned());
    if let Some(endpoint) = variables.get_mut(ENDPOINT)
        && !endpoint.text.contains("://")
    {
        endpoint.text = format!("{scheme}://{}:{port}", endpoint.text);
    }
    Ok(())
}

fn switch(variables: &Variables, name: &str, default: bool) -> Result<bool, Problem> {
    let Some(found) = variables.get(name) else {
        return Ok(default);
    };
    parse::switch(&found.text).map_err(|message| Problem::new(&found.origin, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::origin::Origin;
    use crate::config::sources::Found;

    fn variables(given: &[(&'static str, &str)]) -> Variables {
        let found = |(name, text): &(&'static str, &str)| {
            let (text, origin) = (text.to_string(), Origin::Variable(name));
            (*name, Found { text, origin })
        };
        given.iter().map(found).collect()
    }

    #[test]
    fn host_port_and_tls_become_an_address() {
        for (given, address) in [
            (&[(ENDPOINT, "minio")][..], "http://minio:9000"),
            (
                &[(ENDPOINT, "m"), (MINIO_PORT, "1"), (MINIO_USE_SSL, "true")],
                "https://m:1",
            ),
            (&[(ENDPOINT, "http://m:2")], "http://m:2"),
        ] {
            let mut variables = variables(given);
            settle(&mut variables).unwrap();
            assert_eq!(variables[ENDPOINT].text, address);
        }
    }

    #[test]
    fn turned_off_they_count_nothing() {
        let mut variables = variables(&[
            (ENDPOINT, "m"),
            (MINIO_ENABLED, "false"),
            ("S3_BUCKET", "b"),
        ]);
        settle(&mut variables).unwrap();
        assert_eq!(variables.into_keys().collect::<Vec<_>>(), ["S3_BUCKET"]);
    }
}
