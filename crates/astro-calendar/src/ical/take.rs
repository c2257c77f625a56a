//! Taking a property's value and parameters into its typed place.

use jiff::Timestamp;

use super::{
    Extra, Problem, RawLine, RawParams, Relation, Warning,
    line::{params, quotes_are_paired},
    property::{Property, is_uri},
    read::Reader,
    values::{Written, read_value, to_instant, to_when},
};
use crate::{IsoDuration, When};

/// The parameters that a date or time takes in.
const OF_WHEN: &[&str] = &["VALUE", "TZID"];
const ONLY_VALUE: &[&str] = &["VALUE"];

impl Reader {
    /// Fills a property that may stand once. A second one is left out; one that is not understood is
    /// kept verbatim unless another is understood.
    pub fn take<T>(
        &mut self,
        slot: &mut Option<T>,
        extra: &mut Extra,
        p: &Property<'_>,
        value: Option<T>,
    ) {
        self.take_with(slot, extra, p, value, &[]);
    }

    fn take_with<T>(
        &mut self,
        slot: &mut Option<T>,
        extra: &mut Extra,
        p: &Property<'_>,
        value: Option<T>,
        taken: &[&str],
    ) {
        match (slot.is_some(), value) {
            (true, _) => self.warn(p, Problem::repeated(p.line.as_str())),
            (false, None) => {
                self.warn(p, Problem::unreadable(p.value));
                extra.lines.push(p.line.clone());
            }
            (false, Some(value)) => {
                *slot = Some(value);
                let unread = |line: &RawLine| line.name().eq_ignore_ascii_case(&p.name);
                for line in extra.lines.extract_if(.., |line| unread(line)) {
                    self.warn(p, Problem::repeated(line.as_str()));
                }
                self.keep_params(extra, p, taken);
            }
        }
    }

    pub fn take_when(&mut self, slot: &mut Option<When>, extra: &mut Extra, p: &Property<'_>) {
        let when = self.when(p, p.value);
        let undefined = p.param("TZID").filter(|tzid| self.zones.is_defined(tzid));
        // an unknown zone that the file itself describes is kept for those who know it
        let keeps_zone = undefined.is_some() && matches!(when, Some(When::Floating(_)));
        self.take_with(
            slot,
            extra,
            p,
            when,
            if keeps_zone { ONLY_VALUE } else { OF_WHEN },
        );
    }

    pub fn take_instant(
        &mut self,
        slot: &mut Option<Timestamp>,
        extra: &mut Extra,
        p: &Property<'_>,
    ) {
        let when = self.when(p, p.value);
        let read = when.as_ref().and_then(to_instant);
        // Nextcloud and Synology leave out the Z of these three, always meaning UTC
        let is_usual = matches!(p.name.as_str(), "DTSTAMP" | "CREATED" | "LAST-MODIFIED");
        if !is_usual && read.is_some_and(|(_, assumed)| assumed) {
            self.warn(p, Problem::AssumedUtc);
        }
        self.take_with(slot, extra, p, read.map(|(instant, _)| instant), OF_WHEN);
    }

    pub fn take_list(&mut self, list: &mut Vec<When>, extra: &mut Extra, p: &Property<'_>) {
        let values: Option<Vec<When>> = p.value.split(',').map(|text| self.when(p, text)).collect();
        if let Some(values) = values {
            self.keep_params(extra, p, OF_WHEN);
            list.extend(values);
        } else {
            self.warn(p, Problem::unreadable(p.value));
            extra.lines.push(p.line.clone());
        }
    }

    /// A date or time of a property, in the zone of its `TZID`.
    pub fn when(&mut self, p: &Property<'_>, text: &str) -> Option<When> {
        let written = read_value(text)?;
        let Some(tzid) = p.param("TZID") else {
            return Some(to_when(written, None));
        };
        let zone = match written {
            Written::Local(_) => {
                let zone = self.zones.resolve(&tzid);
                if zone.is_none() {
                    self.warn(p, Problem::unknown_zone(&tzid));
                }
                zone
            }
            Written::Date(_) | Written::Instant(_) => {
                self.warn(p, Problem::ZoneIgnored);
                None
            }
        };
        Some(to_when(written, zone.as_ref()))
    }

    pub fn relation(&mut self, p: &Property<'_>) -> Relation {
        let gap: Option<IsoDuration> = p.param("GAP").and_then(|gap| gap.parse().ok());
        let taken: &[&str] = if gap.is_some() {
            &["RELTYPE", "GAP"]
        } else {
            &["RELTYPE"]
        };
        let params = self.kept_params(p, taken);
        let value = if is_uri(&params) {
            p.value.to_owned()
        } else {
            p.text()
        };
        Relation {
            reltype: p.param("RELTYPE"),
            value,
            gap,
            params,
        }
    }

    /// Keeps the parameters of a typed property but for those that its value took in.
    pub fn keep_params(&mut self, extra: &mut Extra, p: &Property<'_>, taken: &[&str]) {
        let kept = self.kept_params(p, taken);
        if kept.is_empty() {
            return;
        }
        match extra.params.get(&p.name) {
            None => {
                extra.params.insert(p.name.clone(), kept);
            }
            Some(same) if *same == kept => {}
            Some(_) => self.warn(p, Problem::parameters_dropped(kept.as_str())),
        }
    }

    pub fn kept_params(&mut self, p: &Property<'_>, taken: &[&str]) -> RawParams {
        if !quotes_are_paired(p.params) {
            self.warn(p, Problem::parameters_dropped(p.params));
            return RawParams::default();
        }
        let is_taken = |name: &str| taken.iter().any(|taken| name.eq_ignore_ascii_case(taken));
        RawParams::collect(params(p.params).filter(|param| !is_taken(param.name)))
    }

    pub fn warn(&mut self, p: &Property<'_>, problem: Problem) {
        self.warnings.push(Warning::new(p.number, &p.name, problem));
    }
}
