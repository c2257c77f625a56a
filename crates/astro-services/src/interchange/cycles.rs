//! Files may hold what no store may: tasks that wait for themselves or for what they are a part of,
//! or that are parts of themselves. Such edges are found before anything is written.

use std::collections::{HashMap, HashSet};

use astro_core::limits;

use super::plan::PlannedTask;

/// Edges of a file that must not be followed, as (from, to) uids.
#[derive(Debug, Default)]
pub struct Broken {
    pub dependencies: HashSet<(String, String)>,
    pub parents: HashSet<String>,
}

/// Finds the edges whose absence leaves no circle, and parents that are nested too deep.
pub fn find(tasks: &[PlannedTask]) -> Broken {
    let at: HashMap<&str, usize> = tasks
        .iter()
        .enumerate()
        .map(|(index, task)| (task.uid.as_str(), index))
        .collect();
    let edges = |uids: &mut dyn Iterator<Item = &String>| -> Vec<usize> {
        uids.filter_map(|uid| at.get(uid.as_str()).copied())
            .collect()
    };
    let waits: Vec<Vec<usize>> = tasks
        .iter()
        .map(|task| edges(&mut task.says.depends_on.iter()))
        .collect();
    let name = |index: usize| tasks[index].uid.clone();
    let mut dependencies: HashSet<(String, String)> = back_edges(&waits)
        .into_iter()
        .map(|(from, to)| (name(from), name(to)))
        .collect();
    let parts: Vec<Vec<usize>> = tasks
        .iter()
        .map(|task| edges(&mut task.says.parent.iter()))
        .collect();
    let mut parents: HashSet<String> = back_edges(&parts)
        .into_iter()
        .map(|(from, _)| name(from))
        .collect();
    for index in by_depth(tasks, &parts, &mut parents).1 {
        parents.insert(name(index));
    }
    for (from, whole) in waits_for_wholes(tasks, &waits, &parts, &parents) {
        dependencies.insert((name(from), name(whole)));
    }
    Broken {
        dependencies,
        parents,
    }
}

/// Who waits for what it is a part of, near or far.
fn waits_for_wholes(
    tasks: &[PlannedTask],
    waits: &[Vec<usize>],
    parts: &[Vec<usize>],
    cut: &HashSet<String>,
) -> Vec<(usize, usize)> {
    let whole = |index: usize| {
        let parent = parts[index].first().copied();
        parent.filter(|_| !cut.contains(&tasks[index].uid))
    };
    let mut found = Vec::new();
    for (from, others) in waits.iter().enumerate() {
        let around = std::iter::successors(whole(from), |index| whole(*index));
        let around = around.take(limits::TREE_DEPTH);
        found.extend(
            around
                .filter(|index| others.contains(index))
                .map(|index| (from, index)),
        );
    }
    found
}

/// The tasks with every parent before its parts, otherwise in the order of the file.
pub fn parents_first(tasks: Vec<PlannedTask>, broken: &Broken) -> Vec<PlannedTask> {
    let at: HashMap<&str, usize> = tasks
        .iter()
        .enumerate()
        .map(|(index, task)| (task.uid.as_str(), index))
        .collect();
    let parts: Vec<Vec<usize>> = tasks
        .iter()
        .map(|task| {
            let parent = task.says.parent.iter();
            parent
                .filter_map(|uid| at.get(uid.as_str()).copied())
                .collect()
        })
        .collect();
    let (depths, _) = by_depth(&tasks, &parts, &mut broken.parents.clone());
    let mut ordered: Vec<(usize, PlannedTask)> = depths.into_iter().zip(tasks).collect();
    // a series finds what is open of it already
    ordered.sort_by_key(|(depth, task)| (*depth, task.occurrence_of.is_none()));
    ordered.into_iter().map(|(_, task)| task).collect()
}

/// How deep each task lies below the outermost one of the file, and which lie too deep; those
/// count as outermost themselves.
fn by_depth(
    tasks: &[PlannedTask],
    parts: &[Vec<usize>],
    cut: &mut HashSet<String>,
) -> (Vec<usize>, Vec<usize>) {
    let mut depths: Vec<Option<usize>> = vec![None; parts.len()];
    let mut too_deep = Vec::new();
    for start in 0..parts.len() {
        let mut path = Vec::new();
        let mut next = Some(start);
        while let Some(index) = next.filter(|index| depths[*index].is_none()) {
            path.push(index);
            let parent = parts[index].first().copied();
            next = parent.filter(|_| !cut.contains(&tasks[index].uid));
        }
        let mut depth = next
            .and_then(|index| depths[index])
            .map_or(0, |depth| depth + 1);
        for index in path.into_iter().rev() {
            if depth >= limits::TREE_DEPTH {
                cut.insert(tasks[index].uid.clone());
                too_deep.push(index);
                depth = 0;
            }
            depths[index] = Some(depth);
            depth += 1;
        }
    }
    (
        depths.into_iter().map(Option::unwrap_or_default).collect(),
        too_deep,
    )
}

