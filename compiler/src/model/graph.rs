//! Strongly connected components of the graph of definitions.

/// A group of nodes that all lead to each other.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) members: Vec<usize>,
    /// Whether its nodes lead back to themselves; a group of two or more always does.
    pub(super) cyclic: bool,
}

/// All components; each stands behind those it leads to. Tarjan's algorithm, without recursion.
pub(super) fn components(edges: &[Vec<usize>]) -> Vec<Component> {
    let mut search =
        Search { edges, nodes: vec![Node::default(); edges.len()], open: Vec::new(), next: 0, out: Vec::new() };
    for start in 0..edges.len() {
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
    edges: &'a [Vec<usize>],
    nodes: Vec<Node>,
    open: Vec<usize>,
    next: usize,
    out: Vec<Component>,
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
        let mut path = vec![(start, 0)];
        self.enter(start);
        while let Some((node, next)) = path.last_mut() {
            let (node, edge) = (*node, *next);
            *next += 1;
            match self.edges.get(node).and_then(|edges| edges.get(edge)).copied() {
                Some(to) if self.node(to).index.is_none() && to < self.nodes.len() => {
                    self.enter(to);
                    path.push((to, 0));
                }
                Some(to) => {
                    let other = self.node(to);
                    if let Some(index) = other.index.filter(|_| other.open) {
                        self.change(node, |node| node.low = node.low.min(index));
                    }
                }
                None => {
                    path.pop();
                    let low = self.node(node).low;
                    if let Some((parent, _)) = path.last() {
                        self.change(*parent, |parent| parent.low = parent.low.min(low));
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
    }

    fn close(&mut self, root: usize) {
        let mut members = Vec::new();
        while let Some(node) = self.open.pop() {
            self.change(node, |node| node.open = false);
            members.push(node);
            if node == root {
                break;
            }
        }
        members.sort_unstable();
        let cyclic = members.len() > 1 || self.edges.get(root).is_some_and(|edges| edges.contains(&root));
        self.out.push(Component { members, cyclic });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_stand_behind_what_they_lead_to() {
        let edges = vec![vec![1], vec![2], vec![1, 3], vec![], vec![4]];
        let expected = [(vec![3], false), (vec![1, 2], true), (vec![0], false), (vec![4], true)];
        let expected: Vec<_> = expected.into_iter().map(|(members, cyclic)| Component { members, cyclic }).collect();
        assert_eq!(components(&edges), expected);
    }

    #[test]
    fn long_chains_need_no_stack() {
        let edges: Vec<Vec<usize>> = (1..=200_000).map(|next| vec![next % 200_000]).collect();
        assert_eq!(components(&edges).len(), 1);
    }
}
