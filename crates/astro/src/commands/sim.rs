//! `astro sim`: simulated people, whose truth is known. Needs no server and touches nobody's data.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use astro_sim::run::{Files, Totals};
use astro_sim::{Behaviour, World};
use serde_json::json;

use crate::cli::{SimArgs, SimBehaviour, SimCommand};
use crate::failure::Misuse;
use crate::progress;
use crate::screen::Screen;

/// What is written.
const NAMES: [&str; 3] = ["events.jsonl", "exposures.jsonl", "truth.jsonl"];

pub fn run(command: &SimCommand, screen: &mut Screen) -> anyhow::Result<ExitCode> {
    match command {
        SimCommand::Run(args) => simulate(args, screen)?,
        SimCommand::Worlds => worlds(screen)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn simulate(args: &SimArgs, screen: &mut Screen) -> anyhow::Result<()> {
    let mut world = match args.world.as_str() {
        "unseen" => World::unseen(args.seed),
        name => World::named(name),
    }
    .map_err(|error| Misuse::error(error.to_string()))?;
    world.people = args.people.unwrap_or(world.people);
    world.days = args.days.unwrap_or(world.days);
    if !(0.0..=1.0).contains(&args.p_speak) {
        return Err(Misuse::error("--p-speak is a probability, from 0 to 1"));
    }
    let behaviour = match args.behaviour {
        SimBehaviour::Silent => Behaviour::Silent,
        SimBehaviour::EarliestDue => Behaviour::EarliestDue,
        SimBehaviour::Random => Behaviour::Random {
            p_speak: args.p_speak,
        },
    };
    fs::create_dir_all(&args.out).with_context(|| format!("making {}", args.out.display()))?;
    let [events, exposures, truth] = NAMES.map(|name| create(&args.out.join(name)));
    let mut files = Files {
        events: events?,
        exposures: exposures?,
        truth: truth?,
    };
    let people = u64::from(world.people);
    let bar = progress::bar(screen, "people");
    let totals = astro_sim::run::run(&world, args.seed, behaviour, &mut files, |done| {
        bar.set(done, people);
    });
    bar.finish();
    let totals = totals.with_context(|| format!("writing to {}", args.out.display()))?;
    for file in [&mut files.events, &mut files.exposures, &mut files.truth] {
        file.flush()?;
    }
    tell(args, &world, &totals, screen)
}

fn create(path: &Path) -> anyhow::Result<BufWriter<File>> {
    let file = File::create(path).with_context(|| format!("making {}", path.display()))?;
    Ok(BufWriter::new(file))
}

fn tell(args: &SimArgs, world: &World, totals: &Totals, screen: &mut Screen) -> anyhow::Result<()> {
    if screen.is_json() {
        screen.json(&json!({
            "world": args.world, "seed": args.seed, "people": totals.people, "days": world.days,
            "events": totals.events, "decisions": totals.decisions, "spoken": totals.spoken,
            "accepted": totals.accepted, "turned_off": totals.turned_off, "reward": totals.reward,
        }))?;
        return Ok(());
    }
    screen.line(format_args!("{}: {}", args.world, world.about))?;
    screen.line(format_args!(
        "{} people, {} days, {} events; {} moments, {} suggestions, {} accepted, {} turned the assistant off",
        totals.people,
        world.days,
        totals.events,
        totals.decisions,
        totals.spoken,
        totals.accepted,
        totals.turned_off,
    ))?;
    screen.line(format_args!("written to {}", args.out.display()))?;
    Ok(())
}

fn worlds(screen: &mut Screen) -> anyhow::Result<()> {
    let named = World::names()?
        .into_iter()
        .map(|name| Ok((World::named(&name)?.about, name)));
    let all: Vec<(String, String)> = named.collect::<Result<_, astro_sim::WorldError>>()?;
    if screen.is_json() {
        let all = all
            .iter()
            .map(|(about, name)| json!({ "name": name, "about": about }));
        screen.json(&all.collect::<Vec<_>>())?;
        return Ok(());
    }
    for (about, name) in all {
        screen.line(format_args!("{name:<4} {about}"))?;
    }
    Ok(())
}
