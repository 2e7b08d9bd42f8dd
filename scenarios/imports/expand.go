package imports

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Expand returns the files that names stand for, in a fixed order: of a directory all
// that are beneath it, but hidden ones. Names of what is absent stay, for whoever opens
// them says so.
func Expand(names []string) ([]string, error) {
	var all []string
	for _, name := range names {
		if info, err := os.Stat(name); err != nil || !info.IsDir() {
			all = append(all, name)
			continue
		}
		err := filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
			switch hidden := path != name && strings.HasPrefix(entry.Name(), "."); {
			case err != nil:
				return err
			case hidden && entry.IsDir():
				return fs.SkipDir
			case !hidden && !entry.IsDir():
				all = append(all, path)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}
