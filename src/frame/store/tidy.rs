//! The folder of a store against its manifest: what is in force is shown, what is not is removed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::ingest::{Hook, Step};
use super::manifest::{FOLDER, Manifest};

/// Shows every part in force and removes everything of the manifest's shard that is not.
pub(super) fn tidy(root: &Path, manifest: &Manifest, hook: Hook<'_>) -> Result<(), StoreError> {
    let in_force = show(root, manifest, hook)?;
    let remove = |path: &Path| {
        fs::remove_file(path).map_err(StoreError::io(path))?;
        hook(Step::OldRemoved).map_err(StoreError::io(path))
    };
    let prefix = format!("part-{}-", manifest.shard);
    for form in folders(root, "form=")? {
        for year in folders(&form, "year=")? {
            for path in files(&year)? {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                if name.trim_start_matches('.').starts_with(&prefix) && !in_force.contains(&path) {
                    remove(&path)?;
                }
            }
        }
    }
    let prefix = format!("files-{}-", manifest.shard);
    for path in files(&root.join(FOLDER))? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(&prefix) && *name != *manifest.files {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Gives every part in force its name; returns where they lie.
fn show(root: &Path, manifest: &Manifest, hook: Hook<'_>) -> Result<BTreeSet<PathBuf>, StoreError> {
    let mut in_force = BTreeSet::new();
    for part in &manifest.parts {
        let (place, hidden) = (part.place(root), part.hidden(root));
        if !place.exists() && hidden.exists() {
            fs::rename(&hidden, &place).map_err(StoreError::io(&place))?;
            hook(Step::PartShown).map_err(StoreError::io(&place))?;
        }
        in_force.insert(place);
    }
    Ok(in_force)
}

fn folders(folder: &Path, prefix: &str) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(StoreError::io(folder))? {
        let entry = entry.map_err(StoreError::io(folder))?;
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && entry.file_name().to_string_lossy().starts_with(prefix) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(StoreError::io(folder))? {
        let entry = entry.map_err(StoreError::io(folder))?;
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}
