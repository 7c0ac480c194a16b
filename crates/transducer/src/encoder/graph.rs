//! Finds weights by their place in the graph: quantising renamed most of them to numbers, but each
//! is still tied by nodes to a bias that kept its name.

use std::collections::HashMap;

use super::{
    LoadError,
    onnx::{self, Node, Tensor},
};

/// A graph with its names indexed.
pub(super) struct Graph<'a> {
    tensors: HashMap<&'a str, Tensor<'a>>,
    nodes: Vec<Node<'a>>,
    /// Which node writes a name.
    writers: HashMap<&'a str, usize>,
    /// Which nodes read a name.
    readers: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Graph<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Self, LoadError> {
        let (tensors, nodes) = onnx::read(bytes)?;
        let tensors = tensors.into_iter().map(|tensor| (tensor.name, tensor)).collect();
        let (mut writers, mut readers) = (HashMap::new(), HashMap::<_, Vec<_>>::new());
        for (index, node) in nodes.iter().enumerate() {
            for &output in &node.outputs {
                writers.insert(output, index);
            }
            for &input in &node.inputs {
                readers.entry(input).or_default().push(index);
            }
        }
        Ok(Self { tensors, nodes, writers, readers })
    }

    /// The initializer called `name`.
    pub fn tensor(&self, name: &str) -> Result<&Tensor<'a>, LoadError> {
        self.tensors.get(name).ok_or_else(|| LoadError::Missing(name.to_owned()))
    }

    /// The floats of the initializer called `name`, which must have the shape `dims`.
    pub fn floats(&self, name: &str, dims: &[usize]) -> Result<Vec<f32>, LoadError> {
        let tensor = self.tensor(name)?;
        let values = tensor.floats().filter(|_| tensor.dims == dims);
        values.ok_or_else(|| LoadError::Shape(name.to_owned()))
    }

    /// The one float of the initializer called `name`.
    pub fn scalar(&self, name: &str) -> Result<f32, LoadError> {
        let tensor = self.tensor(name)?;
        let value = tensor.floats().and_then(|values| values.first().copied());
        value.filter(|v| v.is_finite()).ok_or_else(|| LoadError::Shape(name.to_owned()))
    }

    /// The first node with the operator `operator` that reads `name`.
    pub fn reader(&self, name: &str, operator: &str) -> Result<&Node<'a>, LoadError> {
        self.follow(name, &[operator])
    }

    /// The node at the end of a path that starts at `name` and passes nodes of these operators.
    pub fn follow(&self, name: &str, operators: &[&str]) -> Result<&Node<'a>, LoadError> {
        self.search(name, operators)
            .ok_or_else(|| LoadError::Missing(format!("what follows {name}")))
    }

    fn search(&self, name: &str, operators: &[&str]) -> Option<&Node<'a>> {
        let (&operator, rest) = operators.split_first()?;
        let readers = self.readers.get(name)?.iter().map(|&index| &self.nodes[index]);
        readers.filter(|node| node.operator == operator).find_map(|node| {
            if rest.is_empty() {
                return Some(node);
            }
            node.outputs.iter().find_map(|output| self.search(output, rest))
        })
    }

    /// The node that is reached backwards from `node` through writers of these operators.
    pub fn back<'s>(
        &'s self,
        node: &'s Node<'a>,
        operators: &[&str],
    ) -> Result<&'s Node<'a>, LoadError> {
        let mut node = node;
        for &operator in operators {
            let mut writers = node.inputs.iter().filter_map(|input| self.writers.get(input));
            node = writers
                .find_map(|&index| self.nodes.get(index).filter(|node| node.operator == operator))
                .ok_or_else(|| LoadError::Missing(format!("{operator} in front of a weight")))?;
        }
        Ok(node)
    }

    /// The initializer among the inputs of `node`.
    pub fn constant(&self, node: &Node<'a>) -> Result<&'a str, LoadError> {
        let constant = node.inputs.iter().find(|input| self.tensors.contains_key(*input));
        constant.copied().ok_or_else(|| LoadError::Missing("a constant".to_owned()))
    }
}
