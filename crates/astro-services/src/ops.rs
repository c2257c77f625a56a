//! Operations: what devices did while nobody could see them, applied one after another.
//!
//! Each is a transaction of its own and goes through the operation that any other door would use.
//! An operation that fails leaves no trace and does not stop those after it, unless the store
//! cannot answer: then it and the rest are to be sent again, so that nothing is applied out of
//! order.

use astro_core::error::{Checks, ErrorKind};
use astro_core::sync::{Op, OpDone, OpKind};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::sync::nouns;
use crate::{Call, Error, Expected, Idempotency, Result, Services};

/// The fate of one operation.
#[derive(Debug)]
pub struct OpOutcome {
    pub op_id: Uuid,
    pub kind: OpKind,
    pub result: Result<OpDone>,
}

impl Services {
    /// Applies operations in order and answers the fate of each.
    pub async fn apply_ops(&self, call: &Call, ops: Vec<Op>) -> Vec<OpOutcome> {
        let mut outcomes = Vec::with_capacity(ops.len());
        let mut waiting = None;
        for op in ops {
            let (op_id, kind) = (op.op_id, op.kind);
            let result = match waiting {
                Some(retry_after_s) => Err(Error::Unavailable { retry_after_s }),
                None => self.apply_op(call, op).await,
            };
            if let Err(error) = &result
                && matches!(error.kind(), ErrorKind::Unavailable)
            {
                waiting = Some(1);
            }
            outcomes.push(OpOutcome {
                op_id,
                kind,
                result,
            });
        }
        outcomes
    }

    async fn apply_op(&self, call: &Call, op: Op) -> Result<OpDone> {
        check(&op)?;
        let document = serde_json::to_vec(&op).map_err(Error::internal)?;
        let creates = op.kind == OpKind::Create;
        let call = Call {
            idempotency: Some(Idempotency {
                key: format!("op:{}", op.op_id),
                request_hash: Sha256::digest(document).into(),
            }),
            expected_version: op
                .base_version
                .filter(|_| op.strict && !creates)
                .map(Expected::from),
            chosen_id: op.id.filter(|_| creates),
            ..call.clone()
        };
        let done = match nouns::find(op.entity) {
            Some(noun) => (noun.operate)(self, &call, op).await,
            None => nouns::answer(self, &call, op).await,
        };
        done.map_err(name_the_key)
    }
}

fn check(op: &Op) -> Result<()> {
    let mut checks = Checks::default();
    let is_v7 = |id: Uuid| id.get_version_num() == 7;
    let message = "must be a UUIDv7";
    checks.require(is_v7(op.op_id), "op_id", "not_v7", message);
    if op.kind == OpKind::Create {
        checks.require(op.id.is_none_or(is_v7), "id", "not_v7", message);
    } else {
        checks.require(
            !op.strict || op.base_version.is_some(),
            "base_version",
            "missing_field",
            "a strict operation says which version it knew",
        );
    }
    checks.finish().map_err(Error::Invalid)
}

/// The key of an operation is its own id, not a header.
fn name_the_key(error: Error) -> Error {
    match error {
        Error::Invalid(mut fields) => {
            for field in &mut fields {
                if field.field == "Idempotency-Key" {
                    "op_id".clone_into(&mut field.field);
                }
            }
            Error::Invalid(fields)
        }
        other => other,
    }
}
