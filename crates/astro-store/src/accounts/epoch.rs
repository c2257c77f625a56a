//! The count of changes that took rights away. Every process looks at it now and then, and asks the
//! login gate anew about everything that is open when it has moved.

use crate::{Admin, Args, Statement, StoreError};

pub(crate) const STATEMENTS: &[Statement] = &[GET, RAISE];

const GET: Statement = Statement::new(
    "access_epoch.get",
    "SELECT epoch FROM access_epoch WHERE id = 1",
);
const RAISE: Statement = Statement::new(
    "access_epoch.raise",
    "UPDATE access_epoch SET epoch = epoch + 1 WHERE id = 1",
);

pub async fn get(admin: &mut Admin) -> Result<i64, StoreError> {
    match admin.fetch_optional(&GET, Args::none()).await? {
        Some(row) => row.columns("access_epoch").int(),
        None => Ok(0),
    }
}

/// In the transaction of the change that takes rights away.
pub async fn raise(admin: &mut Admin) -> Result<(), StoreError> {
    admin.execute(&RAISE, Args::none()).await.map(drop)
}
