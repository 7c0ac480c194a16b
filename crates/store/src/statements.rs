//! Statements: what one transaction writes.

use sqlx::SqliteConnection;

use crate::Result;

/// Statements with their values, in order. Whatever is sealed is sealed before, once, so that a
/// transaction that is tried again writes the same.
#[derive(Default)]
pub(crate) struct Statements(Vec<(&'static str, Vec<Value>)>);

pub(crate) enum Value {
    None,
    Number(i64),
    Bytes(Vec<u8>),
}

impl Statements {
    pub fn push<const N: usize>(&mut self, statement: &'static str, values: [Value; N]) {
        self.0.push((statement, values.into()));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is one of them only, which needs no transaction.
    pub fn is_single(&self) -> bool {
        self.0.len() == 1
    }

    /// Does them, without an end.
    pub async fn perform(&self, tx: &mut SqliteConnection) -> Result<()> {
        for (statement, values) in &self.0 {
            let query = values.iter().fold(sqlx::query(*statement), |query, value| match value {
                Value::None => query.bind(None::<&[u8]>),
                Value::Number(number) => query.bind(*number),
                Value::Bytes(bytes) => query.bind(bytes.as_slice()),
            });
            query.execute(&mut *tx).await?;
        }
        Ok(())
    }
}
