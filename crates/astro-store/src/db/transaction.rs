//! What callers hold while they read or write.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use astro_core::calendar::TimeZone;
use astro_core::principal::Scope;

use super::commits::{Touched, Wake};
use super::conn::Conn;
use crate::columns::Row;
use crate::dialect::{self, Engine};
use crate::{Args, Statement, StoreError};

const PING: Statement = Statement::new("admin.ping", "SELECT 1");

/// One owner's rows, for reading.
#[derive(Debug)]
pub struct Read {
    conn: Conn,
    scope: Scope,
}

impl Read {
    pub(super) fn new(conn: Conn, scope: Scope) -> Self {
        Self { conn, scope }
    }

    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Starts an argument list with the owner as `$1`.
    pub(crate) fn args(&self) -> Args {
        Args::of(&self.scope)
    }

    pub(crate) fn engine(&self) -> Engine {
        self.conn.engine()
    }

    /// Makes all that follows see one moment. Writes always do.
    pub async fn snapshot(&mut self) -> Result<(), StoreError> {
        self.conn.begin_snapshot().await
    }

    pub(crate) async fn fetch_all(
        &mut self,
        statement: &Statement,
        args: Args,
    ) -> Result<Vec<Row>, StoreError> {
        self.conn.fetch_all(statement, args).await
    }

    pub(crate) async fn fetch_optional(
        &mut self,
        statement: &Statement,
        args: Args,
    ) -> Result<Option<Row>, StoreError> {
        self.conn.fetch_optional(statement, args).await
    }

    pub(super) async fn finish(self, keep: bool) -> Result<(), StoreError> {
        self.conn.finish(keep).await
    }
}

/// One owner's rows, for reading and writing; everything is kept or nothing.
#[derive(Debug)]
pub struct Write {
    read: Read,
    /// Change numbers that were taken from the owner's counter and not given out yet.
    reserved: std::ops::Range<i64>,
    zone: Option<Arc<TimeZone>>,
    touched: Touched,
}

impl Deref for Write {
    type Target = Read;

    fn deref(&self) -> &Read {
        &self.read
    }
}

impl DerefMut for Write {
    fn deref_mut(&mut self) -> &mut Read {
        &mut self.read
    }
}

impl Write {
    pub(super) fn new(conn: Conn, scope: Scope, touched: Touched) -> Self {
        Self {
            read: Read::new(conn, scope),
            reserved: 0..0,
            zone: None,
            touched,
        }
    }

    /// Notes that the write leaves something to be done, once it is committed.
    pub(crate) fn wakes(&self, wake: Wake) {
        self.touched.note(wake);
    }

    pub(super) fn into_conn(self) -> Conn {
        self.read.conn
    }

    pub(crate) async fn execute(
        &mut self,
        statement: &Statement,
        args: Args,
    ) -> Result<u64, StoreError> {
        self.read.conn.execute(statement, args).await
    }

    pub(crate) fn reserved(&mut self) -> &mut std::ops::Range<i64> {
        &mut self.reserved
    }

    pub(crate) fn known_zone(&self) -> Option<Arc<TimeZone>> {
        self.zone.clone()
    }

    pub(crate) fn remember_zone(&mut self, zone: Arc<TimeZone>) {
        self.zone = Some(zone);
    }

    pub(crate) fn forget_zone(&mut self) {
        self.zone = None;
    }
}

/// Reference tables: tenants, accounts, sessions, tokens. Gives no way to personal rows.
#[derive(Debug)]
pub struct Admin {
    conn: Conn,
}

impl Admin {
    pub(super) fn new(conn: Conn) -> Self {
        Self { conn }
    }

    pub(super) fn into_conn(self) -> Conn {
        self.conn
    }

    pub(crate) async fn fetch_all(
        &mut self,
        statement: &Statement,
        args: Args,
    ) -> Result<Vec<Row>, StoreError> {
        self.conn.fetch_all(statement, args).await
    }

    pub(crate) async fn fetch_optional(
        &mut self,
        statement: &Statement,
        args: Args,
    ) -> Result<Option<Row>, StoreError> {
        self.conn.fetch_optional(statement, args).await
    }

    pub(crate) async fn execute(
        &mut self,
        statement: &Statement,
        args: Args,
    ) -> Result<u64, StoreError> {
        self.conn.execute(statement, args).await
    }

    pub(crate) fn engine(&self) -> Engine {
        self.conn.engine()
    }

    /// Lets the rest of this transaction reach one owner's rows as well: for making and removing
    /// an account together with its data.
    pub(crate) async fn confine(&mut self, scope: &Scope) -> Result<(), StoreError> {
        self.conn.confine(dialect::set_owner(scope.owner())).await
    }

    /// Lets the engine read a statement without running it.
    pub(crate) async fn prepare(&mut self, statement: &Statement) -> Result<(), StoreError> {
        self.conn.prepare(statement).await
    }

    pub(crate) async fn ping(&mut self) -> Result<(), StoreError> {
        self.conn
            .fetch_optional(&PING, Args::none())
            .await
            .map(drop)
    }
}

/// Statements of this file, for the registry.
pub(crate) const STATEMENTS: &[Statement] = &[PING];
