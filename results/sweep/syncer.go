package sweep

import (
	"os"
	"sync"
)

// syncer brings a file to disk in the background: an fsync begins as soon as
// there is something to sync and the last one is over.
type syncer struct {
	file *os.File
	wake chan struct{}
	done sync.WaitGroup
	err  error
}

func newSyncer(file *os.File) *syncer {
	s := &syncer{file: file, wake: make(chan struct{}, 1)}
	s.done.Go(func() {
		for range s.wake {
			if err := file.Sync(); err != nil && s.err == nil {
				s.err = err
			}
		}
	})
	return s
}

// dirty says that something was written.
func (s *syncer) dirty() {
	select {
	case s.wake <- struct{}{}:
	default: // the next fsync sees it
	}
}

// stop waits until all is on disk. Nothing may be written after it.
func (s *syncer) stop() error {
	s.dirty()
	close(s.wake)
	s.done.Wait()
	return s.err
}
