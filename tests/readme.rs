//! The README's table of models is made from the cards. `UPDATE_README=1 cargo test --test readme` renews it.

use pushforward::catalogue::{ModelCard, cards};
use serde_json::Value;

const BEGIN: &str = "<!-- models: made from the cards by tests/readme.rs -->\n";
const SHORTFALLS: &str = "\nWhat falls short:\n\n";
const END: &str = "<!-- end of models -->";

/// One row for the model as it draws by default, and one for each other way that was measured.
fn rows(card: &ModelCard) -> String {
    let known = card.quality.pointer("/q8/variants").and_then(Value::as_array).cloned().unwrap_or_default();
    let variant = |figures: &Value| {
        let steps = figures["steps"].as_f64().map(|steps| format!("{steps} steps"));
        let guidance = figures["guidance"].as_f64().map(|guidance| format!("guidance {guidance}"));
        let temperature = figures["temperature"].as_f64().map(|temperature| format!("temperature {temperature}"));
        let sampler = figures["sampler"].as_str().map(|sampler| format!("sampler {sampler}"));
        let way: Vec<String> = [steps, guidance, temperature, sampler].into_iter().flatten().collect();
        format!("| `{}`, {} | | | | | | {} | | |\n", card.id, way.join(", "), samples(figures))
    };
    let q8 = card.quality.get("q8").unwrap_or(&Value::Null);
    let bits = match (&q8["bits_per_dim"], &q8["bits_per_dim_bound"]) {
        (Value::Number(_), _) => figure(&q8["bits_per_dim"], 2),
        (_, Value::Number(_)) => format!("≤ {}", figure(&q8["bits_per_dim_bound"], 2)),
        _ => "–".into(),
    };
    let row = format!(
        "| `{}` | {} ([arXiv {}](https://arxiv.org/abs/{})) | {} | {} | {} | {} kB | {} | {} | {} |\n",
        card.id,
        card.name,
        card.paper,
        card.paper,
        card.latent.dimension(),
        card.forward_passes,
        card.parameters,
        card.weights.bytes.div_ceil(1000),
        samples(q8),
        bits,
        figure(&card.quality["q4"]["fd_over_floor"], 1),
    );
    row + &known.iter().map(variant).collect::<String>()
}

/// Distance, accuracy, precision and recall: three cells.
fn samples(figures: &Value) -> String {
    format!(
        "{} × {} | {} | {} / {}",
        figure(&figures["fd_fashion"], 2),
        figure(&figures["fd_over_floor"], 1),
        ["conditional_accuracy", "accuracy"]
            .iter()
            .find_map(|key| figures[key].as_f64())
            .map_or("–".into(), |x| format!("{:.1} %", 100.0 * x)),
        figure(&figures["precision"], 2),
        figure(&figures["recall"], 2),
    )
}

fn figure(value: &Value, digits: usize) -> String {
    value.as_f64().map_or("–".into(), |x| format!("{x:.digits$}"))
}

#[test]
fn the_table_of_models_is_that_of_the_cards() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("the table's begin mark");
    let (table, after) = rest.split_once(END).expect("the table's end mark");
    let header = "| model | family | latent | forward passes | parameters | file | FD-fashion × floor | class accuracy | precision / recall | bits/dim | × floor in 4 bits |\n|---|---|---|---|---|---|---|---|---|---|---|\n";
    let floor = &cards()[0].quality["floor"];
    let real = format!("| real pictures | | | | | | {} | | |\n", samples(floor).replacen(" × –", "", 1));
    let short = cards().iter().filter(|card| !card.shortfall.is_empty());
    let short = short.map(|card| format!("- **{}**: {}\n", card.name, card.shortfall));
    let rows: String = cards().iter().map(rows).collect();
    let expected = [header, &rows, &real, SHORTFALLS, &short.collect::<String>()].concat();
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(path, format!("{before}{BEGIN}{expected}{END}{after}")).unwrap();
    } else {
        assert_eq!(table, expected, "renew it with UPDATE_README=1 cargo test --test readme");
    }
}
