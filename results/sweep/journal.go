package sweep

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
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
	sequence uint64             // of the next record
	layouts  map[uint64]*Layout // replaced, not changed: rows are decoded without the lock
	points   map[int]entry
	left     map[leftBy]segment // of an [Archive]
	lost     Loss
	sync     *syncer
	failed   error // of a write: nothing may follow it
}

// entry is where the rows of a point are. There may be a million.
type entry struct {
	first segment
	count int    // replications in all segments; 0: there is none
	rest  *extra // nil, of most
}

// extra is what few points have: rows of later replications, and failures.
type extra struct {
	segments []segment
	failures int
	failure  segment // the last
	failedAt int     // its replication
}

type segment struct {
	at     int64
	length int
}

// end is where what follows begins.
func (s segment) end() int64 { return s.at + int64(s.length) }

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
	j := &Journal{file: file, base: base, layouts: map[uint64]*Layout{}, points: map[int]entry{}, left: map[leftBy]segment{}}
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
	switch {
	case r.Err != "":
		x := e.extra()
		x.failures, x.failure, x.failedAt = x.failures+1, s, r.First
	case r.First != e.count:
		return false
	case e.count == 0:
		e.first = s
	default:
		x := e.extra()
		x.segments = append(x.segments, s)
	}
	if r.Err == "" {
		e.count += len(r.Values)
	}
	j.points[r.Point] = e
	return true
}

// extra makes room for what few points have.
func (e *entry) extra() *extra {
	if e.rest == nil {
		e.rest = &extra{}
	}
	return e.rest
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
	if e, known := j.points[r.Point]; known && r.Err == "" && r.First != e.count {
		return nil
	}
	if r.Layout != nil && j.layouts[r.Layout.id] == nil {
		if err := j.write(kindLayout, r.Layout.encode()); err != nil {
			return err
		}
		j.layouts = maps.Clone(j.layouts)
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
	return (&window{journal: j}).standing(point, rule, retry)
}

// standing is that of the journal.
func (w *window) standing(point int, rule *Rule, retry bool) (standing, error) {
	e, x := w.journal.entry(point)
	s := standing{row: Row{Point: point}, failures: x.failures}
	var err error
	if e.count > 0 {
		if s.row, err = w.read(e.first); err != nil {
			return s, err
		}
	}
	for _, segment := range x.segments {
		r, err := w.read(segment)
		if err != nil {
			return s, err
		}
		if r.Layout != s.row.Layout {
			return s, fmt.Errorf("journal: point %d changes its metrics", point)
		}
		s.row.Values = append(s.row.Values, r.Values...)
	}
	v := rule.settle(s.row.Layout, s.row.Values)
	switch {
	case v.done:
		s.done, s.row.Values, s.row.Ruled = true, s.row.Values[:v.n], v.ruled
	case x.failures > 0 && !retry && e.count <= x.failedAt && x.failedAt < v.n:
		s.done = true
		s.row, err = w.read(x.failure)
		return s, err
	default:
		s.want = v.n
	}
	return s, nil
}

// entry returns where the rows of a point are.
func (j *Journal) entry(point int) (entry, extra) {
	j.mu.Lock()
	defer j.mu.Unlock()
	e := j.points[point]
	if e.rest == nil {
		return e, extra{}
	}
	return e, *e.rest
}

// read returns the row that is somewhere in the file.
func (j *Journal) read(s segment) (Row, error) { return (&window{journal: j}).read(s) }

// read returns a row.
func (w *window) read(s segment) (Row, error) {
	b, err := w.bytes(s)
	if err != nil {
		return Row{}, err
	}
	w.journal.mu.Lock()
	layouts := w.journal.layouts
	w.journal.mu.Unlock()
	return decodeRow(b, layouts)
}

// bytes returns what is somewhere in the file.
func (j *Journal) bytes(s segment) ([]byte, error) {
	b := make([]byte, s.length)
	return b, j.readAt(b, s.at)
}

// readAt reads what is somewhere in the file.
func (j *Journal) readAt(b []byte, at int64) error {
	if _, err := j.file.ReadAt(b, at); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
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
