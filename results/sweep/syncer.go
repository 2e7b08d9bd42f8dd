package sweep

import (
	"fmt"
	"sync"
	"sync/atomic"

	"headroom/results/folder"
)

// syncer brings a file to disk in the background: an fsync begins as soon as
// there is something to sync and the last one is over.
type syncer struct {
	file folder.File
	wake chan struct{}
	done sync.WaitGroup
	err  atomic.Pointer[error] // the first
}

func newSyncer(file folder.File) *syncer {
	s := &syncer{file: file, wake: make(chan struct{}, 1)}
	s.done.Go(func() {
		for range s.wake {
			if err := file.Sync(); err != nil {
				err = fmt.Errorf("journal: %w", err)
				s.err.CompareAndSwap(nil, &err)
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
	return s.failure()
}

// failure returns the error of an fsync, nil if all went well so far.
func (s *syncer) failure() error {
	if err := s.err.Load(); err != nil {
		return *err
	}
	return nil
}
