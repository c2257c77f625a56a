//! Decision points and exposures: appended, never changed but for the moment of first showing.

use astro_core::calendar::Timestamp;
use astro_core::ids::DecisionId;
use astro_core::recommendations::{
    DecisionPoint, DecisionTrigger, Exploration, Exposure, Hash128, Surface, pack, unpack,
};
use uuid::Uuid;

use crate::columns::Row;
use crate::{Columns, Read, Statement, StoreError, Write};

pub(super) const STATEMENTS: &[Statement] = &[
    INSERT_POINT,
    GET_POINT,
    ALL_POINTS,
    UNASKED,
    INSERT_EXPOSURE,
    GET_EXPOSURE,
    ALL_EXPOSURES,
    MARK_SHOWN,
    INSERT_PARAMETERS,
    GET_PARAMETERS,
    ALL_PARAMETERS,
];

const POINTS: &str = "decision_points";
const EXPOSURES: &str = "exposures";
const PARAMETERS: &str = "policy_parameters";

const INSERT_POINT: Statement = Statement::new(
    "decision_points.insert",
    "INSERT INTO decision_points (owner_id, id, at, tz_offset_s, trigger_code, surface, time_available_s, situation, available, spoke, \
     silence, left_out) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
);
const GET_POINT: Statement = Statement::new(
    "decision_points.get",
    "SELECT id, at, tz_offset_s, trigger_code, surface, time_available_s, situation, available, spoke, silence, left_out \
     FROM decision_points WHERE owner_id = $1 AND id = $2",
);
const ALL_POINTS: Statement = Statement::new(
    "decision_points.all",
    "SELECT id, at, tz_offset_s, trigger_code, surface, time_available_s, situation, available, spoke, silence, left_out \
     FROM decision_points WHERE owner_id = $1 AND id > $2 ORDER BY id LIMIT $3",
);
const UNASKED: Statement = Statement::new(
    "decision_points.unasked",
    "SELECT at FROM decision_points WHERE owner_id = $1 AND spoke = 1 AND trigger_code <> 0 AND at >= $2 ORDER BY at",
);
const INSERT_EXPOSURE: Statement = Statement::new(
    "exposures.insert",
    "INSERT INTO exposures (owner_id, decision_id, policy, policy_version, models, parameters, reward_version, feature_schema, candidates, \
     chosen, p_speak, p_choice, propensity, slate, exploration, draw_key, draw_counter, shown_at, explanation) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
);
const GET_EXPOSURE: Statement = Statement::new(
    "exposures.get",
    "SELECT decision_id, policy, policy_version, models, parameters, reward_version, feature_schema, candidates, chosen, p_speak, p_choice, \
     propensity, slate, exploration, draw_key, draw_counter, shown_at, explanation FROM exposures WHERE owner_id = $1 AND decision_id = $2",
);
const ALL_EXPOSURES: Statement = Statement::new(
    "exposures.all",
    "SELECT decision_id, policy, policy_version, models, parameters, reward_version, feature_schema, candidates, chosen, p_speak, p_choice, \
     propensity, slate, exploration, draw_key, draw_counter, shown_at, explanation FROM exposures \
     WHERE owner_id = $1 AND decision_id > $2 ORDER BY decision_id LIMIT $3",
);
const MARK_SHOWN: Statement = Statement::new(
    "exposures.mark_shown",
    "UPDATE exposures SET shown_at = $3 WHERE owner_id = $1 AND decision_id = $2 AND shown_at IS NULL",
);
const INSERT_PARAMETERS: Statement = Statement::new(
    "policy_parameters.insert",
    "INSERT INTO policy_parameters (owner_id, hash, content) VALUES ($1, $2, $3) ON CONFLICT (owner_id, hash) DO NOTHING",
);
const GET_PARAMETERS: Statement = Statement::new(
    "policy_parameters.get",
    "SELECT content FROM policy_parameters WHERE owner_id = $1 AND hash = $2",
);
const ALL_PARAMETERS: Statement = Statement::new(
    "policy_parameters.all",
    "SELECT hash, content FROM policy_parameters WHERE owner_id = $1 ORDER BY hash",
);

pub async fn insert_point(write: &mut Write, point: &DecisionPoint) -> Result<(), StoreError> {
    let args = write
        .args()
        .uuid(point.id.uuid())
        .time(point.at)
        .int(point.tz_offset_s)
        .int(point.trigger.code())
        .int(point.surface.code())
        .opt_int(point.time_available_s)
        .json(&point.situation)
        .flag(point.available)
        .flag(point.spoke)
        .json(&point.silence)
        .json(&point.left_out);
    write.execute(&INSERT_POINT, args).await.map(drop)
}

fn read_point(row: &Row) -> Result<DecisionPoint, StoreError> {
    let mut columns = row.columns(POINTS);
    Ok(DecisionPoint {
        id: columns.uuid()?,
        at: columns.time()?,
        tz_offset_s: columns.small()?,
        trigger: columns.code(DecisionTrigger::from_code)?,
        surface: columns.code(Surface::from_code)?,
        time_available_s: columns.opt_small()?,
        situation: columns.json()?,
        available: columns.flag()?,
        spoke: columns.flag()?,
        silence: columns.json()?,
        left_out: columns.json()?,
    })
}

