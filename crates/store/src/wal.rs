//! Reads SQLite's write-ahead log behind a place where it is damaged
//! (<https://sqlite.org/fileformat2.html#walformat>).
//!
//! SQLite reads its log up to the first page whose checksum is wrong, and takes the rest for the torn
//! end that a power cut leaves. So it is, if that is the rest of one transaction: each is safe on the
//! card before the next begins. If two of them end there, at least one was promised and is lost.

use std::io::{self, Read};

const HEADER_BYTES: usize = 32;
/// What stands before each page.
const FRAME_BYTES: usize = 24;
/// How logs begin; the last bit says in which order the bytes of checksums are taken.
const MAGIC: u32 = 0x377f_0682;
/// Of how many bytes pages are where the log does not say it any more.
const PAGE_BYTES: usize = 4096;

/// Whether promised transactions are lost, because the log is damaged before them. The last one is
/// not missed: it looks like one that the power cut short.
///
/// # Errors
/// If the log cannot be read.
pub fn is_log_damaged(mut log: impl Read) -> io::Result<bool> {
    let mut header = [0; HEADER_BYTES];
    if !is_filled(&mut log, &mut header)? {
        return Ok(false);
    }
    let page_bytes = number(&header[8..]) as usize;
    let mut sum = Sum { big_endian: header[3] & 1 == 1, first: 0, second: 0 };
    sum.add(&header[..24]);
    let is_header_whole = number(&header) & !1 == MAGIC
        && sum.is(&header[24..])
        && (512..=65_536).contains(&page_bytes)
        && page_bytes.is_power_of_two();
    let mut is_whole = is_header_whole;
    // Pages that were written before the log was begun anew have other numbers.
    let mut salts = [0; 8];
    salts.copy_from_slice(&header[16..24]);
    let mut ends = 0;
    let mut frame = vec![0; FRAME_BYTES + if is_header_whole { page_bytes } else { PAGE_BYTES }];
    while is_filled(&mut log, &mut frame)? {
        if !is_header_whole && frame[8..16] != salts {
            salts.copy_from_slice(&frame[8..16]);
            ends = 0;
        }
        let is_of_log = frame[8..16] == salts;
        if is_whole {
            sum.add(&frame[..8]);
            sum.add(&frame[FRAME_BYTES..]);
            is_whole = is_of_log && sum.is(&frame[16..FRAME_BYTES]);
        }
        // The last page of a transaction says how long the file is after it.
        if !is_whole && is_of_log && number(&frame[4..]) != 0 {
            ends += 1;
        }
    }
    Ok(ends > 1)
}

/// Reads as much as there is room for; whether there was as much.
fn is_filled(log: &mut impl Read, room: &mut [u8]) -> io::Result<bool> {
    match log.read_exact(room) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        read => read.map(|()| true),
    }
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// The checksum of everything up to here.
struct Sum {
    big_endian: bool,
    first: u32,
    second: u32,
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        let order = if self.big_endian { u32::from_be } else { u32::from_le };
        for pair in bytes.chunks_exact(8) {
            let words = [number(pair), number(&pair[4..])].map(|word| order(word.to_be()));
            self.first = self.first.wrapping_add(words[0]).wrapping_add(self.second);
            self.second = self.second.wrapping_add(words[1]).wrapping_add(self.first);
        }
    }

    fn is(&self, found: &[u8]) -> bool {
        self.first == number(found) && self.second == number(&found[4..])
    }
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
    use sqlx::{Connection as _, SqliteConnection};

    use super::*;

    /// A log of some transactions, and where the pages of each are.
    async fn log() -> (Vec<u8>, Vec<Range<usize>>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.db");
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        let mut log = Vec::new();
        let mut transactions = Vec::new();
        let mut begin = HEADER_BYTES;
        sqlx::query("CREATE TABLE some (bytes BLOB)").execute(&mut connection).await.unwrap();
        for bytes in [3_000, 9_000, 20, 6_000] {
            let insert = "INSERT INTO some VALUES (randomblob(?1))";
            sqlx::query(insert).bind(bytes).execute(&mut connection).await.unwrap();
            log = std::fs::read(folder.path().join("some.db-wal")).unwrap();
            transactions.push(begin..log.len());
            begin = log.len();
        }
        connection.close().await.unwrap();
        (log, transactions)
    }

    fn is_damaged(log: &[u8]) -> bool {
        is_log_damaged(log).unwrap()
    }

    #[tokio::test]
    async fn what_a_power_cut_leaves_is_not_damaged() {
        let (log, transactions) = log().await;
        for len in (0..=log.len()).step_by(251) {
            assert!(!is_damaged(&log[..len]), "{len} bytes");
        }
        // Pages of the last transaction arrive in any order, or in part.
        for torn in transactions[3].clone().step_by(512) {
            let mut log = log.clone();
            log[torn..(torn + 512).min(transactions[3].end)].fill(0);
            assert!(!is_damaged(&log), "sector at {torn}");
        }
        // An older log stands behind a newer one.
        let (mut older, ends) = self::log().await;
        older[..ends[1].start].copy_from_slice(&log[..ends[1].start]);
        assert!(!is_damaged(&older));
    }

    #[tokio::test]
    async fn any_bit_that_turned_over_before_the_last_transaction_but_one_is_noticed() {
        let (log, transactions) = log().await;
        for at in (0..transactions[1].end).step_by(7) {
            let mut log = log.clone();
            log[at] ^= 1 << (at % 8);
            assert!(is_damaged(&log), "byte {at}");
        }
        let mut noisy = log.clone();
        noisy[..PAGE_BYTES].fill(0x5a);
        assert!(is_damaged(&noisy));
    }
}
