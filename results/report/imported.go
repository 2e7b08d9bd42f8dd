package report

import (
	"io"

	"headroom/results/folder"
)

// Files of an import.
const (
	ImportedTrace     = "arrivals.csv"
	importedScenario  = "scenario.toml"
	ImportedSeries    = "measured.csv"
	importedFolderIs  = "import"
	importedFolderHas = importedScenario
)

// ImportFolder is what [SaveImport] writes to.
func ImportFolder() *folder.Kind {
	return &folder.Kind{Name: importedFolderIs, Mark: importedFolderHas, Files: []string{ImportedTrace, ImportedSeries}}
}

// SaveImport writes the scenario that came of an import, and the tables that it plays.
func SaveImport(to *folder.Folder, scenario []byte, tables map[string]func(io.Writer) error) error {
	var files []folder.Content
	for _, name := range ImportFolder().Files {
		if write := tables[name]; write != nil {
			files = append(files, folder.Content{Name: name, Write: write})
		}
	}
	return to.Save(append(files, folder.Content{Name: importedScenario, Write: verbatim(scenario)}))
}
