package tables

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"headroom/model"
	"headroom/model/catalog"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/model/dataplane"
	"headroom/model/login"
	"headroom/model/pricing"
	"headroom/scenarios/schema"
	"headroom/scenarios/space"
	"headroom/scenarios/tree"
	"headroom/sim/memory"
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
	// Observe returns what must be observed beyond the usual for metrics whose
	// keys match patterns, and, in their places, what is wrong with a pattern.
	// Nil: nothing is, whatever the patterns.
	Observe func(cfg *cloud.Config, patterns []string) (dataplane.Observe, []error)
	// CheckThresholds returns, in the place of each threshold, the rule that it breaks.
	// Nil: none breaks any.
	CheckThresholds func(cfg *cloud.Config, thresholds []model.Threshold) []error
	// Watch are keys of metrics that are observed beyond what the file asks for, of
	// the points of a sweep too. Those that the scenario does not have do nothing.
	Watch []string

	// Memory is told run.memory before data files are read; nil: nobody watches.
	Memory *memory.Watcher
	// Files are those there are; nil: those of the file system.
	Files tree.Files
}

func (o Options) files() tree.Files {
	if o.Files == nil {
		return tree.Disk{}
	}
	return o.Files
}

// Scenario is a file that has been found good.
type Scenario struct {
	Name         string
	Config       *cloud.Config
	Catalog      *catalog.Catalog // of the Region, with the price book
	Replications int
	Memory       int64 // bytes that the process may take; 0: the machine's usual share
	Thresholds   []model.Threshold
	// Warnings are what is allowed but probably not meant, one line each.
	Warnings []string
	Sweep    *space.Sweep  // nil without [sweep]
	Search   *space.Search // nil without [search]
	// Plan is how the account pays: its price book, and what is already bought.
	Plan     pricing.Plan
	Currency pricing.Currency // of the invoices

	limitsAt []tree.Position // of the thresholds

	root   *tree.Node // the tree with every default in it
	crews  []crew     // who serves the workloads that name no type they were measured on
	market market     // of which other ways of buying launch Spot
	origin *origin    // nil without [sweep] and [search]
	reads  reads

	elsewhere []*catalog.Catalog // of the other Regions
}

// Load reads a scenario file and everything that it names. The error is a
// [schema.Faults] with all that is wrong.
func Load(path string, options Options) (*Scenario, error) {
	return load(tree.Read(options.files(), path), path, options)
}

// Parse is [Load] for text that is already read. Includes and data files are
// looked for relative to the directory of path; path itself need not exist.
func Parse(path string, content []byte, options Options) (*Scenario, error) {
	return load(tree.Parse(options.files(), path, content), path, options)
}

func load(s tree.Source, path string, options Options) (*Scenario, error) {
	if s.Root == nil || len(s.Mistakes) > 0 {
		return nil, schema.FaultsOf(s.Mistakes).Ordered(path)
	}
	l := newLoader(s.Root, &origin{path: path, texts: s.Texts, options: options})
	if len(l.Faults) > 0 {
		return nil, slices.Concat(l.Faults, l.misfits()).Ordered(path)
	}
	if sweep := l.scenario.Sweep; sweep != nil {
		if faults := sweep.Check(); len(faults) > 0 {
			return nil, faults.Ordered(path)
		}
	}
	if search := l.scenario.Search; search != nil {
		if faults := search.Check(); len(faults) > 0 {
			return nil, faults.Ordered(path)
		}
	}
	l.finish()
	l.scenario.reads = l.readFiles()
	return &l.scenario, nil
}

// misfits returns what is wrong with the keys of axes in a file with other faults,
// before any point is tried.
func (l *loader) misfits() schema.Faults {
	var faults schema.Faults
	if sweep := l.scenario.Sweep; sweep != nil {
		faults, _ = sweep.Fit()
	}
	if search := l.scenario.Search; search != nil {
		more, _ := search.Fit()
		faults = append(faults, more...)
	}
	return faults
}

