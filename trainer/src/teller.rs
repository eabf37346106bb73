//! Tells how a training goes: a bar in a terminal, a line now and then where there is none.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Parts of the bar.
const PARTS: u64 = 1_000;

/// Until the first line, and from one to the next.
const LINES: [Duration; 2] = [Duration::from_secs(20), Duration::from_secs(60)];

/// Tells how a training goes.
pub struct Teller {
    bar: ProgressBar,
    batch: usize,
    /// When steps were counted last, and how many.
    counted: Option<(Instant, usize)>,
    /// When the next line is due.
    due: Instant,
}

impl Teller {
    /// Of a training whose steps are of so many pictures.
    pub fn new(batch: usize) -> Self {
        let style = ProgressStyle::with_template("{elapsed_precise} {wide_bar} {msg}, {eta} left");
        let bar = ProgressBar::new(PARTS).with_style(style.expect("the template is fixed"));
        bar.set_message(format!("batches of {batch}"));
        Self { bar, batch, counted: None, due: Instant::now() + LINES[0] }
    }

    /// Tells the last loss, with the fraction `done` of the training behind.
    pub fn tell(&mut self, step: usize, done: f64, loss: f32) {
        let now = Instant::now();
        let Some((since, before)) = self.counted else {
            self.bar.set_position((done * PARTS as f64) as u64);
            self.bar.reset_eta();
            self.counted = Some((now, step));
            return;
        };
        let rate = (step - before) as f64 / (now - since).as_secs_f64().max(1e-9);
        let images = rate * self.batch as f64;
        let message = format!("step {step}, loss {loss:.4}, {rate:.1} steps/s, {images:.0} images/s");
        if self.bar.is_hidden() && now >= self.due {
            eprintln!("{:.1} %: {message}", 100.0 * done);
            (self.counted, self.due) = (Some((now, step)), now + LINES[1]);
        }
        self.bar.set_position((done * PARTS as f64) as u64);
        self.bar.set_message(message);
    }

    /// Leaves the bar as it stands.
    pub fn end(&self) {
        self.bar.abandon();
    }
}
