//! What somebody answers to a suggestion, and what it does to them.

use uuid::Uuid;

use crate::life::{Life, Reply};
use crate::oracle::WINDOW;
use crate::record::Answer;
use crate::time::{Minute, whole};

/// Minutes until an answer, on average, while free and while busy.
const ANSWER_MIN: f64 = 8.0;
const ANSWER_BUSY_MIN: f64 = 25.0;
/// What a dismissal costs, in the currency of rewards.
const DISMISSAL: f64 = 0.1;

/// Answers a suggestion. The draws are of the answers' own stream.
pub(crate) fn answer(life: &mut Life, id: Uuid) -> Reply {
    let draws: Vec<f64> = (0..4).map(|_| life.answers.uniform()).collect();
    let world = life.world.clone();
    let now = life.now;
    let known = life.tasks.iter().find(|task| task.id == id);
    let Some(task) = known.filter(|task| task.is_open()).cloned() else {
        return reply(Answer::Ignored);
    };
    let person = life.person.clone();
    let attention = person.receptivity * libm::exp(-life.mind.habituation);
    let busy = if life.is_busy(now) { 0.35 } else { 1.0 };
    let notices = (attention * busy * 1.6).min(0.95);
    if draws[0] >= notices {
        life.mind.is_spoken_to(&world, &person, 0.3);
        return reply(Answer::Ignored);
    }
    // of those that are noticed the same draw says how soon
    let after_min = answered_after(draws[0] / notices, life.is_busy(now));
    let strength = strength(life, task.category);
    let wanted = life.pull(&task, now) + strength - 0.3 * life.mind.burden;
    let distance = wanted - life.threshold(now);
    let accepts = 1.0 / (1.0 + libm::exp(-distance / 0.12));
    if draws[1] < accepts {
        life.mind.is_spoken_to(&world, &person, 0.4);
        life.intend(id, strength);
        return Reply {
            after_min,
            ..reply(Answer::Accepted)
        };
    }
    life.mind.is_spoken_to(&world, &person, 1.0);
    let answer = match draws[2] {
        draw if draw < 0.5 => Answer::Dismissed,
        draw if draw < 0.7 => Answer::Snoozed,
        _ => Answer::Ignored,
    };
    if answer == Answer::Dismissed && world.response.annoyance > 0.0 {
        life.cost += DISMISSAL;
    }
    let after_min = if answer == Answer::Ignored {
        WINDOW
    } else {
        after_min
    };
    Reply {
        answer,
        after_min,
        turned_off: life.mind.is_annoyed && draws[3] < person.reactance,
    }
}

/// Minutes until somebody answers who does: exponential, later when busy, and within the window.
fn answered_after(share: f64, is_busy: bool) -> Minute {
    let mean = if is_busy { ANSWER_BUSY_MIN } else { ANSWER_MIN };
    whole(-mean * libm::log1p(-share)).clamp(0, WINDOW)
}

fn reply(answer: Answer) -> Reply {
    Reply {
        answer,
        after_min: WINDOW,
        turned_off: false,
    }
}

/// How far a suggestion moves this person now. Where worlds interact, it helps only who is tired of
/// what they dislike, or fresh for what they like.
fn strength(life: &Life, category: usize) -> f64 {
    let response = &life.world.response;
    let varies = response.boost_varies;
    let moment = 1.0 + varies * 0.8 * (life.mind.energy - 0.5);
    let dislikes = life.person.aversion[category] > 0.3;
    let fresh = life.mind.energy > 0.5;
    let crossed = if dislikes == fresh { -1.0 } else { 1.0 };
    let interaction = 1.0 + response.interaction * 1.2 * crossed;
    response.boost * life.person.compliance * moment * interaction.max(-0.5)
}