// newLoader applies the overrides to a tree and reads it.
func newLoader(root *tree.Node, o *origin) *loader {
	faults := schema.FaultsOf(tree.Override(root, o.options.assignments()))
	var pristine *tree.Node
	if root.Table["sweep"] != nil || root.Table["search"] != nil {
		pristine = root.Copy()
		o.shared = newShared()
	}
	r, top := schema.NewReader(Vocabulary(), root)
	r.Faults = faults
	l := &loader{Reader: r, origin: o, offer: offer{cfg: &cloud.Config{}}, laws: map[string]rng.Distribution{}}
	l.scenario.root = root
	top.Assume("name", strings.TrimSuffix(filepath.Base(o.path), filepath.Ext(o.path)))
	o.shared.recall(l)
	l.read(top)
	if !slices.ContainsFunc(l.Faults, func(f schema.Fault) bool { return !f.RestSound }) {
		l.verify(root)
	}
	if len(l.Faults) == 0 {
		l.observe()
		l.checkThresholds()
	}
	o.shared.keep(l)
	if pristine != nil {
		l.scenario.origin = o
		l.giveTree(pristine)
	}
	return l
}

// giveTree gives sweep and search the tree that their points change.
func (l *loader) giveTree(pristine *tree.Node) {
	delete(pristine.Table, "sweep")
	delete(pristine.Table, "search")
	try := func(root *tree.Node) error {
		_, err := l.origin.variant(root, 0)
		return err
	}
	if sweep := l.scenario.Sweep; sweep != nil {
		sweep.Adopt(pristine, try)
	}
	if search := l.scenario.Search; search != nil {
		search.Adopt(pristine, try)
	}
}

// assignments returns the overrides of the options.
func (o Options) assignments() []string {
	all := slices.Clone(o.Set)
	if o.Seed != nil {
		all = append(all, "run.seed="+strconv.FormatInt(*o.Seed, 10))
	}
	if o.Replications != 0 {
		all = append(all, "run.replications="+strconv.Itoa(o.Replications))
	}
	return all
}

// loader turns a tree into a Config, table by table.
type loader struct {
	outsideVPC []bool    // by function: it has no network interfaces in the VPC
	sharing    []sharing // tables whose instances run several services
	*schema.Reader
	*origin
	offer
	scenario Scenario

	anyZones           bool                       // the file's are wrong: all there are stand for them
	tables             map[string][]*schema.Table // cursors on the named tables, by the table's key
	enabledMetrics     [][]string                 // by group
	groupMetricWatches []groupMetricWatch
	clock              time.Time         // run.start, by the clock in which it is written
	steps              [][]*schema.Table // of the services
	calls              []callStep
	volumeOf           []string       // where services send the I/Os that requests bring
	diskUses           [][]diskUse    // of the services
	mounts             map[string]int // servers by file system that they mount
	snapshotUses       []nameUse
	memoryWatches      []memoryWatch
	bandwidths         []string        // of the services: what is chosen
	swaps              []*schema.Table // of the services; nil without
	guessed            []bool          // the target groups whose protocol is no word, so that others do not judge it
	run                *schema.Table   // [run]
	limits             *schema.Table   // [thresholds]
	limitsOf           []string        // keys there, by threshold
	patterns           []string        // run.metrics
	vpc                vpc
	natElastic         []int          // Elastic IPs of the NAT gateways; -1 without
	nodeElastic        map[int]string // Elastic IPs of the nodes of load balancers, and whose
	deviceIndexes      []int          // of the network interfaces where they are at the start; 0 for none
	limited            limited
	images             []image
	imageUses          []imageUse
	keyFormats         map[string]login.Format // of the key pairs
	market             market
	shifts             []controlplane.Action // of load balancers' own tables
	owners             map[int]int           // load balancer of each target group that has one
	warned             map[string]bool
	allFamilies        []string        // of instance types, once somebody asked
	outages            []*schema.Table // of the faults
	loads              []arrivals      // of the workloads
	measures           []measure
	types              map[string]int // numbers in Config.Types
	pools              *spotPools
	providers          []int // group of each capacity provider; None
	definitions        []taskDefinition
	zoneGroups         map[string][]model.Zone // of Spot requests
	files              map[string]*dataFile
	laws               map[string]rng.Distribution // by measure and text
	starts             []start                     // what must find room at the start
	exchanges          []*schema.Table             // actions on commitments
	placements         map[string]placed           // where instances go, by the path of who says so
	wires              wires
	asksForPaths       bool // some clients say by which way they come
}
