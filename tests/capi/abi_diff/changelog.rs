//! What the changelog says of the binary interface: under `## [Unreleased]`, heading `### ABI`, a line for each changed
//! item, beginning with its exact name:
//!
//! ```text
//! - `struct DRVCONFIGINFOEX`: has a device node behind it.
//! ```

use std::collections::BTreeSet;

use super::interface::Interface;

/// The items that are new, gone or different.
pub fn differences(before: &Interface, now: &Interface) -> BTreeSet<String> {
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != now.get(*name)).cloned().collect()
}

/// What is wrong with the changelog, given the items that have changed: one that it does not name, one that it names
/// though it has not changed, a line that names none. Empty if all is well.
pub fn complaints(changed: &BTreeSet<String>, changelog: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut named = BTreeSet::new();
    for line in section(changelog) {
        let item = line.strip_prefix("- `").and_then(|line| line.split_once("`: "));
        match item {
            Some((item, what)) if !what.trim().is_empty() => {
                if !named.insert(item.to_owned()) {
                    complaints.push(format!("stands twice under `### ABI`: {item}"));
                }
            }
            _ => complaints
                .push(format!("a line under `### ABI` is not \"- `item`: what has changed\": {line}")),
        }
    }
    let stale = named.difference(changed);
    complaints.extend(stale.map(|item| format!("stands under `### ABI`, but has not changed: {item}")));
    let silent = changed.difference(&named);
    complaints.extend(silent.map(|item| format!("has changed, but does not stand under `### ABI`: {item}")));
    complaints
}

/// The lines under `### ABI` of the section `[Unreleased]`, without blank ones and those that go on with another.
fn section(changelog: &str) -> impl Iterator<Item = &str> {
    let unreleased = changelog.lines().skip_while(|line| *line != "## [Unreleased]").skip(1);
    let unreleased = unreleased.take_while(|line| !line.starts_with("## "));
    let abi = unreleased.skip_while(|line| *line != "### ABI").skip(1);
    let abi = abi.take_while(|line| !line.starts_with("### "));
    abi.filter(|line| !line.trim().is_empty() && !line.starts_with("  "))
}

#[test]
fn only_the_dedicated_place_counts() {
    let changed: BTreeSet<String> =
        ["function OpenDriver", "constant DRV_OPEN"].iter().map(|item| (*item).to_owned()).collect();
    let silent = |item: &str| format!("has changed, but does not stand under `### ABI`: {item}");
    // Named elsewhere in the section, or under `### ABI` of another release: that does not count.
    let elsewhere = "## [Unreleased]\n\n### Added\n\n- `function OpenDriver`: new, and `DRV_OPEN`.\n\n\
                     ## [0.1.0]\n\n### ABI\n\n- `constant DRV_OPEN`: so.\n";
    assert_eq!(complaints(&changed, elsewhere), [silent("constant DRV_OPEN"), silent("function OpenDriver")]);
    // A part of the name is not the name.
    let partly = "## [Unreleased]\n\n### ABI\n\n- `constant DRV_OPEN`: so.\n- `OpenDriver`: takes more.\n";
    assert_eq!(
        complaints(&changed, partly),
        ["stands under `### ABI`, but has not changed: OpenDriver".to_owned(), silent("function OpenDriver")]
    );
    let all = "## [Unreleased]\n\n### ABI\n\n- `constant DRV_OPEN`: so,\n  as told.\n- `function OpenDriver`: takes more.\n\
               \n### Fixed\n\n- this\n";
    assert_eq!(complaints(&changed, all), [""; 0]);
    let untidy =
        all.replace(": so,", "").replace(": takes more.", ": takes more.\n- `function OpenDriver`: yes.");
    assert_eq!(
        complaints(&changed, &untidy),
        [
            "a line under `### ABI` is not \"- `item`: what has changed\": - `constant DRV_OPEN`".to_owned(),
            "stands twice under `### ABI`: function OpenDriver".to_owned(),
            silent("constant DRV_OPEN"),
        ]
    );
    assert_eq!(complaints(&BTreeSet::new(), all).len(), 2, "stale lines");
    assert_eq!(complaints(&BTreeSet::new(), "# Changelog\n"), [""; 0]);
}
