//! Ids for items whose format gives them none: the same file gives the same ids each time.

use std::collections::{HashMap, HashSet};

use astro_core::interchange::Format;
use uuid::Uuid;

/// `UUIDv5` namespace of derived ids (RFC 9562); fixed, since ids must be the same on every server.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f1d_3c58_9b1e_4c5a_8f0e_5f2a_7c41_d2b6);

#[derive(Debug)]
pub struct Identities {
    format: Format,
    seen: HashSet<String>,
    alike: HashMap<String, u32>,
}

impl Identities {
    pub fn new(format: Format) -> Self {
        Self {
            format,
            seen: HashSet::new(),
            alike: HashMap::new(),
        }
    }

    /// Whether this id was not met before.
    pub fn is_first(&mut self, uid: &str) -> bool {
        self.seen.insert(uid.to_owned())
    }

    /// An id that follows from what an item says; items that say the same are told apart by their
    /// order.
    pub fn derive(&mut self, says: &str) -> String {
        let number = self.alike.entry(says.to_owned()).or_default();
        *number += 1;
        Uuid::new_v5(
            &NAMESPACE,
            format!("{}\n{number}\n{says}", self.format).as_bytes(),
        )
        .to_string()
    }
}
