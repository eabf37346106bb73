//! The README's tables of models, and what it says of their figures, are made from the cards. `UPDATE_README=1 cargo test --test readme`
//! renews them.

use std::iter::once;
use std::sync::Mutex;

use pushforward::cards::{ConditionKind, ModelCard};
use pushforward::catalogue::{card, cards};
use serde_json::Value;

const BEGIN: &str = "<!-- models: made from the cards by tests/readme.rs -->\n";
const LIMITS: &str = "\nKnown limits:\n\n";
const END: &str = "<!-- end of models -->";

const PROSE_BEGIN: &str = "<!-- figures: made from the cards by tests/readme.rs -->\n";
const PROSE_END: &str = "<!-- end of figures -->";

/// What is known of every model, before what was measured.
const MODEL: [&str; 6] = ["model", "family", "latent", "forward passes", "parameters", "file"];

/// What is measured of the models of one condition.
struct Table {
    condition: ConditionKind,
    header: &'static [&'static str],
    /// The cells of samples, however they are drawn.
    samples: fn(&Value) -> Vec<String>,
    /// The cells of the model as it draws by default, after those.
    rest: fn(&Value) -> Vec<String>,
}

const TABLES: [Table; 2] = [
    Table {
        condition: ConditionKind::Class,
        header: &["FD-fashion × floor", "class accuracy", "precision / recall", "bits/dim", "× floor in 4 bits"],
        samples: |figures| {
            let accuracy = figures.get("conditional_accuracy").unwrap_or(&figures["accuracy"]);
            let variety = format!("{} / {}", figure(&figures["precision"], 2), figure(&figures["recall"], 2));
            vec![distance(figures, "fd_fashion"), percent(accuracy), variety]
        },
        rest: |quality| vec![bits(&quality["shipped"]), figure(&quality["q4"]["fd_over_floor"], 1)],
    },
    Table {
        condition: ConditionKind::Prompt,
        header: &["R-precision", "FD-emoji × floor", "diversity", "× floor in 8 bits", "nearest"],
        samples: |figures| {
            vec![percent(&figures["r_precision"]), distance(figures, "fd_emoji"), figure(&figures["diversity"], 2)]
        },
        rest: |quality| vec![figure(&quality["q8"]["fd_over_floor"], 1), figure(&quality["shipped"]["nearest"], 3)],
    },
];

impl Table {
    fn text(&self) -> String {
        let columns = MODEL.len() + self.header.len();
        let cards = || cards().iter().filter(|card| card.condition == self.condition);
        let header = MODEL.iter().chain(self.header).map(|name| name.to_string()).collect();
        let floor = cards().next().map_or(&Value::Null, |card| &card.quality["floor"]);
        let real = once(("real pictures".into(), (self.samples)(floor)));
        let asked = asked(floor).map(|(how, cells)| (format!("real pictures, {how}"), cells));
        let real = real.chain(asked).map(|(name, cells)| measured(name, cells));
        let rows = once(header)
            .chain(once(vec!["---".to_string(); columns]))
            .chain(cards().flat_map(|card| self.rows(card)))
            .chain(real);
        rows.map(|cells| line(cells, columns)).collect()
    }

    /// One row for the model as it draws by default, and one for each other way that was measured.
    fn rows(&self, card: &ModelCard) -> Vec<Vec<String>> {
        let ModelCard { id, name, paper, forward_passes, parameters, quality, .. } = card;
        let shipped = &quality["shipped"];
        let facts = [
            format!("`{id}`"),
            format!("{name} ([arXiv {paper}](https://arxiv.org/abs/{paper}))"),
            card.latent.dimension().to_string(),
            forward_passes.clone(),
            parameters.to_string(),
            format!("{} kB", card.weights.bytes.div_ceil(1000)),
        ];
        let default = facts.into_iter().chain((self.samples)(shipped)).chain((self.rest)(quality)).collect();
        let variants = shipped["variants"].as_array().into_iter().flatten();
        let variants = variants.map(|figures| (way(figures), (self.samples)(figures)));
        let others = variants.chain(asked(shipped)).map(|(how, cells)| measured(format!("`{id}`, {how}"), cells));
        once(default).chain(others).collect()
    }
}

/// A row of samples alone.
fn measured(name: String, cells: Vec<String>) -> Vec<String> {
    once(name).chain(vec![String::new(); MODEL.len() - 1]).chain(cells).collect()
}

