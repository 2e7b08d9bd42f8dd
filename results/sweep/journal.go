package sweep

import (
	"bufio"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"headroom/results/folder"
)

// JournalName is the file of a journal in the directory of its sweep.
const JournalName = "sweep.journal"

// A record is its length and the CRC-32C of what follows, then a byte for its
// kind and the content.
const (
	recordHead   = 8
	largest      = 1 << 30
	kindManifest = 'M'
	kindIdentity = 'I'
	kindLayout   = 'L'
	kindRow      = 'R'
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Journal keeps the rows of a sweep on disk. It is safe for concurrent use.
type Journal struct {
	mu      sync.Mutex
	file    folder.File
	name    string // told apart from all other journals
	end     int64
	layouts map[uint64]*Layout
	points  map[int]*entry
	sync    *syncer
	failed  error // of a write: nothing may follow it
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

// OpenJournal opens the journal of a sweep in a directory, which it makes, or
// begins one. It refuses a journal with another manifest, with the reason, and
// one that another process has open.
func OpenJournal(dir string, m Manifest) (*Journal, error) {
	return OpenJournalOn(folder.Real(), dir, m)
}

// OpenJournalOn is [OpenJournal] on another disk.
func OpenJournalOn(disk folder.Disk, dir string, m Manifest) (*Journal, error) {
	if err := disk.MakeDirs(dir, 0o777); err != nil {
		return nil, err
	}
	file, err := disk.Open(filepath.Join(dir, JournalName), os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	j := &Journal{file: file, layouts: map[uint64]*Layout{}, points: map[int]*entry{}}
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, &Refusal{JournalName + " is no journal of a sweep"}, file.Close())
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

// load reads what is there and cuts off what is damaged.
func (j *Journal) load(m Manifest) error {
	in := bufio.NewReaderSize(j.file, 1<<20)
	first := true
	for {
		kind, content, err := readRecord(in)
		if err != nil {
			break // the end, or damage, which ends what can be trusted
		}
		if first {
			if kind != kindManifest {
				return &Refusal{"is no journal of a sweep"}
			}
			if err := m.matches(content); err != nil {
				return err
			}
			first = false
		} else if err := j.learn(kind, content); err != nil {
			break
		}
		j.end += int64(recordHead + 1 + len(content))
	}
	if info, err := j.file.Stat(); err != nil {
		return err
	} else if first && info.Size() > recordHead {
		if _, _, err := readRecord(bufio.NewReader(io.NewSectionReader(j.file, 0, info.Size()))); !errors.Is(err, io.ErrUnexpectedEOF) {
			return &Refusal{JournalName + " is no journal of a sweep"}
		}
	}
	if err := j.file.Truncate(j.end); err != nil {
		return err
	}
	if first {
		if err := j.write(kindManifest, m.encode()); err != nil {
			return err
		}
	}
	if j.name == "" {
		j.name = rand.Text()
		return j.write(kindIdentity, []byte(j.name))
	}
	return nil
}

// Identity returns a word that no other journal has, the same as long as there is
// this one, wherever it is.
func (j *Journal) Identity() string { return j.name }

// learn takes over a record that is in the file at j.end.
func (j *Journal) learn(kind byte, content []byte) error {
	switch kind {
	case kindIdentity:
		j.name = string(content)
	case kindLayout:
		l, err := decodeLayout(content)
		if err != nil {
			return err
		}
		j.layouts[l.id] = l
	case kindRow:
		r, err := decodeRow(content, j.layouts)
		if err != nil {
			return err
		}
		j.index(&r, segment{j.end + recordHead + 1, len(content)})
	default:
		return fmt.Errorf("sweep: record of kind %d", kind)
	}
	return nil
}

// index notes where a row is, unless it says what is known.
func (j *Journal) index(r *Row, s segment) {
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
	}
}

func readRecord(in *bufio.Reader) (kind byte, content []byte, err error) {
	var head [recordHead]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return 0, nil, err
	}
	length := binary.LittleEndian.Uint32(head[:4])
	if length == 0 || length > largest {
		return 0, nil, errors.New("sweep: damaged record")
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(in, body); err != nil {
		return 0, nil, io.ErrUnexpectedEOF
	}
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(head[4:]) {
		return 0, nil, errors.New("sweep: damaged record")
	}
	return body[0], body[1:], nil
}

// write appends one record. The caller holds the lock.
func (j *Journal) write(kind byte, content []byte) error {
	if j.failed != nil {
		return j.failed
	}
	b := make([]byte, recordHead, recordHead+1+len(content))
	b = append(append(b, kind), content...)
	binary.LittleEndian.PutUint32(b, uint32(len(content)+1))
	binary.LittleEndian.PutUint32(b[4:], crc32.Checksum(b[recordHead:], castagnoli))
	if _, err := j.file.WriteAt(b, j.end); err != nil {
		// What is torn is cut off now, or else when the journal is opened again.
		j.failed = errors.Join(fmt.Errorf("journal: %w", err), j.file.Truncate(j.end))
		return j.failed
	}
	j.end += int64(len(b))
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
	b := make([]byte, s.length)
	if _, err := j.file.ReadAt(b, s.at); err != nil {
		return Row{}, fmt.Errorf("journal: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return decodeRow(b, j.layouts)
}

// Each calls do for every point below n that is done by the rule, in the order
// of the design.
func (j *Journal) Each(n int, rule *Rule, do func(*Row) error) error {
	j.mu.Lock()
	known := slices.Sorted(maps.Keys(j.points)) // a design may have many more points
	j.mu.Unlock()
	for _, point := range known {
		if point >= n {
			break
		}
		s, err := j.standing(point, rule, false)
		if err != nil {
			return err
		}
		if !s.done {
			continue
		}
		if err := do(&s.row); err != nil {
			return err
		}
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
