package sweep

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"headroom/results/folder"
)

// JournalName is the file of a journal in the directory of its sweep.
const JournalName = "sweep.journal"

// Journal keeps the rows of a sweep on disk. It is safe for concurrent use.
type Journal struct {
	mu       sync.Mutex
	file     folder.File
	base     string // what its file is called
	name     string // told apart from all other journals
	end      int64
	sequence uint64 // of the next record
	layouts  map[uint64]*Layout
	points   map[int]*entry
	left     map[leftBy]segment // of an [Archive]
	lost     Loss
	sync     *syncer
	failed   error // of a write: nothing may follow it
}

// entry is where the rows of a point are.
type entry struct {
	segments []segment
	count    int // replications in them
	failures int
	failure  segment // the last
	failedAt int     // its replication
}

type segment struct {
	at     int64
	length int
}

// OpenJournal opens the journal of a sweep in a directory of a disk, which it
// makes, or begins one. It refuses a journal with another manifest, with the
// reason, and one that another process has open.
func OpenJournal(disk folder.Disk, dir string, m Manifest) (*Journal, error) {
	if err := disk.MakeDirs(dir, 0o777); err != nil {
		return nil, err
	}
	return openJournal(disk, filepath.Join(dir, JournalName), m)
}

// openJournal opens or begins the journal at a path.
func openJournal(disk folder.Disk, path string, m Manifest) (*Journal, error) {
	dir, base := filepath.Split(path)
	dir = filepath.Clean(dir)
	file, err := disk.Open(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	j := &Journal{file: file, base: base, layouts: map[uint64]*Layout{}, points: map[int]*entry{}, left: map[leftBy]segment{}}
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, &Refusal{base + " is no journal of a sweep"}, file.Close())
	}
	if err := file.Lock(); err != nil {
		return nil, errors.Join(&Refusal{dir + ": another process is at this sweep"}, file.Close())
	}
	if err := j.load(m); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", dir, err), file.Close())
	}
	j.sync = newSyncer(file)
	return j, nil
}

// load reads what is there and cuts off what is damaged at the end. It changes
// nothing of a file that it refuses.
func (j *Journal) load(m Manifest) error {
	info, err := j.file.Stat()
	if err != nil {
		return err
	}
	torn := true
	if info.Size() > 0 {
		var rule string
		j.name, rule, torn, err = beginning(j.file, info.Size())
		if rule != "" {
			return &Refusal{j.base + " " + rule}
		}
		if err != nil {
			return err
		}
	}
	if !torn {
		if torn, err = j.belongs(m, info.Size()); err != nil {
			return err
		}
	}
	if torn {
		j.lost.Tail = info.Size()
		return j.begin(m)
	}
	return j.learnAll(info.Size())
}

// belongs refuses a journal that is not, or nobody knows to be, of the sweep with a
// manifest. One that ends within that is torn.
func (j *Journal) belongs(m Manifest, size int64) (torn bool, err error) {
	want := encodeRecord(j.name, 0, kindManifest, m.encode())
	s := newScan(j.file, size, j.name)
	r, ok, err := s.record(s.at)
	switch {
	case err != nil:
		return false, err
	case ok && r.sequence == 0 && r.body[0] == kindManifest:
		return false, m.matches(r.body[1:])
	case size-s.at < int64(len(want)):
		have, err := s.view(s.at, size-s.at)
		if err != nil || bytes.HasPrefix(want, have) {
			return err == nil, err
		}
	}
	return false, &Refusal{j.base + " " + ruleDamaged}
}

// begin writes the beginning of a journal, whatever there was of one.
func (j *Journal) begin(m Manifest) error {
	if err := j.file.Truncate(0); err != nil {
		return err
	}
	if j.name = rand.Text(); len(j.name) != nameLength {
		panic("sweep: a name of another length")
	}
	j.end = 0
	return j.put(append([]byte(header(j.name)), encodeRecord(j.name, 0, kindManifest, m.encode())...))
}

// learnAll takes over all records that can be used.
func (j *Journal) learnAll(size int64) error {
	s := newScan(j.file, size, j.name)
	for {
		r, ok, err := s.Next()
		if err != nil {
			return fmt.Errorf("journal: %w", err)
		}
		if !ok {
			break
		}
		if !j.learn(&r) {
			s.lost.Orphans++
		}
	}
	if j.end, j.sequence, j.lost = s.good, s.next, s.lost; j.end < size {
		j.lost.Tail = size - j.end
		return j.file.Truncate(j.end)
	}
	return nil
}

// Identity returns a word that no other journal has, the same as long as there is
// this one, wherever it is.
func (j *Journal) Identity() string { return j.name }