fn line(mut cells: Vec<String>, columns: usize) -> String {
    cells.resize(columns, String::new());
    format!("|{}\n", cells.iter().map(|cell| format!(" {cell} |").replace("  ", " ")).collect::<String>())
}

/// How samples were drawn otherwise than by default.
fn way(figures: &Value) -> String {
    let steps = figures["steps"].as_f64().map(|steps| format!("{steps} steps"));
    let guidance = figures["guidance"].as_f64().map(|guidance| format!("guidance {guidance}"));
    let temperature = figures["temperature"].as_f64().map(|temperature| format!("temperature {temperature}"));
    let sampler = figures["sampler"].as_str().map(|sampler| format!("sampler {sampler}"));
    [steps, guidance, temperature, sampler].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A distance and its multiple of the floor, which is that of real pictures itself.
fn distance(figures: &Value, name: &str) -> String {
    let multiple = figures["fd_over_floor"].as_f64().map_or(String::new(), |x| format!(" × {x:.1}"));
    figure(&figures[name], 2) + &multiple
}

/// R-precisions in some languages.
fn asked(figures: &Value) -> impl Iterator<Item = (String, Vec<String>)> {
    let languages = figures["languages"].as_object().into_iter().flatten();
    languages.map(|(language, share)| (format!("asked in `{language}`"), vec![percent(share)]))
}

fn bits(shipped: &Value) -> String {
    match (&shipped["bits_per_dim"], &shipped["bits_per_dim_bound"]) {
        (exact @ Value::Number(_), _) => figure(exact, 2),
        (_, bound @ Value::Number(_)) => format!("≤ {}", figure(bound, 2)),
        _ => "–".into(),
    }
}

fn percent(value: &Value) -> String {
    value.as_f64().map_or("–".into(), |x| format!("{:.1} %", 100.0 * x))
}

fn figure(value: &Value, digits: usize) -> String {
    value.as_f64().map_or("–".into(), |x| format!("{x:.digits$}"))
}

/// What the tables tell, in words. A claim that the figures no longer bear out fails here and wants other words.
fn prose() -> String {
    let quality = |id: &str| &card(id).unwrap_or_else(|| panic!("no card of {id}")).quality;
    let (vae, codes) = (quality("vae-fashion"), quality("codes-fashion"));
    let (shipped, real) = (&vae["shipped"], &vae["floor"]);
    let (known, real_known) = (&shipped["conditional_accuracy"], &real["accuracy"]);
    assert!(known.as_f64() > real_known.as_f64(), "the VAE's samples are recognized more often than real pictures");
    assert!(shipped["recall"].as_f64() < real["recall"].as_f64(), "the VAE pays with variety");
    let blur = shipped["fd_reconstruction"].as_f64().unwrap() / shipped["fd_fashion"].as_f64().unwrap();
    assert!(blur > 0.5, "most of the VAE's distance is blur");
    let guided = codes["shipped"]["variants"].as_array().into_iter().flatten();
    assert!(
        guided.filter(|way| way["guidance"] == 1.0).count() == 1,
        "codes are guided by default, and measured without"
    );

    let (eight, four): (Vec<&ModelCard>, Vec<&ModelCard>) =
        cards().iter().partition(|card| card.quality["q4"].is_object());
    [changes("With 4 bits instead of 8 their distances change by", &eight, "shipped", "q4"),
     changes("With 8 bits instead of floating point they change by", &eight, "float", "shipped")]
    .into_iter()
    .chain(four.into_iter().map(rounded))
    .chain([
        format!(
            "The VAE's samples are recognized more often than real pictures are ({} and {}), because its loss asks for that (see [docs/experiments.md](docs/experiments.md)); the \
             price is variety, a recall of {} where real pictures reach {}. Most of its distance is the decoder's blur: its \
             reconstructions of real pictures alone are at FD-fashion {}.",
            percent(known), percent(real_known), figure(&shipped["recall"], 2), figure(&real["recall"], 2),
            figure(&shipped["fd_reconstruction"], 2)
        ),
        "Codes are guided by default; at guidance 1 they are drawn from the distribution as it was learned.".into(),
        format!("All figures are measured from the quantized files that ship, on {}.", samples()),
    ])
    .map(|sentence| format!("- {sentence}\n"))
    .collect()
}

/// By how much of the first each distance changes from one precision to another, the least first.
fn changes(what: &str, cards: &[&ModelCard], from: &str, to: &str) -> String {
    let distance = |card: &ModelCard, precision: &str| card.quality[precision]["fd_over_floor"].as_f64().unwrap();
    let change = |card: &ModelCard| 100.0 * (distance(card, to) / distance(card, from) - 1.0);
    let mut changes: Vec<(f64, &str)> = cards.iter().map(|card| (change(card), card.name.as_str())).collect();
    changes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let said: Vec<_> = changes.iter().map(|(change, name)| format!("{change:.1} % ({})", lowercase(name))).collect();
    format!("{what} {}.", said.join(", "))
}

/// What a model that ships in 4 bits is, beside what it is before it is rounded.
fn rounded(card: &ModelCard) -> String {
    let [shipped, float] = ["shipped", "float"].map(|precision| {
        let figures = &card.quality[precision];
        let (distance, share) = match card.condition {
            ConditionKind::Class => (("FD-fashion", "fd_fashion"), ("a class accuracy", "conditional_accuracy")),
            ConditionKind::Prompt => (("FD-emoji", "fd_emoji"), ("an R-precision", "r_precision")),
        };
        format!("{} {} and {} of {}", distance.0, figure(&figures[distance.1], 2), share.0, percent(&figures[share.1]))
    });
    format!("{} ships in 4 bits: {shipped}. Before it is rounded it has {float}.", card.name)
}

/// On how many samples which models are measured.
fn samples() -> String {
    let count = |card: &ModelCard| card.quality["samples"].as_u64().expect("a card says how many samples");
    let usual = cards().iter().map(count).max().unwrap();
    let fewer = cards().iter().filter(|card| count(card) < usual);
    let fewer: String = fewer.map(|card| format!(" (`{}` on {})", card.id, thousands(count(card)))).collect();
    format!("{} samples{fewer}", thousands(usual))
}

fn thousands(count: u64) -> String {
    if count < 1000 { count.to_string() } else { format!("{},{:03}", count / 1000, count % 1000) }
}

fn lowercase(name: &str) -> String {
    name.chars().take(1).flat_map(char::to_lowercase).chain(name.chars().skip(1)).collect()
}

/// Holds what the README has between two marks to what is expected, or writes it there.
fn keep(begin: &str, end: &str, expected: &str) {
    // Tests run side by side, and write one file.
    static README: Mutex<()> = Mutex::new(());
    let _one = README.lock();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (before, rest) = readme.split_once(begin).expect("the begin mark");
    let (known, after) = rest.split_once(end).expect("the end mark");
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(path, format!("{before}{begin}{expected}{end}{after}")).unwrap();
    } else {
        assert_eq!(known, expected, "renew it with UPDATE_README=1 cargo test --test readme");
    }
}