/// The edges that close a circle, by a walk that is not recursive: files may be long chains.
fn back_edges(graph: &[Vec<usize>]) -> Vec<(usize, usize)> {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        No,
        OnPath,
        Done,
    }
    let mut seen = vec![Seen::No; graph.len()];
    let mut found = Vec::new();
    for start in 0..graph.len() {
        if seen[start] != Seen::No {
            continue;
        }
        let mut path = vec![(start, 0)];
        seen[start] = Seen::OnPath;
        while let Some((node, edge)) = path.pop() {
            let Some(&next) = graph[node].get(edge) else {
                seen[node] = Seen::Done;
                continue;
            };
            path.push((node, edge + 1));
            match seen[next] {
                Seen::OnPath => found.push((node, next)),
                Seen::Done => {}
                Seen::No => {
                    seen[next] = Seen::OnPath;
                    path.push((next, 0));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::interchange::portable::Portable;

    fn tasks(parents: &[Option<usize>], waits: &[(usize, usize)]) -> Vec<PlannedTask> {
        let task = |(index, parent): (usize, &Option<usize>)| {
            let mut says = Portable::titled("x");
            says.parent = parent.map(|parent| parent.to_string());
            says.depends_on = waits
                .iter()
                .filter(|(from, _)| *from == index)
                .map(|(_, to)| to.to_string())
                .collect();
            PlannedTask {
                uid: index.to_string(),
                place: String::new(),
                occurrence_of: None,
                says,
                updated_at: None,
                kept: None,
                history: Vec::new(),
                work: Vec::new(),
            }
        };
        parents.iter().enumerate().map(task).collect()
    }

    #[test]
    fn a_long_chain_of_parts_is_cut_and_a_long_chain_of_waits_is_not() {
        let parents: Vec<Option<usize>> =
            (0..40).map(|index: usize| index.checked_sub(1)).collect();
        let waits: Vec<(usize, usize)> = (1..40).map(|index| (index, index - 1)).collect();
        assert_eq!(find(&tasks(&parents, &[])).parents.len(), 2);
        let broken = find(&tasks(&vec![None; 40], &waits));
        assert!(broken.dependencies.is_empty());
    }

    #[test]
    fn a_part_waits_for_nothing_around_it() {
        let parents = [None, Some(0), Some(1), None];
        let broken = find(&tasks(&parents, &[(2, 0), (2, 1), (2, 3), (0, 3)]));
        let edge = |to: &str| ("2".to_owned(), to.to_owned());
        assert_eq!(broken.dependencies, HashSet::from([edge("0"), edge("1")]));
        assert!(broken.parents.is_empty());
    }

    proptest! {
        #[test]
        fn what_is_left_has_no_circles_and_parents_come_first(
            parents in prop::collection::vec(prop::option::of(0..12_usize), 12),
            waits in prop::collection::vec((0..12_usize, 0..12_usize), 0..30),
        ) {
            let tasks = tasks(&parents, &waits);
            let broken = find(&tasks);
            let ordered = parents_first(tasks, &broken);
            let mut met = HashSet::new();
            for task in &ordered {
                if let Some(parent) = &task.says.parent && !broken.parents.contains(&task.uid) {
                    prop_assert!(met.contains(parent));
                }
                met.insert(task.uid.clone());
            }
            for task in &ordered {
                let mut around = &task.uid;
                while !broken.parents.contains(around)
                    && let Some(parent) = ordered.iter().find(|other| other.uid == *around).and_then(|other| other.says.parent.as_ref())
                {
                    let waits = task.says.depends_on.contains(parent);
                    prop_assert!(!waits || broken.dependencies.contains(&(task.uid.clone(), parent.clone())));
                    around = parent;
                }
            }
            // taking away what waits for nothing, again and again, leaves nothing
            let mut open: HashMap<String, HashSet<String>> = ordered
                .iter()
                .map(|task| {
                    let waits = task.says.depends_on.iter().filter(|to| {
                        !broken.dependencies.contains(&(task.uid.clone(), (*to).clone()))
                    });
                    (task.uid.clone(), waits.cloned().collect())
                })
                .collect();
            while !open.is_empty() {
                let free: Vec<String> = open
                    .iter()
                    .filter(|(_, waits)| waits.iter().all(|to| !open.contains_key(to)))
                    .map(|(uid, _)| uid.clone())
                    .collect();
                prop_assert!(!free.is_empty());
                for uid in &free {
                    open.remove(uid);
                }
            }
        }
    }
}
