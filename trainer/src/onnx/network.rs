//! A network as an ONNX model, and what all of them say of their inputs and outputs.

use prost::Message;
use pushforward::cards::ModelCard;

use super::graph::{Graph, Value};
use super::proto::{Element, Entry, IR_VERSION, Model, OPERATORS, OperatorSet};

/// A network of a model.
#[derive(Debug)]
pub struct Network {
    /// What its file is called, without suffix.
    pub name: &'static str,
    graph: Graph,
}

impl Network {
    /// One whose graph `build` makes.
    ///
    /// # Errors
    /// When that fails.
    pub fn build(name: &'static str, build: impl FnOnce(&mut Graph) -> anyhow::Result<()>) -> anyhow::Result<Self> {
        let mut graph = Graph::default();
        build(&mut graph)?;
        Ok(Self { name, graph })
    }

    /// The bytes of its file, which says of which card's weights it is.
    pub fn into_bytes(self, card: &ModelCard) -> Vec<u8> {
        let entries = [
            ("model", card.id.as_str()),
            ("weights_sha256", &card.weights.sha256),
            ("paper", &card.paper),
            ("licence", env!("CARGO_PKG_LICENSE")),
        ];
        let entry = |(key, value): (&str, &str)| Entry { key: key.into(), value: value.into() };
        let model = Model {
            ir_version: IR_VERSION,
            producer_name: "pushforward".into(),
            producer_version: env!("CARGO_PKG_VERSION").into(),
            doc_string: format!("{}: the {} of {}", card.name, self.name, card.id),
            graph: Some(self.graph.named(&format!("{} {}", card.id, self.name))),
            opset_import: vec![OperatorSet { domain: String::new(), version: OPERATORS }],
            metadata_props: entries.map(entry).into(),
        };
        model.encode_to_vec()
    }
}

/// The input that is a number in 0 to `classes`.
pub fn condition(g: &mut Graph, classes: usize) -> Value {
    g.input("condition", Element::Int, &[], &format!("the class, 0 to {}, or {classes} for any", classes - 1))
}

/// An input of floating-point numbers.
pub fn input(g: &mut Graph, name: &str, shape: &[usize], about: &str) -> Value {
    g.input(name, Element::Float, shape, about)
}

/// The output that is pictures.
pub fn picture(g: &mut Graph, value: &Value) {
    g.output("picture", Element::Float, value, PICTURE);
}

/// What a picture's numbers are.
pub const PICTURE: &str = "levels in [-1, 1], channels first";

/// What a latent is.
pub const LATENT: &str = "the latent, standard normal";
