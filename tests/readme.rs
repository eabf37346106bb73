//! The README's tables of models are made from the cards. `UPDATE_README=1 cargo test --test readme` renews them.

use std::iter::once;

use pushforward::catalogue::{ModelCard, cards};
use serde_json::Value;

const BEGIN: &str = "<!-- models: made from the cards by tests/readme.rs -->\n";
const SHORTFALLS: &str = "\nWhat falls short:\n\n";
const END: &str = "<!-- end of models -->";

/// What is known of every model, before what was measured.
const MODEL: [&str; 6] = ["model", "family", "latent", "forward passes", "parameters", "file"];

/// What is measured of the models of one condition.
struct Table {
    condition: &'static str,
    header: &'static [&'static str],
    /// The cells of samples, however they are drawn.
    samples: fn(&Value) -> Vec<String>,
    /// The cells of the model as it draws by default, after those.
    rest: fn(&Value) -> Vec<String>,
}

const TABLES: [Table; 2] = [
    Table {
        condition: "class",
        header: &["FD-fashion × floor", "class accuracy", "precision / recall", "bits/dim", "× floor in 4 bits"],
        samples: |figures| {
            let accuracy = figures.get("conditional_accuracy").unwrap_or(&figures["accuracy"]);
            let variety = format!("{} / {}", figure(&figures["precision"], 2), figure(&figures["recall"], 2));
            vec![distance(figures, "fd_fashion"), percent(accuracy), variety]
        },
        rest: |quality| vec![bits(&quality["shipped"]), figure(&quality["q4"]["fd_over_floor"], 1)],
    },
    Table {
        condition: "prompt",
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

#[test]
fn the_tables_of_models_are_those_of_the_cards() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("the tables' begin mark");
    let (known, after) = rest.split_once(END).expect("the tables' end mark");
    let short = cards().iter().filter(|card| !card.shortfall.is_empty());
    let short: String = short.map(|card| format!("- **{}**: {}\n", card.name, card.shortfall["en"])).collect();
    let expected = [&TABLES.map(|table| table.text()).join("\n"), SHORTFALLS, &short].concat();
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(path, format!("{before}{BEGIN}{expected}{END}{after}")).unwrap();
    } else {
        assert_eq!(known, expected, "renew it with UPDATE_README=1 cargo test --test readme");
    }
}