pub async fn point(read: &mut Read, id: DecisionId) -> Result<Option<DecisionPoint>, StoreError> {
    let args = read.args().uuid(id.uuid());
    let row = read.fetch_optional(&GET_POINT, args).await?;
    row.as_ref().map(read_point).transpose()
}

/// All decision points in order, after one.
pub async fn all_points(
    read: &mut Read,
    after: Uuid,
    limit: u32,
) -> Result<Vec<DecisionPoint>, StoreError> {
    let args = read.args().uuid(after).int(limit);
    let rows = read.fetch_all(&ALL_POINTS, args).await?;
    rows.iter().map(read_point).collect()
}

/// When the product spoke without being asked, from a moment on.
pub async fn unasked_since(
    read: &mut Read,
    since: Timestamp,
) -> Result<Vec<Timestamp>, StoreError> {
    let args = read.args().time(since);
    let rows = read.fetch_all(&UNASKED, args).await?;
    rows.iter().map(|row| row.columns(POINTS).time()).collect()
}

pub async fn insert_exposure(write: &mut Write, exposure: &Exposure) -> Result<(), StoreError> {
    let args = write
        .args()
        .uuid(exposure.decision_id.uuid())
        .text(&exposure.policy)
        .text(&exposure.policy_version)
        .json(&exposure.models)
        .blob(exposure.parameters.0)
        .text(&exposure.reward_version)
        .blob(exposure.feature_schema.0)
        .blob(pack(&exposure.candidates))
        .opt_int(exposure.chosen)
        .real(exposure.p_speak)
        .real(exposure.p_choice)
        .real(exposure.propensity)
        .json(&exposure.slate)
        .int(exposure.exploration.code())
        .blob(exposure.draw_key.0)
        .int(exposure.draw_counter)
        .opt_time(exposure.shown_at)
        .opt_blob(exposure.explanation.map(|hash| hash.0.to_vec()));
    write.execute(&INSERT_EXPOSURE, args).await.map(drop)
}

fn read_exposure(row: &Row) -> Result<Exposure, StoreError> {
    let mut columns = row.columns(EXPOSURES);
    Ok(Exposure {
        decision_id: columns.uuid()?,
        policy: columns.text()?,
        policy_version: columns.text()?,
        models: columns.json()?,
        parameters: columns.hash()?,
        reward_version: columns.text()?,
        feature_schema: columns.hash()?,
        candidates: columns.decoded(unpack)?,
        chosen: columns.opt_small()?,
        p_speak: columns.real()?,
        p_choice: columns.real()?,
        propensity: columns.real()?,
        slate: columns.json()?,
        exploration: columns.code(Exploration::from_code)?,
        draw_key: columns.hash()?,
        draw_counter: columns.small()?,
        shown_at: columns.opt_time()?,
        explanation: columns.opt_hash()?,
    })
}

impl Columns<'_> {
    fn hash(&mut self) -> Result<Hash128, StoreError> {
        self.decoded(|bytes| <[u8; 16]>::try_from(bytes).map(Hash128))
    }

    fn opt_hash(&mut self) -> Result<Option<Hash128>, StoreError> {
        self.opt_decoded(|bytes| <[u8; 16]>::try_from(bytes).map(Hash128))
    }
}

pub async fn exposure(
    read: &mut Read,
    decision: DecisionId,
) -> Result<Option<Exposure>, StoreError> {
    let args = read.args().uuid(decision.uuid());
    let row = read.fetch_optional(&GET_EXPOSURE, args).await?;
    row.as_ref().map(read_exposure).transpose()
}

/// All exposures in order of their decisions, after one.
pub async fn all_exposures(
    read: &mut Read,
    after: Uuid,
    limit: u32,
) -> Result<Vec<Exposure>, StoreError> {
    let args = read.args().uuid(after).int(limit);
    let rows = read.fetch_all(&ALL_EXPOSURES, args).await?;
    rows.iter().map(read_exposure).collect()
}

/// Notes when the slate was first seen; later moments change nothing.
pub async fn mark_shown(
    write: &mut Write,
    decision: DecisionId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let args = write.args().uuid(decision.uuid()).time(at);
    write.execute(&MARK_SHOWN, args).await.map(drop)
}

/// Keeps the JSON of a policy's parameters under its hash.
pub async fn keep_parameters(
    write: &mut Write,
    hash: Hash128,
    content: &str,
) -> Result<(), StoreError> {
    let args = write.args().blob(hash.0).text(content);
    write.execute(&INSERT_PARAMETERS, args).await.map(drop)
}

pub async fn parameters(read: &mut Read, hash: Hash128) -> Result<Option<String>, StoreError> {
    let args = read.args().blob(hash.0);
    read.fetch_optional(&GET_PARAMETERS, args)
        .await?
        .map(|row| row.columns(PARAMETERS).text())
        .transpose()
}

/// Every set of parameters that a policy ever had.
pub async fn all_parameters(read: &mut Read) -> Result<Vec<(Hash128, String)>, StoreError> {
    let args = read.args();
    let rows = read.fetch_all(&ALL_PARAMETERS, args).await?;
    rows.iter()
        .map(|row| {
            let mut columns = row.columns(PARAMETERS);
            Ok((columns.hash()?, columns.text()?))
        })
        .collect()
}
