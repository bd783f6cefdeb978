//! `opendriver get`: a value of the configuration.

use opendriver::config::Position;
use serde_json::json;

use crate::args::GetArgs;
use crate::messages::Failure;
use crate::session::Session;
use crate::similar;

/// A value and where it was found.
struct Found {
    section: String,
    key: String,
    value: String,
    path: Option<String>,
    position: Option<Position>,
}

/// Prints the value of a key. An empty one is an empty line, which the Windows functions could not tell from a missing
/// key.
pub(crate) fn run(session: &Session, args: &GetArgs) -> Result<(), Failure> {
    let found = find(session, &args.section, &args.key)?;
    let out = session.out;
    if out.is_json() {
        let position = found.position.as_ref();
        out.document(&json!({
            "section": found.section,
            "key": found.key,
            "value": found.value,
            "place": {
                "path": found.path,
                "line": position.map(|position| position.line),
                "column": position.map(|position| position.column),
            },
        }))?;
        return Ok(());
    }
    out.plain(&format!("{}\n", found.value))?;
    if session.verbose {
        let path = found.path.unwrap_or_default();
        let position = found.position.map(|position| format!(":{position}")).unwrap_or_default();
        out.note(&format!("it stands at {path}{position} in [{}] as {}", found.section, found.key));
    }
    Ok(())
}

/// Looks in the tables of the settings first, then in the profile, as the manager does.
fn find(session: &Session, section: &str, key: &str) -> Result<Found, Failure> {
    let config = &session.config;
    let table = config.settings().sections.table(section);
    if let Some(table) = table
        && let Some(value) = table.get(key)
    {
        return Ok(Found {
            section: table.name.clone(),
            key: value.name.clone(),
            value: value.line.clone(),
            path: config.path().map(|path| path.display().to_string()),
            position: value.position.clone(),
        });
    }
    let of_profile = config.profile().section(section);
    if let Some(of_profile) = of_profile
        && let Some(value) = of_profile.get(key)
    {
        return Ok(Found {
            section: of_profile.name().into_owned(),
            key: value.key().into_owned(),
            value: value.as_str().to_owned(),
            path: config.profile_path().map(|path| path.display().to_string()),
            position: Some(value.position()),
        });
    }
    if table.is_none() && of_profile.is_none() {
        let names = config.section_names();
        let similar = similar::to(section, names.iter().map(String::as_str));
        return Err(Failure::no_section(section, &similar, session));
    }
    let of_table = table.into_iter().flat_map(|table| table.iter()).map(|value| value.name.clone());
    let of_profile = of_profile.into_iter().flat_map(|section| section.rows());
    let of_profile = of_profile.filter_map(|row| row.key()).map(|key| key.into_owned());
    let keys: Vec<String> = of_table.chain(of_profile).collect();
    let similar = similar::to(key, keys.iter().map(String::as_str));
    Err(Failure::no_key(section, key, &similar, session))
}
