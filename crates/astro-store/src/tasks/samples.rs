//! Lists with every filter and every order, so that the registry can prepare what callers compose.

use astro_core::calendar::Timestamp;
use astro_core::page::{Cursor, CursorKey, PageRequest};
use astro_core::tasks::{TaskFilter, TaskSort, TaskState, TaskStatus};
use uuid::Uuid;

use super::list::{compose, interned};
use crate::dialect::Engine;
use crate::{Args, Statement};

/// The list's statement for each filter and each order, alone and together.
pub fn list_statements(engine: Engine) -> Vec<Statement> {
    let owner = || Args::none().uuid(Uuid::nil());
    let mut filters = alone();
    filters.push(together());
    filters.extend(TaskSort::ALL.iter().map(|sort| TaskFilter {
        sort: *sort,
        ..TaskFilter::default()
    }));
    filters
        .iter()
        .flat_map(|filter| pages(filter.sort).map(|page| compose(engine, owner(), filter, &page)))
        .flatten()
        .map(|(sql, _)| interned(sql))
        .collect()
}

/// The first page, and one after it.
fn pages(sort: TaskSort) -> [PageRequest; 2] {
    let key = if sort == TaskSort::Position {
        CursorKey::Text(String::new())
    } else {
        CursorKey::Int(0)
    };
    let after = Cursor {
        sort: sort.to_string(),
        key,
        id: Uuid::nil(),
    };
    [
        PageRequest {
            limit: 50,
            after: None,
        },
        PageRequest {
            limit: 50,
            after: Some(after),
        },
    ]
}

fn alone() -> Vec<TaskFilter> {
    let nil = Uuid::nil();
    let at = Some(Timestamp::UNIX_EPOCH);
    let none = TaskFilter::default;
    vec![
        none(),
        TaskFilter {
            status: vec![TaskStatus::NeedsAction, TaskStatus::InProcess],
            ..none()
        },
        TaskFilter {
            state: Some(TaskState::Waiting),
            ..none()
        },
        TaskFilter {
            project: Some(nil.into()),
            ..none()
        },
        TaskFilter {
            label: Some(nil.into()),
            ..none()
        },
        TaskFilter {
            parent: Some(nil.into()),
            ..none()
        },
        TaskFilter {
            series: Some(nil.into()),
            ..none()
        },
        TaskFilter {
            templates: true,
            ..none()
        },
        TaskFilter {
            due_from: at,
            due_to: at,
            ..none()
        },
        TaskFilter {
            start_from: at,
            start_to: at,
            ..none()
        },
        TaskFilter {
            completed_from: at,
            ..none()
        },
        TaskFilter {
            blocked: Some(true),
            ..none()
        },
        TaskFilter {
            blocked: Some(false),
            ..none()
        },
        TaskFilter {
            search: Some("word".to_owned()),
            ..none()
        },
        TaskFilter {
            trash: true,
            ..none()
        },
    ]
}

fn together() -> TaskFilter {
    let nil = Uuid::nil();
    let at = Some(Timestamp::UNIX_EPOCH);
    TaskFilter {
        status: TaskStatus::ALL.to_vec(),
        state: Some(TaskState::None),
        project: Some(nil.into()),
        label: Some(nil.into()),
        parent: Some(nil.into()),
        series: Some(nil.into()),
        templates: false,
        due_from: at,
        due_to: at,
        start_from: at,
        start_to: at,
        completed_from: at,
        blocked: Some(false),
        search: Some("two words".to_owned()),
        trash: false,
        sort: TaskSort::Due,
    }
}