#[test]
fn the_tables_of_models_are_those_of_the_cards() {
    let short = cards().iter().filter(|card| !card.known_limits.is_empty());
    let short: String = short.map(|card| format!("- **{}**: {}\n", card.name, card.known_limits["en"])).collect();
    keep(BEGIN, END, &[&TABLES.map(|table| table.text()).join("\n"), LIMITS, &short].concat());
}

#[test]
fn what_is_said_of_figures_is_what_the_cards_say() {
    keep(PROSE_BEGIN, PROSE_END, &prose());
}

/// What the explanation counts: latents, steps and choices.
#[test]
fn what_is_counted_in_words_is_what_the_cards_count() {
    let readme = include_str!("../README.md").replace('\n', " ");
    let dimensions = || cards().iter().map(|card| card.latent.dimension());
    let dimension = |id: &str| card(id).unwrap_or_else(|| panic!("no card of {id}")).latent.dimension();
    let steps = cards().iter().filter_map(|card| card.controls.steps.as_ref());
    let most = steps.map(|range| range.max).fold(0.0, f64::max);
    for said in [
        format!("{} to {} numbers from ChaCha8", dimensions().min().unwrap(), dimensions().max().unwrap()),
        format!("in as many steps as you like, 1 to {most}"),
        format!("autoregressive** model in {} choices", dimension("autoregressive-fashion")),
        format!("from a Gaussian of {} numbers", dimension("emoji")),
        format!("prior** in {} choices", dimension("codes-fashion")),
    ] {
        assert!(readme.contains(&said), "README.md should say: {said}");
    }
}
