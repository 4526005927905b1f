//! What happened in a run: each try as it was sent and received, and the events in their order.

use super::Reader;
use crate::domain::Event;
use crate::store::{StoreError, compress};

/// A try on the wire, unpacked.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Number of the cell.
    pub cell: u64,
    /// Number of the try, from 1.
    pub n: u32,
    /// Start in microseconds since 1970 UTC.
    pub started_us: i64,
    /// Length in microseconds.
    pub total_us: u64,
    /// HTTP status, when a head came.
    pub status: Option<u16>,
    /// The request's id at the server.
    pub request_id: Option<String>,
    /// Address it went to.
    pub url: String,
    /// Request body.
    pub request: Vec<u8>,
    /// Kept headers as JSON.
    pub head: Option<String>,
    /// Response body.
    pub response: Option<Vec<u8>>,
    /// The fault as JSON.
    pub fault: Option<String>,
}

impl Reader {
    /// The tries of a cell, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn attempts(&self, cell: u64) -> Result<Vec<Attempt>, StoreError> {
        let read = || -> rusqlite::Result<Vec<Attempt>> {
            let mut statement = self.connection.prepare_cached(
                "SELECT cell, n, started_us, total_us, status, request_id, url, request, head, response, fault
                 FROM attempts WHERE cell = ?1 ORDER BY id",
            )?;
            let rows = statement.query_map([cell.cast_signed()], |row| {
                Ok(Attempt {
                    cell: row.get::<_, i64>(0)?.cast_unsigned(),
                    n: row.get(1)?,
                    started_us: row.get(2)?,
                    total_us: row.get::<_, i64>(3)?.cast_unsigned(),
                    status: row.get(4)?,
                    request_id: row.get(5)?,
                    url: row.get(6)?,
                    request: compress::unpack(&row.get::<_, Vec<u8>>(7)?).unwrap_or_default(),
                    head: row.get(8)?,
                    response: row
                        .get::<_, Option<Vec<u8>>>(9)?
                        .and_then(|packed| compress::unpack(&packed)),
                    fault: row.get(10)?,
                })
            })?;
            rows.collect()
        };
        read().map_err(|error| self.fail(&error))
    }

    /// The events, in order, with their times in microseconds since 1970 UTC.
    ///
    /// # Errors
    /// When the database fails; events of newer kinds are passed over.
    pub fn events(&self) -> Result<Vec<(i64, Event)>, StoreError> {
        let read = || -> rusqlite::Result<Vec<(i64, Event)>> {
            let mut statement = self.connection.prepare("SELECT at_us, body FROM events ORDER BY id")?;
            let rows = statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
            let mut events = Vec::new();
            for row in rows {
                let (at, body) = row?;
                if let Ok(event) = serde_json::from_str(&body) {
                    events.push((at, event));
                }
            }
            Ok(events)
        };
        read().map_err(|error| self.fail(&error))
    }
}
