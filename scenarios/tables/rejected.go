package tables

import (
	"fmt"
	"maps"
	"slices"

	"headroom/model/dataplane"
	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
)

// rejectedShare is a share of the requests that a load balancer answers itself, with a code;
// 0: those that it does not.
type rejectedShare struct {
	code   dataplane.Code
	weight float64
}

// readRejected reads which shares of the requests a load balancer rejects for what their clients
// do.
func readRejected(t *schema.Table) []rejectedShare {
	const key, rounding = "rejected", 1e-9
	rest := rejectedShare{weight: 1}
	n := t.Value(key)
	if n == nil {
		return []rejectedShare{rest}
	}
	if n.Form != tree.TableForm {
		t.Mistake(key, `must be a table of shares by code: { "400" = 0.001 }`, "")
		return []rejectedShare{rest}
	}
	n.Inline = true
	var all []rejectedShare
	for _, word := range slices.Sorted(maps.Keys(n.Table)) {
		at := slices.IndexFunc(dataplane.ByClients(), func(c dataplane.Code) bool { return c.String() == word })
		share, ok := t.Measured(key, n.Table[word], schema.Share)
		switch {
		case at < 0:
			t.Reject(key, schema.Fault{Rule: fmt.Sprintf("must be of %v", dataplane.ByClients()), Got: tree.Quote(word), Code: schema.NoCode})
		case ok && (share < 0 || share > rest.weight+rounding):
			t.Reject(key, schema.Fault{Rule: "must be shares from 0 to 1, together 1 at most", Got: n.Table[word].Got(), Code: schema.NoCode})
		case ok && share > 0:
			all = append(all, rejectedShare{dataplane.ByClients()[at], share})
			rest.weight = max(0, rest.weight-share)
		}
	}
	return append(all, rest)
}

// checkRejected refuses rejections where no Application Load Balancer is asked.
func (l *loader) checkRejected(t *schema.Table, w *dataplane.Workload) {
	if t.Has("rejected") && t.Sound("rejected", "to") && (w.To != dataplane.ToLoadBalancer || w.Target < 0 || l.cfg.LoadBalancers[w.Target].Network()) {
		t.Reject("rejected", schema.Fault{Rule: "must be given with to = an Application Load Balancer: nobody else looks into requests", Code: schema.NoCode})
	}
}
