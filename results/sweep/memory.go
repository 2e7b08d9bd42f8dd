package sweep

import (
	"errors"
	"path/filepath"
	"sync"

	"headroom/results/folder"
)

// MemoryName is the file of a [Memory] in the directory of its search.
const MemoryName = "search.journal"

// Memory keeps in a journal what replications of rounds showed, so that whoever asked for
// them and was killed can ask again. It keeps no errors: what failed is computed again. It is
// safe for concurrent use.
//
// A row of its journal is one replication, of which the first two values say which.
type Memory struct {
	journal *Journal
	mu      sync.Mutex
	at      map[[2]int]segment // by point and replication
	next    int                // row
	wide    map[uint64]*Layout // by the layout of what was asked for
}

// OpenMemory opens the memory of a search in a directory, or begins one. One that depends
// on something else is begun anew; then another says why.
func OpenMemory(disk folder.Disk, dir string, m Manifest) (memory *Memory, another string, err error) {
	journal, another, err := openOrBegin(disk, filepath.Join(dir, MemoryName), m)
	if err != nil {
		return nil, "", err
	}
	memory = &Memory{journal: journal, at: map[[2]int]segment{}, wide: map[uint64]*Layout{}}
	for point, e := range journal.points {
		memory.next = max(memory.next, point+1)
		row, err := journal.read(e.first)
		if err != nil {
			return nil, "", errors.Join(err, journal.Close())
		}
		of := row.Values[0]
		memory.at[[2]int{int(of[0]), int(of[1])}] = e.first
	}
	return memory, another, nil
}

// Len returns how many replications it knows.
func (m *Memory) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.at)
}

// Recall returns the values of a replication, false if it does not know them.
func (m *Memory) Recall(a Asked) ([]float64, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, known := m.at[[2]int{a.Point, a.Replication}]
	if !known {
		return nil, false, nil
	}
	row, err := m.journal.read(at)
	if err != nil || row.Layout.id != m.widened(a.Layout).id {
		return nil, false, err
	}
	return row.Values[0][2:], true, nil
}

// Keep takes in what a replication showed. The first write wins.
func (m *Memory) Keep(a Asked, values []float64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	of := [2]int{a.Point, a.Replication}
	if _, known := m.at[of]; known {
		return nil
	}
	row := Row{Point: m.next, Layout: m.widened(a.Layout), Values: [][]float64{append([]float64{float64(of[0]), float64(of[1])}, values...)}}
	if err := m.journal.Append(&row); err != nil {
		return err
	}
	m.at[of] = m.journal.points[m.next].first
	m.next++
	return nil
}

// widened is the layout of a row for values of a layout. The caller holds the lock.
func (m *Memory) widened(l *Layout) *Layout {
	if m.wide[l.id] == nil {
		m.wide[l.id] = NewLayout(append([]string{"point", "replication"}, l.Keys...), append([]string{"", ""}, l.Units...))
	}
	return m.wide[l.id]
}

// Close brings everything to disk and closes the journal.
func (m *Memory) Close() error { return m.journal.Close() }
