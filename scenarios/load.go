package scenarios

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"headroom/model"
	"headroom/model/catalog"
	"headroom/model/cloud"
	"headroom/model/pricing"
	"headroom/sim/rng"
)

// Options changes how a scenario is loaded.
type Options struct {
	// Set overrides keys before the file is checked, each as "key=value": a
	// dotted key, in which an element of a list goes by its index or its name,
	// and a value as TOML or else a string.
	Set []string
	// PriceBook is a file of prices that replace the list prices.
	PriceBook string
	// Seed replaces run.seed.
	Seed *int64
	// Replications replaces run.replications, unless it is 0.
	Replications int
	// CheckMetric returns an error for a metric key that a threshold must not
	// name; its text becomes the fault's. Nil: every key is accepted.
	CheckMetric func(key string) error

	shared *shared // with the other points of a sweep
	packed packed  // the only files there are; nil: those of the system
}

// Scenario is a file that has been found good.
type Scenario struct {
	Name         string
	Config       *cloud.Config
	Catalog      *catalog.Catalog // of the Region, with the price book
	Replications int
	Thresholds   []model.Threshold
	// Warnings are what is allowed but probably not meant, one line each.
	Warnings []string
	Sweep    *Sweep  // nil without [sweep]
	Search   *Search // nil without [search]
	// Plan is how the account pays: its price book, and what is already bought.
	Plan     pricing.Plan
	Currency pricing.Currency // of the invoices

	root   *node  // the tree with every default in it
	market market // of which other ways of buying launch Spot
}

// Load reads a scenario file and everything that it names. The error is a
// [Faults] with all that is wrong.
func Load(path string, options Options) (*Scenario, error) {
	s := &source{packed: options.packed}
	content, ok := s.readFile(path)
	if !ok {
		return nil, s.faults
	}
	return load(s, path, content, options)
}

// Parse is [Load] for text that is already read. Includes and data files are
// looked for relative to the directory of path; path itself need not exist.
func Parse(path string, content []byte, options Options) (*Scenario, error) {
	s := &source{packed: options.packed}
	s.keep(path, content)
	return load(s, path, content, options)
}

func load(s *source, path string, content []byte, options Options) (*Scenario, error) {
	root := s.parse(path, content)
	if root == nil || len(s.faults) > 0 {
		return nil, s.faults.ordered(path)
	}
	root.at = position{file: path}
	l := newLoader(root, path, options)
	if len(l.faults) > 0 {
		return nil, slices.Concat(l.faults, l.misfits()).ordered(path)
	}
	if l.scenario.Sweep != nil {
		l.scenario.Sweep.source = origin{path, s.texts, options}
	}
	if sweep := l.scenario.Sweep; sweep != nil {
		if faults := sweep.check(); len(faults) > 0 {
			return nil, faults.ordered(path)
		}
	}
	if search := l.scenario.Search; search != nil {
		if faults := search.grid.check(); len(faults) > 0 {
			return nil, faults.ordered(path)
		}
	}
	l.finish()
	return &l.scenario, nil
}

// misfits returns what is wrong with the keys of axes in a file with other faults,
// before any point is tried.
func (l *loader) misfits() Faults {
	var faults Faults
	if sweep := l.scenario.Sweep; sweep != nil {
		faults, _ = sweep.fit()
	}
	if search := l.scenario.Search; search != nil {
		more, _ := search.grid.fit()
		faults = append(faults, more...)
	}
	return faults
}

// newLoader applies the overrides to a tree and reads it.
func newLoader(root *node, path string, options Options) *loader {
	assignments := slices.Clone(options.Set)
	if options.Seed != nil {
		assignments = append(assignments, "run.seed="+strconv.FormatInt(*options.Seed, 10))
	}
	if options.Replications != 0 {
		assignments = append(assignments, "run.replications="+strconv.Itoa(options.Replications))
	}
	faults := override(root, assignments)
	var pristine *node
	if root.table["sweep"] != nil || root.table["search"] != nil {
		pristine = root.copied()
		options.shared = newShared()
	}
	r, top := newReader(root)
	r.faults = faults
	l := &loader{reader: r, options: options, directory: filepath.Dir(path), cfg: &cloud.Config{}, laws: map[string]rng.Distribution{}}
	l.scenario.root = root
	top.assume("name", strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
	options.shared.recall(l)
	l.read(top)
	options.shared.keep(l)
	if sweep := l.scenario.Sweep; sweep != nil {
		sweep.adopt(pristine, path, options)
	}
	if search := l.scenario.Search; search != nil {
		search.grid.adopt(pristine, path, options)
	}
	return l
}

// loader turns a tree into a Config, table by table.
type loader struct {
	*reader
	options   Options
	directory string // of the scenario file
	cfg       *cloud.Config
	catalog   *catalog.Catalog
	scenario  Scenario

	tables map[string][]*table // cursors on the named tables, by the table's key
	clock  time.Time           // run.start, by the clock in which it is written
	images []image
	market market
	owners map[int]string // load balancer of each target group that has one
	loads  []arrivals     // of the workloads
	types  map[string]int // numbers in Config.Types
	pools  map[spotKey]int
	files  map[string]*dataFile
	laws   map[string]rng.Distribution // by measure and text
}
