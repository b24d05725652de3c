//! `bare-read FOLDER THREADS`: reads every cell of every sheet of every xlsx below a folder and prints how many
//! files and non-empty cells there were.

use std::io::Cursor;
use std::path::PathBuf;

use calamine::{Reader, Xlsx};
use rayon::prelude::*;

fn cells(path: &PathBuf) -> usize {
    let bytes = std::fs::read(path).expect("a readable file");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    (book.worksheets().iter())
        .map(|(_, range)| range.used_cells().count())
        .sum()
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("a folder");
    let threads = arguments.next().map_or(0, |n| n.parse().expect("a number"));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let files: Vec<PathBuf> = (walkdir::WalkDir::new(folder).into_iter().flatten())
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|ending| ending == "xlsx"))
        .collect();
    let sum: usize = pool
        .expect("threads")
        .install(|| files.par_iter().map(cells).sum());
    println!("{} files, {sum} cells", files.len());
}
