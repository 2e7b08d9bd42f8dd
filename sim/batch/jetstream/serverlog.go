package jetstream

import (
	"fmt"
	"sync"
)

// serverLog hands what the server of this process complains about to the log.
type serverLog struct {
	cluster *Cluster
	mu      sync.Mutex
	last    string // the last complaint
	fatal   bool   // it was the last
}

// why says why the server does not start.
func (l *serverLog) why() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == "" {
		return "it is not ready in time"
	}
	return l.last
}

func (l *serverLog) complain(format string, v []any) {
	text := l.cluster.scrubber.clean(fmt.Sprintf(format, v...))
	l.mu.Lock()
	l.last = text
	l.mu.Unlock()
	l.cluster.logf("server: %s", text)
}

// Noticef drops what is no complaint.
func (l *serverLog) Noticef(string, ...any) {}

// Warnf logs.
func (l *serverLog) Warnf(format string, v ...any) { l.complain(format, v) }

// Errorf logs.
func (l *serverLog) Errorf(format string, v ...any) { l.complain(format, v) }

// Fatalf logs; the server gives up by itself.
func (l *serverLog) Fatalf(format string, v ...any) {
	l.complain(format, v)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fatal = true
}

// gaveUp reports whether the server will never be ready.
func (l *serverLog) gaveUp() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fatal
}

// Debugf drops.
func (l *serverLog) Debugf(string, ...any) {}

// Tracef drops.
func (l *serverLog) Tracef(string, ...any) {}
