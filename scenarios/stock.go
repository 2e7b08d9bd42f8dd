package scenarios

import (
	"embed"
	"errors"
	"io"
	"path/filepath"
	"strings"

	"headroom/scenarios/schema"
	"headroom/scenarios/tables"
	"headroom/scenarios/tree"
)

// Load reads a scenario file and everything that it names. Where a directory has no
// scenarios/NAME.toml, the stock scenario of that name is read, with its data files.
// The error is a [schema.Faults] with all that is wrong.
func Load(path string, options tables.Options) (*tables.Scenario, error) {
	if options.Files == nil {
		options.Files = diskAndStock{}
	}
	s, err := tables.Load(path, options)
	var faults schema.Faults
	if errors.As(err, &faults) && len(faults) == 1 && faults[0].File == path && faults[0].Rule == tree.NoFile {
		faults[0].Hint = nearestStock(path)
	}
	return s, err
}

// stock is the stock scenarios and their data.
//
//go:embed *.toml data
var stock embed.FS

// folder is the name of this directory, by which stock scenarios go.
const folder = "scenarios"

// diskAndStock is the file system, and the stock files where it has none.
type diskAndStock struct{}

// Open implements [tree.Files].
func (diskAndStock) Open(path string) (io.ReadCloser, string) {
	f, rule := tree.Disk{}.Open(path)
	if rule != tree.NoFile {
		return f, rule
	}
	stocked, err := stock.Open(stockName(path))
	if err != nil {
		return nil, rule
	}
	if info, err := stocked.Stat(); err != nil || info.IsDir() {
		return nil, rule
	}
	return stocked, ""
}

// stockName returns the name of a path in stock: of scenarios/NAME.toml, and of a
// data file in any directory, for a resolved scenario names it by absolute path.
func stockName(path string) string {
	path = filepath.ToSlash(filepath.Clean(path))
	if _, name, ok := strings.Cut("/"+path, "/"+folder+"/data/"); ok {
		return "data/" + name
	}
	name, ok := strings.CutPrefix(path, folder+"/")
	if !ok {
		return ""
	}
	return name
}

// nearestStock returns the stock scenario that was probably meant, "" if none.
func nearestStock(path string) string {
	entries, err := stock.ReadDir(".")
	if err != nil {
		panic("scenarios: the stock cannot be listed: " + err.Error())
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".toml"); ok {
			names = append(names, name)
		}
	}
	wrong, ok := strings.CutPrefix(filepath.ToSlash(filepath.Clean(path)), folder+"/")
	if near := schema.Nearest(strings.TrimSuffix(wrong, ".toml"), names); ok && near != "" {
		return folder + "/" + near + ".toml"
	}
	return ""
}
