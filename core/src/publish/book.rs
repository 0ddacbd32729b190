//! The signer's book: which root was signed for which size. A page is made by exclusive creation, so two roots for one size are
//! impossible, also for two processes or after a restored backup.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    path::PathBuf,
};

use sala_log::Hash;

use super::{files::sync_folder, io};
use crate::problem::{DAMAGED, Problem};

/// How many pages are kept.
const KEPT: usize = 512;

/// The book.
#[derive(Debug)]
pub struct Book {
    folder: PathBuf,
}

impl Book {
    /// Opens the book, making an empty one if there is none.
    pub fn open(folder: PathBuf) -> Result<Self, Problem> {
        fs::create_dir_all(&folder).map_err(|fault| io(&folder, &fault))?;
        Ok(Self { folder })
    }

    /// All pages: (size, root), oldest first.
    pub fn pages(&self) -> Result<Vec<(u64, Hash)>, Problem> {
        let mut pages = vec![];
        for entry in fs::read_dir(&self.folder).map_err(|fault| io(&self.folder, &fault))? {
            let path = entry.map_err(|fault| io(&self.folder, &fault))?.path();
            let Some(size) = path.file_name().and_then(|name| name.to_str()?.parse::<u64>().ok()) else { continue };
            let text = match fs::read_to_string(&path) {
                Ok(text) => text,
                // Pruned since the folder was listed.
                Err(fault) if fault.kind() == ErrorKind::NotFound => continue,
                Err(fault) => return Err(io(&path, &fault)),
            };
            // A page that was cut off while being written was never signed: the signature comes after the sync.
            if let Some(root) = hex::decode(text.trim()).ok().and_then(|bytes| Hash::try_from(bytes).ok()) {
                pages.push((size, root));
            }
        }
        pages.sort_unstable();
        Ok(pages)
    }

    /// The newest page.
    pub fn newest(&self) -> Result<Option<(u64, Hash)>, Problem> {
        Ok(self.pages()?.pop())
    }

    /// Enters a root for a size before it is signed. Entering the same again is fine; another root is refused.
    pub fn enter(&self, size: u64, root: &Hash) -> Result<(), Problem> {
        let path = self.folder.join(format!("{size:020}"));
        let text = format!("{}\n", hex::encode(root));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|fault| io(&path, &fault))?;
                sync_folder(&self.folder)?;
                self.prune()
            }
            Err(fault) if fault.kind() == ErrorKind::AlreadyExists => {
                let known = fs::read_to_string(&path).map_err(|fault| io(&path, &fault))?;
                if known == text {
                    Ok(())
                } else if known.len() < text.len() && text.starts_with(known.as_str()) {
                    fs::write(&path, &text).map_err(|fault| io(&path, &fault))
                } else {
                    Err(DAMAGED
                        .problem()
                        .because(format!("the signer's book holds another root for {size} acts: a second history is not signed")))
                }
            }
            Err(fault) => Err(io(&path, &fault)),
        }
    }

    fn prune(&self) -> Result<(), Problem> {
        let pages = self.pages()?;
        for (size, _) in pages.iter().rev().skip(KEPT) {
            let path = self.folder.join(format!("{size:020}"));
            fs::remove_file(&path).map_err(|fault| io(&path, &fault))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Book;

    #[test]
    fn one_size_has_one_root() {
        let folder = tempfile::tempdir().unwrap();
        let book = Book::open(folder.path().to_owned()).unwrap();
        book.enter(5, &[1; 32]).unwrap();
        book.enter(5, &[1; 32]).unwrap();
        book.enter(7, &[2; 32]).unwrap();
        let refused = book.enter(5, &[3; 32]).unwrap_err();
        assert_eq!(refused.code.code, "record_damaged");
        assert_eq!(book.newest().unwrap(), Some((7, [2; 32])));
    }

    #[test]
    fn a_page_that_was_cut_off_is_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let book = Book::open(folder.path().to_owned()).unwrap();
        std::fs::write(folder.path().join(format!("{:020}", 9)), "0303").unwrap();
        assert_eq!(book.newest().unwrap(), None);
        book.enter(9, &[3; 32]).unwrap();
        assert_eq!(book.newest().unwrap(), Some((9, [3; 32])));
    }
}
