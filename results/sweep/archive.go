package sweep

import (
	"encoding/binary"
	"errors"
	"path/filepath"
	"sync"

	"headroom/results/folder"
)

// ArchiveName is the file of an [Archive] in the directory of what is computed.
const ArchiveName = "plan.journal"

// Archive keeps in a journal what replications of several ways to play a scenario left,
// as bytes, so that whoever simulated them and was killed need not do it again. It keeps no
// errors: what failed is computed again. It is safe for concurrent use.
type Archive struct {
	journal *Journal
	mu      sync.Mutex
	at      map[leftBy]segment
}

// leftBy says which replication of which way left something.
type leftBy struct {
	way         string
	replication int
}

// OpenArchive opens the archive in a directory, or begins one. One that depends on something
// else is begun anew; then another says why.
func OpenArchive(disk folder.Disk, dir string, m Manifest) (archive *Archive, another string, err error) {
	journal, another, err := openOrBegin(disk, filepath.Join(dir, ArchiveName), m)
	if err != nil {
		return nil, "", err
	}
	return &Archive{journal: journal, at: journal.left}, another, nil
}

// openOrBegin opens the journal at a path. One that is refused is begun anew; then another
// says why it was.
func openOrBegin(disk folder.Disk, path string, m Manifest) (journal *Journal, another string, err error) {
	journal, err = openJournal(disk, path, m)
	if refused := (*Refusal)(nil); errors.As(err, &refused) {
		another = refused.Reason
		if err := disk.Remove(path); err != nil {
			return nil, "", err
		}
		journal, err = openJournal(disk, path, m)
	}
	return journal, another, err
}

// Len returns how many replications it knows.
func (a *Archive) Len() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.at)
}

// Recall returns what a replication left, false if it does not know.
func (a *Archive) Recall(way string, replication int) ([]byte, bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	at, known := a.at[leftBy{way, replication}]
	if !known {
		return nil, false, nil
	}
	content, err := a.journal.bytes(at)
	return content, err == nil, err
}

// Keep takes in what a replication left. The first write wins.
func (a *Archive) Keep(way string, replication int, left []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	of := leftBy{way, replication}
	if _, known := a.at[of]; known {
		return nil
	}
	at, err := a.journal.leave(of, left)
	if err == nil {
		a.at[of] = at
	}
	return err
}

// Close brings everything to disk and closes the journal.
func (a *Archive) Close() error { return a.journal.Close() }

// leave appends a record of what a replication left, and returns where that is.
func (j *Journal) leave(of leftBy, left []byte) (segment, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	content := binary.LittleEndian.AppendUint32(appendText(nil, of.way), uint32(of.replication))
	at := segment{j.end + recordHead + 1 + int64(len(content)), len(left)}
	if err := j.write(kindLeft, append(content, left...)); err != nil {
		return at, err
	}
	j.sync.dirty()
	return at, j.sync.failure()
}

// learnLeft notes where a record begins that [Journal.leave] wrote. It is false of none.
func (j *Journal) learnLeft(at int64, content []byte) bool {
	d := decoder{b: content}
	of := leftBy{d.text(), int(d.uint32())}
	if _, known := j.left[of]; d.failed || known {
		return false
	}
	j.left[of] = segment{at + int64(len(content)-len(d.b)), len(d.b)}
	return true
}
