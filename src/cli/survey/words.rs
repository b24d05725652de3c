//! Names that repeat, each kept once and known by its number.

use std::collections::HashMap;
use std::sync::Arc;

/// Words by number, each once.
#[derive(Debug, Default)]
pub(in crate::cli) struct Words {
    numbers: HashMap<Arc<str>, u32>,
    words: Vec<Arc<str>>,
}

impl Words {
    pub fn number(&mut self, word: &str) -> u32 {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        let (number, word) = (self.words.len() as u32, Arc::<str>::from(word));
        self.words.push(Arc::clone(&word));
        self.numbers.insert(word, number);
        number
    }

    pub fn get(&self, number: u32) -> &Arc<str> {
        &self.words[number as usize]
    }
}
