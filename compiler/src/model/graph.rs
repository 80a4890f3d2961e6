//! Strongly connected components of the graph of definitions.

/// For each node those it leads to.
#[derive(Debug, Default)]
pub(super) struct Edges {
    /// Those of all nodes, one node's behind the other's, and where each node's end.
    targets: Vec<usize>,
    ends: Vec<usize>,
}

impl<I: IntoIterator<Item = usize>> FromIterator<I> for Edges {
    fn from_iter<T: IntoIterator<Item = I>>(nodes: T) -> Self {
        let mut edges = Self::default();
        for targets in nodes {
            edges.targets.extend(targets);
            edges.ends.push(edges.targets.len());
        }
        edges
    }
}

impl Edges {
    /// How many nodes there are.
    pub(super) fn count(&self) -> usize {
        self.ends.len()
    }

    /// The nodes that one leads to; none for a node that there is not.
    pub(super) fn of(&self, node: usize) -> &[usize] {
        slice(&self.targets, &self.ends, node)
    }
}

/// The part of `all` with that number; `ends` has where each part ends.
fn slice<'a>(all: &'a [usize], ends: &[usize], number: usize) -> &'a [usize] {
    let start = number.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    ends.get(number).and_then(|end| all.get(start..*end)).unwrap_or_default()
}

/// A group of nodes that all lead to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Component<'a> {
    /// In order.
    pub(super) members: &'a [usize],
    /// Whether its nodes lead back to themselves; a group of two or more always does.
    pub(super) cyclic: bool,
}

/// All groups of a graph; each stands behind those it leads to.
#[derive(Debug, Default)]
pub(super) struct Components {
    members: Vec<usize>,
    ends: Vec<usize>,
    cyclic: Vec<bool>,
}

impl Components {
    pub(super) fn iter(&self) -> impl Iterator<Item = Component<'_>> {
        let component = |(number, cyclic)| Component { members: slice(&self.members, &self.ends, number), cyclic };
        self.cyclic.iter().copied().enumerate().map(component)
    }

    pub(super) fn cyclic(&self) -> impl Iterator<Item = Component<'_>> {
        self.iter().filter(|component| component.cyclic)
    }
}

/// All components. Tarjan's algorithm, without recursion.
pub(super) fn components(edges: &Edges) -> Components {
    let nodes = vec![Node::default(); edges.count()];
    let mut search = Search { edges, nodes, open: Vec::new(), path: Vec::new(), next: 0, out: Components::default() };
    for start in 0..edges.count() {
        if search.node(start).index.is_none() {
            search.run(start);
        }
    }
    search.out
}

#[derive(Clone, Copy, Debug, Default)]
struct Node {
    index: Option<usize>,
    low: usize,
    open: bool,
}

struct Search<'a> {
    edges: &'a Edges,
    nodes: Vec<Node>,
    open: Vec<usize>,
    /// The nodes on the way, each with how many of its edges have been gone.
    path: Vec<(usize, usize)>,
    next: usize,
    out: Components,
}

impl Search<'_> {
    fn node(&self, node: usize) -> Node {
        self.nodes.get(node).copied().unwrap_or_default()
    }

    fn change(&mut self, node: usize, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.nodes.get_mut(node) {
            change(node);
        }
    }

    fn run(&mut self, start: usize) {
        self.enter(start);
        while let Some((node, next)) = self.path.last_mut() {
            let (node, edge) = (*node, *next);
            *next += 1;
            match self.edges.of(node).get(edge).copied() {
                Some(to) if self.node(to).index.is_none() && to < self.nodes.len() => self.enter(to),
                Some(to) => {
                    let other = self.node(to);
                    if let Some(index) = other.index.filter(|_| other.open) {
                        self.change(node, |node| node.low = node.low.min(index));
                    }
                }
                None => {
                    self.path.pop();
                    let low = self.node(node).low;
                    if let Some((parent, _)) = self.path.last().copied() {
                        self.change(parent, |parent| parent.low = parent.low.min(low));
                    }
                    if self.node(node).index == Some(low) {
                        self.close(node);
                    }
                }
            }
        }
    }

    fn enter(&mut self, node: usize) {
        let index = self.next;
        self.next += 1;
        self.change(node, |node| *node = Node { index: Some(index), low: index, open: true });
        self.open.push(node);
        self.path.push((node, 0));
    }

    fn close(&mut self, root: usize) {
        let first = self.out.members.len();
        while let Some(node) = self.open.pop() {
            self.change(node, |node| node.open = false);
            self.out.members.push(node);
            if node == root {
                break;
            }
        }
        let members = self.out.members.get_mut(first..).unwrap_or_default();
        members.sort_unstable();
        self.out.cyclic.push(members.len() > 1 || self.edges.of(root).contains(&root));
        self.out.ends.push(self.out.members.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_stand_behind_what_they_lead_to() {
        let edges = [vec![1], vec![2], vec![1, 3], vec![], vec![4]].into_iter().collect();
        let expected: [(&[usize], bool); 4] = [(&[3], false), (&[1, 2], true), (&[0], false), (&[4], true)];
        let expected: Vec<_> = expected.into_iter().map(|(members, cyclic)| Component { members, cyclic }).collect();
        assert_eq!(components(&edges).iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn long_chains_need_no_stack() {
        let edges = (1..=200_000).map(|next| [next % 200_000]).collect();
        assert_eq!(components(&edges).iter().count(), 1);
    }
}
