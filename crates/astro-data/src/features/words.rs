//! What is left of a task's words.

use super::features;
use crate::maths::log1p;
use crate::registry::Window::Now;
use crate::scene::View;

features! { WORDS, Texts, Text:
    "words_0" / 1 = 0.0, Now, LogCount, "it has {} words of the first kind" => |v| bucket(v, 0);
    "words_1" / 1 = 0.0, Now, LogCount, "it has {} words of the second kind" => |v| bucket(v, 1);
    "words_2" / 1 = 0.0, Now, LogCount, "it has {} words of the third kind" => |v| bucket(v, 2);
    "words_3" / 1 = 0.0, Now, LogCount, "it has {} words of the fourth kind" => |v| bucket(v, 3);
    "words_4" / 1 = 0.0, Now, LogCount, "it has {} words of the fifth kind" => |v| bucket(v, 4);
    "words_5" / 1 = 0.0, Now, LogCount, "it has {} words of the sixth kind" => |v| bucket(v, 5);
}

fn bucket(v: &View<'_>, number: usize) -> Option<f64> {
    Some(log1p(f64::from(*v.task?.words.get(number)?)))
}
