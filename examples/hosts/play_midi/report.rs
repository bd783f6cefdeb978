//! What came out: length and loudness of the file that the driver wrote.

use anyhow::{Context, bail};
use std::path::Path;

/// Reads the file and describes it in one line.
///
/// # Errors
///
/// The file cannot be read, or there is nothing to be heard in it.
pub(crate) fn report(path: &Path) -> anyhow::Result<String> {
    let shown = path.display();
    let mut reader = hound::WavReader::open(path).with_context(|| format!("{shown} cannot be read"))?;
    let spec = reader.spec();
    let mut peak = 0;
    for sample in reader.samples::<i16>() {
        peak = peak.max(sample.with_context(|| format!("{shown} is damaged"))?.unsigned_abs());
    }
    if peak == 0 {
        bail!("{shown} is silent: does the piece have notes, and is the volume up?");
    }
    let seconds = f64::from(reader.duration()) / f64::from(spec.sample_rate);
    let peak = f64::from(peak) / 32_768.0;
    Ok(format!(
        "{shown}: {seconds:.1} s, {} Hz, {} channels, peak {peak:.2}",
        spec.sample_rate, spec.channels
    ))
}
