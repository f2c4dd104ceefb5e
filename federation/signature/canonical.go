package signature

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/piprate/json-gold/ld"
)

// canonicalizer is URDNA2015 (https://www.w3.org/TR/rdf-canon/ §4, before the escapes of RDFC-1.0) within a budget: on blank nodes that look
// alike the algorithm tries every order, which a stranger could make last for years.
type canonicalizer struct {
	ctx      context.Context
	byNode   map[string][]*ld.Quad
	first    map[string]string // hash of the first degree by blank node
	canon    *issuer
	budget   int
	overdraw bool
}

// A large video takes some thousand steps; this many take about a tenth of a second.
const canonicalBudget = 200_000

// issuer gives names to blank nodes in the order in which they are asked for (§4.5).
type issuer struct {
	prefix string
	names  map[string]string
	order  []string
}

func newIssuer(prefix string) *issuer { return &issuer{prefix: prefix, names: make(map[string]string)} }

func (i *issuer) issue(node string) string {
	if name, issued := i.names[node]; issued {
		return name
	}
	name := i.prefix + strconv.Itoa(len(i.order))
	i.names[node] = name
	i.order = append(i.order, node)
	return name
}

func (i *issuer) clone() *issuer {
	c := &issuer{prefix: i.prefix, names: make(map[string]string, len(i.names)), order: slices.Clone(i.order)}
	for node, name := range i.names {
		c.names[node] = name
	}
	return c
}

// canonicalize writes statements as sorted N-Quads with canonical names for blank nodes.
func canonicalize(ctx context.Context, quads []*ld.Quad) (string, *Refusal) {
	c := &canonicalizer{ctx: ctx, byNode: make(map[string][]*ld.Quad), first: make(map[string]string), canon: newIssuer("_:c14n"), budget: canonicalBudget}
	for _, q := range quads {
		for _, node := range blanksOf(q) {
			c.byNode[node] = append(c.byNode[node], q)
		}
	}
	c.nameUnique()
	c.nameAlike()
	if c.overdraw {
		return "", refuse(TooComplex, "The document has too many parts that look alike")
	}
	lines := make([]string, len(quads))
	for i, q := range quads {
		lines[i] = line(q, func(node string) string { return c.canon.names[node] })
	}
	slices.Sort(lines)
	return strings.Join(lines, ""), nil
}

func blanksOf(q *ld.Quad) []string {
	var nodes []string
	if ld.IsBlankNode(q.Subject) {
		nodes = append(nodes, q.Subject.GetValue())
	}
	if ld.IsBlankNode(q.Object) && (len(nodes) == 0 || nodes[0] != q.Object.GetValue()) {
		nodes = append(nodes, q.Object.GetValue())
	}
	return nodes
}

// spend takes steps off the budget and reports whether any is left.
func (c *canonicalizer) spend(steps int) bool {
	c.budget -= steps
	if c.budget < 0 || c.ctx.Err() != nil {
		c.overdraw = true
	}
	return !c.overdraw
}

// alike groups the blank nodes by their first hash, in its order.
func (c *canonicalizer) alike() [][]string {
	groups := make(map[string][]string)
	for node := range c.byNode {
		hash := c.firstDegree(node)
		groups[hash] = append(groups[hash], node)
	}
	list := make([][]string, 0, len(groups))
	for _, hash := range sortedKeys(groups) {
		slices.Sort(groups[hash])
		list = append(list, groups[hash])
	}
	return list
}

// nameUnique is §4.4.3, steps 3 to 4: a node whose own statements tell it apart is named at once.
func (c *canonicalizer) nameUnique() {
	for _, group := range c.alike() {
		if len(group) == 1 {
			c.canon.issue(group[0])
		}
	}
}

// nameAlike is §4.4.3, step 5: the others are told apart by what surrounds them.
func (c *canonicalizer) nameAlike() {
	type result struct {
		hash   string
		issuer *issuer
	}
	for _, group := range c.alike() {
		var results []result
		for _, node := range group {
			if _, issued := c.canon.names[node]; issued || c.overdraw {
				continue
			}
			temporary := newIssuer("_:b")
			temporary.issue(node)
			hash, issuer := c.nDegree(node, temporary)
			results = append(results, result{hash, issuer})
		}
		slices.SortStableFunc(results, func(a, b result) int { return strings.Compare(a.hash, b.hash) })
		for _, r := range results {
			for _, node := range r.issuer.order {
				c.canon.issue(node)
			}
		}
	}
}

