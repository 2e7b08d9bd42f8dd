package sweep

import "headroom/results/folder"

// journalIn opens the journal of a sweep in a directory of this machine.
func journalIn(dir string, m Manifest) (*Journal, error) { return OpenJournal(folder.Real(), dir, m) }
