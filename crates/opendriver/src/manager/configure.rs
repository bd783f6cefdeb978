//! Another configuration for a manager that is in use.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use opendriver_config::{CodePage, Config};

use super::Manager;

impl Manager {
    /// Takes another configuration. Open instances are not touched; what is opened from now on follows the new one,
    /// and so do [`Manager::reload`] and [`Manager::reload_if_changed`].
    pub fn set_config(&self, config: Config) {
        let setup = self.make_setup(config);
        *self.setup.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(setup);
    }

    /// The file that the configuration was read from; `None` if it did not come from a file.
    pub fn config_path(&self) -> Option<PathBuf> {
        self.setup().config.path().map(ToOwned::to_owned)
    }

    /// The ANSI code page of the settings, in which an embedding layer reads names given as bytes.
    #[doc(alias = "GetACP")]
    pub fn ansi_code_page(&self) -> CodePage {
        self.setup().config.settings().ansi_code_page
    }
}

#[cfg(test)]
mod tests {
    use opendriver_config::Settings;

    use super::*;
    use crate::{BuiltIn, Call};

    #[test]
    fn another_configuration_leaves_open_instances_alone() {
        let ini = |text: &str| Config::from_ini(text.as_bytes(), Settings::default());
        let driver = BuiltIn::new(|call: &Call<'_>| if call.message == 0x4000 { 7 } else { 1 });
        let manager = Manager::builder()
            .config(ini("[Drivers32]\na=x.drv\n"))
            .driver_path(None)
            .built_in("x.drv", driver)
            .build();
        let handle = manager.open("a", None, 0).expect("the alias is there");
        manager.set_config(ini("[Drivers32]\nb=x.drv\n"));
        assert_eq!(manager.send(handle, 0x4000, 0, 0), Ok(7));
        assert!(manager.open("a", Some("Drivers32"), 0).is_err());
        assert!(manager.open("b", Some("Drivers32"), 0).is_ok());
        assert_eq!(manager.config_path(), None);
    }

    #[test]
    fn the_code_page_is_that_of_the_settings() {
        let mut settings = Settings::default();
        settings.ansi_code_page = CodePage::try_from(932).expect("Japanese");
        let manager = Manager::new(Config::from_ini(Vec::new(), settings));
        assert_eq!(manager.ansi_code_page().number(), 932);
        assert_eq!(Manager::new(Config::default()).ansi_code_page(), CodePage::WESTERN);
    }
}
