//! The current directory of the process, which is that of the script while it is played.

use std::io;
use std::path::Path;

/// Makes it the current one.
#[expect(
    clippy::disallowed_methods,
    reason = "scripts are about programs that change their current directory"
)]
pub(super) fn enter(directory: &Path) -> io::Result<()> {
    std::env::set_current_dir(directory)
}
