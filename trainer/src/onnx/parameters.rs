//! A module's parameters by their names, as plain numbers.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;

/// Numbers in a shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// The lengths of its dimensions.
    pub shape: Vec<usize>,
    /// In the order of the last dimension first.
    pub values: Vec<f32>,
}

/// A module's parameters by their names, and which of them were asked for.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    arrays: BTreeMap<String, Array>,
    taken: RefCell<BTreeSet<String>>,
}

impl Parameters {
    /// Those of a module.
    pub fn of<M: Module>(module: &M) -> Self {
        let mut collector = Collector::default();
        module.visit(&mut collector);
        Self { arrays: collector.arrays, taken: RefCell::default() }
    }

    /// The whole module as a part of it.
    pub fn root(&self) -> Part<'_> {
        Part { all: self, path: String::new() }
    }

    /// The names of parameters that nobody has asked for.
    #[cfg(test)]
    pub fn left(&self) -> Vec<String> {
        self.arrays.keys().filter(|name| !self.taken.borrow().contains(*name)).cloned().collect()
    }

    /// All names.
    #[cfg(test)]
    pub fn names(&self) -> Vec<String> {
        self.arrays.keys().cloned().collect()
    }

    /// With every third number of a parameter a tenth larger than it was: a norm would not see all of them so.
    #[cfg(test)]
    pub fn spoiled(&self, name: &str) -> Self {
        let mut spoiled = self.clone();
        let array = spoiled.arrays.get_mut(name).expect("a parameter");
        array.values.iter_mut().step_by(3).for_each(|value| *value += 0.1);
        spoiled
    }
}

/// A part of a module: what its parameters' names begin with.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    all: &'a Parameters,
    path: String,
}

impl<'a> Part<'a> {
    /// The part of this part with a name, or of a list with a number.
    pub fn at(&self, name: impl std::fmt::Display) -> Self {
        Self { all: self.all, path: self.name(name) }
    }

    /// The full name of a parameter.
    pub fn name(&self, name: impl std::fmt::Display) -> String {
        if self.path.is_empty() { name.to_string() } else { format!("{}.{name}", self.path) }
    }

    /// A parameter of this part.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn array(&self, name: &str) -> Result<&'a Array> {
        let name = self.name(name);
        let array = self.all.arrays.get(&name).with_context(|| format!("the module has no parameter {name}"))?;
        self.all.taken.borrow_mut().insert(name);
        Ok(array)
    }

    /// The parts of a list.
    ///
    /// # Errors
    /// When there are none.
    pub fn each(&self) -> Result<Vec<Self>> {
        let is_there = |part: &Self| {
            let start = part.name("");
            self.all.arrays.range(start.clone()..).next().is_some_and(|(name, _)| name.starts_with(&start))
        };
        let parts: Vec<Self> = (0..).map(|i| self.at(i)).take_while(is_there).collect();
        ensure!(!parts.is_empty(), "the module has no list {}", self.path);
        Ok(parts)
    }
}

#[derive(Default)]
struct Collector {
    path: Vec<String>,
    arrays: BTreeMap<String, Array>,
}

impl ModuleVisitor for Collector {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_string());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let (shape, data) = (param.val().dims().to_vec(), param.val().into_data().convert::<f32>());
        self.arrays.insert(self.path.join("."), Array { shape, values: data.iter::<f32>().collect() });
    }
}