// firstDegree is Hash First Degree Quads (§4.6).
func (c *canonicalizer) firstDegree(node string) string {
	if hash, known := c.first[node]; known {
		return hash
	}
	quads := c.byNode[node]
	c.spend(len(quads))
	lines := make([]string, len(quads))
	for i, q := range quads {
		lines[i] = line(q, func(other string) string {
			if other == node {
				return "_:a"
			}
			return "_:z"
		})
	}
	slices.Sort(lines)
	hash := hexHash(strings.Join(lines, ""))
	c.first[node] = hash
	return hash
}

// related is Hash Related Blank Node (§4.7).
func (c *canonicalizer) related(node string, q *ld.Quad, i *issuer, position string) string {
	name, issued := c.canon.names[node]
	if !issued {
		name, issued = i.names[node]
	}
	if !issued {
		name = c.firstDegree(node)
	}
	return hexHash(position + "<" + q.Predicate.GetValue() + ">" + name)
}

// nDegree is Hash N-Degree Quads (§4.8).
func (c *canonicalizer) nDegree(node string, i *issuer) (string, *issuer) {
	groups := make(map[string][]string)
	for _, q := range c.byNode[node] {
		if !c.spend(1) {
			return "", i
		}
		for position, part := range map[string]ld.Node{"s": q.Subject, "o": q.Object} {
			if ld.IsBlankNode(part) && part.GetValue() != node {
				hash := c.related(part.GetValue(), q, i, position)
				groups[hash] = append(groups[hash], part.GetValue())
			}
		}
	}
	var data strings.Builder
	for _, hash := range sortedKeys(groups) {
		data.WriteString(hash)
		path, chosen := c.shortestPath(groups[hash], i)
		if c.overdraw {
			return "", i
		}
		data.WriteString(path)
		i = chosen
	}
	return hexHash(data.String()), i
}

// shortestPath is §4.8.3, step 5.4: of all orders of the nodes, the one whose path comes first.
func (c *canonicalizer) shortestPath(nodes []string, i *issuer) (string, *issuer) {
	best, chosen := "", i
	permute(nodes, func(order []string) bool {
		if !c.spend(1 + len(i.order)) {
			return false
		}
		path, issuer := c.pathOf(order, i.clone(), best)
		if path != "" && (best == "" || path < best) {
			best, chosen = path, issuer
		}
		return true
	})
	return best, chosen
}

// pathOf names the nodes in this order; "" as soon as the path cannot become the best.
func (c *canonicalizer) pathOf(order []string, i *issuer, best string) (string, *issuer) {
	path := ""
	isWorse := func() bool { return best != "" && len(path) >= len(best) && path > best }
	var unnamed []string
	for _, node := range order {
		if name, issued := c.canon.names[node]; issued {
			path += name
		} else {
			if _, issued := i.names[node]; !issued {
				unnamed = append(unnamed, node)
			}
			path += i.issue(node)
		}
		if isWorse() {
			return "", i
		}
	}
	for _, node := range unnamed {
		hash, result := c.nDegree(node, i)
		path += i.issue(node) + "<" + hash + ">"
		i = result
		if isWorse() || c.overdraw {
			return "", i
		}
	}
	return path, i
}

// permute calls visit with every order of the nodes until it returns false (Heap's algorithm).
func permute(nodes []string, visit func([]string) bool) {
	order := slices.Clone(nodes)
	slices.Sort(order)
	counters := make([]int, len(order))
	if !visit(order) {
		return
	}
	for i := 0; i < len(order); {
		if counters[i] >= i {
			counters[i] = 0
			i++
			continue
		}
		swap := 0
		if i%2 == 1 {
			swap = counters[i]
		}
		order[swap], order[i] = order[i], order[swap]
		if !visit(order) {
			return
		}
		counters[i]++
		i = 1
	}
}
