package tables

import (
	"os"
	"slices"
	"strings"
	"testing"

	"headroom/scenarios/schema"
	"headroom/scenarios/tree"
	"headroom/sim/rng"
)

// mistake is what somebody did to one value of the good scenario: wrote nonsense, or forgot it.
type mistake struct {
	path   string
	where  int // among its places
	wrong  bool
	faults schema.Faults // of the scenario with nothing else wrong
}

func (m *mistake) String() string {
	if m.wrong {
		return m.path + ` = "nosuch"`
	}
	return m.path + " taken away"
}

// faultsWith returns what is wrong with a tree after some mistakes, of which none lies within another.
func faultsWith(root *tree.Node, o *origin, mistakes ...*mistake) schema.Faults {
	root = root.Copy()
	slices.SortFunc(mistakes, func(a, b *mistake) int { return b.where - a.where }) // what stands later keeps its place
	for _, m := range mistakes {
		at := places(root, nil)[m.where]
		if m.wrong {
			at.put(&tree.Node{At: at.in.At, Form: tree.ScalarForm, Scalar: "nosuch"})
		} else {
			at.put(nil)
		}
	}
	l := newLoader(root, o)
	return l.Faults.Ordered(o.path)
}

// follows reports whether a fault cannot be known of beside a mistake: it lies within what is wrong or
// missing, is about a whole of which that is a part, or about what is required for it. Whether requests
// need a demand is up to the steps of their service, of which nothing is known where it is no table.
func follows(f *schema.Fault, m *mistake) bool {
	key := m.path[strings.LastIndexByte(m.path, '.')+1:]
	policy, _, ofPolicy := strings.Cut(f.Path, ".step_adjustment") // the steps of a policy are judged together
	service, noTable := strings.CutPrefix(m.path, "service.")
	ofNoService := noTable && m.wrong && !strings.Contains(service, ".") && strings.HasPrefix(f.Path, "workload.browsers.demand")
	return ofNoService || strings.HasPrefix(f.Path+".", m.path+".") || strings.HasPrefix(m.path+".", f.Path+".") ||
		strings.Contains(f.Rule, " with "+key+" ") || strings.Contains(f.Rule, " without ") ||
		ofPolicy && (strings.HasPrefix(m.path, policy+".step_adjustment") || m.path == policy+".policy_type")
}

// All faults of a file are told at once: none hides another for a round, but those without which
// there is nothing to say of it. HEADROOM_PAIRS=all tries every pair of mistakes.
func TestNoMistakeHidesAnother(t *testing.T) {
	source := tree.Parse(tree.Disk{}, "shop.toml", []byte(good))
	o := &origin{path: "shop.toml", texts: source.Texts, shared: newShared()}
	var mistakes []*mistake
	for i, p := range places(source.Root, nil) {
		for _, wrong := range []bool{false, true} {
			m := &mistake{path: tree.Dotted(p.path), where: i, wrong: wrong}
			if m.faults = faultsWith(source.Root, o, m); len(m.faults) > 0 {
				mistakes = append(mistakes, m)
			}
		}
	}
	tried := 0
	try := func(a, b *mistake) {
		if strings.HasPrefix(a.path+".", b.path+".") || strings.HasPrefix(b.path+".", a.path+".") {
			return
		}
		tried++
		both := faultsWith(source.Root, o, a, b)
		for _, f := range b.faults {
			told := func(g schema.Fault) bool { return g.Path == f.Path && g.Line == f.Line }
			if !follows(&f, a) && !slices.ContainsFunc(both, told) {
				t.Errorf("%s hides what %s breaks:\n%s\ngot\n%s", a, b, f.Error(), both.Error())
			}
		}
	}
	if os.Getenv("HEADROOM_PAIRS") == "all" {
		for _, a := range mistakes {
			for _, b := range mistakes {
				try(a, b)
			}
		}
	} else {
		s := rng.New(1, 0, "pairs")
		for range 1200 {
			try(mistakes[s.Below(len(mistakes))], mistakes[s.Below(len(mistakes))])
		}
	}
	if tried < 800 {
		t.Errorf("only %d pairs of %d mistakes were tried", tried, len(mistakes))
	}
}

// What is wrong with one value is said of that one, not of those who rely on it.
func TestOneMistakeIsOneFault(t *testing.T) {
	for set, file := range map[string]string{
		"region.zones.0=nosuch": "tls", "region.zones.1=nosuch": "spot-storm",
		"service.app.steps.0.cpu.mean=nosuch": "three-tier", "service.app.steps=nosuch": "three-tier", "service.db=nosuch": "three-tier",
		"service.stock.steps.0.cpu.dist=nosuch": "chain", "instance.db.service=nosuch": "three-tier",
		"load_balancer.edge.load_balancer_type=nosuch": "chain", "load_balancer.inspection.load_balancer_type=nosuch": "chain",
		"target_group.shop.service=nosuch": "containers", "target_group.firewalls.protocol=nosuch": "gwlb-inspection", "target_group.brokers.protocol=nosuch": "nlb-flows",
		"target_group.shop.protocol=nosuch": "containers", "autoscaling_group.cluster.protect_from_scale_in=nosuch": "containers",
		"capacity_provider.cluster.managed_scaling=nosuch": "containers", "workload.browsers.arrivals.process=nosuch": "three-tier",
	} {
		_, err := Load("../"+file+".toml", Options{Set: []string{set}})
		key, _, _ := strings.Cut(set, "=")
		got := messages(t, err)
		if len(got) != 1 || !strings.HasPrefix(key, strings.Split(got[0], ": ")[1]) {
			t.Errorf("%s with %s: got\n%s\nwant one fault of that key", file, set, strings.Join(got, "\n"))
		}
	}
}
