package page

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// cost is a node of the bill while it is added up.
type cost struct {
	name   string
	usd    float64
	leaves []*cost
}

// leaf returns the part of a cost of that name.
func (c *cost) leaf(name string) *cost {
	for _, l := range c.leaves {
		if l.name == name {
			return l
		}
	}
	l := &cost{name: name}
	c.leaves = append(c.leaves, l)
	return l
}

// bill is the invoice as a tree: service, owner, purchase option.
func (r *run) bill() *section {
	s := &section{ID: "bill", Title: "The bill"}
	root := &cost{}
	for _, c := range r.Charges {
		if c.Category != "Usage" {
			continue // purchases are spread over what they cover
		}
		option := c.Model
		if c.Status != "" {
			option += " (" + strings.ToLower(c.Status) + ")"
		}
		path := []string{c.Service, cmp.Or(c.Owner, "the account"), option, c.Description}
		at := root
		at.usd += c.USD
		for _, name := range path {
			at = at.leaf(name)
			at.usd += c.USD
		}
	}
	if root.usd <= 0 {
		return s
	}
	s.Lead = "Mean over replications of what is charged for the run."
	if v, ok := r.value("cost.total"); ok {
		s.Lead = "Charged for the run: " + r.told(v.Estimate, v.Unit) + ", mean over replications. By service, owner, purchase option and charge."
	}
	tree := root.branches(root.usd)
	for i := range tree {
		tree[i].Open = true
	}
	s.add(&part{Tree: tree})
	return s
}

// branches are the parts of a cost, the greatest first, without those that cost nothing.
func (c *cost) branches(total float64) []branch {
	slices.SortStableFunc(c.leaves, func(a, b *cost) int { return cmp.Compare(b.usd, a.usd) })
	var all []branch
	for _, l := range c.leaves {
		if l.usd > 0 && len(all) < mostRows {
			all = append(all, branch{Name: l.name, Value: fmt.Sprintf("%s · %.1f %%", amount(l.usd, "USD"), 100*l.usd/total), Share: l.usd / total, Leaves: l.branches(total)})
		}
	}
	return all
}