// Lost returns what the journal held that could not be used when it was opened.
func (j *Journal) Lost() Loss { return j.lost }

// learn takes over a record. It is false of one that is of no use.
func (j *Journal) learn(r *record) bool {
	switch content := r.body[1:]; r.body[0] {
	case kindManifest:
		return r.sequence == 0
	case kindLayout:
		l, err := decodeLayout(content)
		if err != nil {
			return false
		}
		j.layouts[l.id] = l
		return true
	case kindLeft:
		return j.learnLeft(r.at+recordHead+1, content)
	case kindRow:
		row, err := decodeRow(content, j.layouts)
		return err == nil && j.index(&row, segment{r.at + recordHead + 1, len(content)})
	}
	return false
}

// index notes where a row is. It is false of one that says what is known, or that
// does not follow what is.
func (j *Journal) index(r *Row, s segment) bool {
	e := j.points[r.Point]
	if e == nil {
		e = &entry{}
		j.points[r.Point] = e
	}
	switch {
	case r.Err != "":
		e.failures, e.failure, e.failedAt = e.failures+1, s, r.First
	case r.First == e.count:
		e.segments = append(e.segments, s)
		e.count += len(r.Values)
	default:
		return false
	}
	return true
}

// write appends one record. The caller holds the lock.
func (j *Journal) write(kind byte, content []byte) error {
	return j.put(encodeRecord(j.name, j.sequence, kind, content))
}

// put appends the bytes of one record.
func (j *Journal) put(b []byte) error {
	if j.failed != nil {
		return j.failed
	}
	if _, err := j.file.WriteAt(b, j.end); err != nil {
		// What is torn is cut off now, or else when the journal is opened again.
		j.failed = errors.Join(fmt.Errorf("journal: %w", err), j.file.Truncate(j.end))
		return j.failed
	}
	j.end += int64(len(b))
	j.sequence++
	return nil
}

// Append keeps a row. One that is there already, or that does not follow the
// point's last replication, changes nothing: the first write wins.
func (j *Journal) Append(r *Row) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if e := j.points[r.Point]; e != nil && r.Err == "" && r.First != e.count {
		return nil
	}
	if r.Layout != nil && j.layouts[r.Layout.id] == nil {
		if err := j.write(kindLayout, r.Layout.encode()); err != nil {
			return err
		}
		j.layouts[r.Layout.id] = r.Layout
	}
	content := r.encode()
	at := j.end + recordHead + 1
	if err := j.write(kindRow, content); err != nil {
		return err
	}
	j.index(r, segment{at, len(content)})
	j.sync.dirty()
	return j.sync.failure()
}

// standing is what a journal knows of a point.
type standing struct {
	row      Row // its values so far, or its error
	done     bool
	want     int // replications to go on to if it is not done
	failures int // how often it has failed
}

// standing reads what is known of a point and judges it by a rule. An error
// ends a point if the rule asks for the replication that failed, or a later one;
// to retry is to overlook it.
func (j *Journal) standing(point int, rule *Rule, retry bool) (standing, error) {
	j.mu.Lock()
	var e entry
	if known := j.points[point]; known != nil {
		e = *known
	}
	j.mu.Unlock()
	s := standing{row: Row{Point: point}, failures: e.failures}
	for i, segment := range e.segments {
		r, err := j.read(segment)
		switch {
		case err != nil:
			return s, err
		case i == 0:
			s.row = r
		case r.Layout != s.row.Layout:
			return s, fmt.Errorf("journal: point %d changes its metrics", point)
		default:
			s.row.Values = append(s.row.Values, r.Values...)
		}
	}
	v := rule.settle(s.row.Layout, s.row.Values)
	switch {
	case v.done:
		s.done, s.row.Values, s.row.Ruled = true, s.row.Values[:v.n], v.ruled
	case e.failures > 0 && !retry && e.count <= e.failedAt && e.failedAt < v.n:
		r, err := j.read(e.failure)
		s.done, s.row = true, r
		return s, err
	default:
		s.want = v.n
	}
	return s, nil
}

// read returns the row that is somewhere in the file.
func (j *Journal) read(s segment) (Row, error) {
	b, err := j.bytes(s)
	if err != nil {
		return Row{}, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return decodeRow(b, j.layouts)
}

// bytes returns what is somewhere in the file.
func (j *Journal) bytes(s segment) ([]byte, error) {
	b := make([]byte, s.length)
	if _, err := j.file.ReadAt(b, s.at); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	return b, nil
}

// Empty reports whether nothing was found yet of any point.
func (j *Journal) Empty() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.points) == 0
}

// Close brings everything to disk and closes the file.
func (j *Journal) Close() error {
	return errors.Join(j.sync.stop(), j.file.Close())
}
