//! Backups of a running Dipole.

use std::{fs, fs::File, io::Seek, path::Path, sync::Arc};

use desk::{BackupOrder, Passphrase, Refused, Restored};
use tokio::task;

use super::{BackupError, Making, make, open, restore};
use crate::{Sources, run::Imports};

/// Bytes of a configuration file that goes into a backup.
const CONFIGURATION_BYTES_MAX: u64 = 256 << 10;

impl Imports {
    /// Carries out an order about backups while nothing is being read: it takes the memory of a reading.
    pub(crate) async fn carry_out_for_backups(&mut self, order: BackupOrder) {
        match order {
            BackupOrder::Spool { answer } => answer.give(self.spool().await),
            BackupOrder::Make { passphrase, answer } => {
                answer.give(self.make_backup(passphrase).await);
            }
            BackupOrder::Restore {
                file,
                passphrase,
                as_new_device,
                answer,
            } => {
                let restored = self.restore(file, passphrase, as_new_device).await;
                let begins_again = restored
                    .as_ref()
                    .is_ok_and(|(_, begins_again)| *begins_again);
                answer.give(restored.map(|(restored, _)| Box::new(restored)));
                if begins_again {
                    (self.backups.begin_again)();
                }
            }
        }
    }

    pub(crate) async fn spool(&self) -> Result<File, Refused> {
        let store = Arc::clone(&self.store);
        blocking(move || Ok(store.spool()?)).await
    }

    async fn make_backup(&self, passphrase: Option<Passphrase>) -> Result<File, Refused> {
        let store = Arc::clone(&self.store);
        let configuration = self.backups.configuration.clone();
        blocking(move || {
            let configuration = configuration.as_deref().and_then(text_of);
            let making = Making {
                passphrase: passphrase.as_ref(),
                configuration: configuration.as_deref(),
            };
            let mut file = store.spool()?;
            make(&store, &making, &mut file)?;
            file.rewind()?;
            Ok(file)
        })
        .await
    }

    /// What was restored, and whether more than sources, channels and rules has changed by it: what the rest
    /// of the house was told at its start, the identity and the guides.
    async fn restore(
        &mut self,
        mut file: File,
        passphrase: Option<Passphrase>,
        as_new_device: bool,
    ) -> Result<(Restored, bool), Refused> {
        let store = Arc::clone(&self.store);
        let bytes_max = self.config.import_bytes_max;
        let restored = blocking(move || {
            let opened = open(&mut file, passphrase.as_ref(), bytes_max)?;
            store.copy_aside()?;
            let before = store.load_set_guides()?;
            let restored = restore(&store, opened, &mut file, as_new_device)?;
            let has_other_guides = store.load_set_guides()? != before;
            let begins_again = restored.is_other_device || has_other_guides;
            Ok((restored, begins_again))
        });
        let restored = restored.await?;
        self.begin_anew().await;
        Ok(restored)
    }

    /// As at a start, from what the store holds now. Nobody who watches is sent away.
    async fn begin_anew(&mut self) {
        let of_file = self.config.sources.all();
        let of_file = of_file.filter(|(_, source)| source.is_of_file);
        let of_file: Sources = of_file.map(|(_, source)| source.settings.clone()).collect();
        Arc::make_mut(&mut self.config).sources = of_file;
        self.sources.clear();
        self.recall().await;
    }
}

/// The text of the configuration file; one that cannot be read is left out, and told.
fn text_of(path: &Path) -> Option<String> {
    let read = fs::metadata(path).and_then(|about| {
        if about.len() > CONFIGURATION_BYTES_MAX {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        fs::read_to_string(path)
    });
    read.inspect_err(|error| {
        tracing::warn!(%error, path = %path.display(), "the configuration file is not in the backup");
    })
    .ok()
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, Refused> {
    let done = task::spawn_blocking(work).await;
    match done {
        Ok(done) => Ok(done?),
        Err(_) => Err(Refused::Ending),
    }
}
