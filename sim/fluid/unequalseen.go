package fluid

import (
	"encoding/binary"
	"math"
	"sync"
)

// seenPlays are the nodes that were played in this program. A play is the same for the same question, whoever asks first, and
// the replications of a scenario, and the candidates of a search, ask the same again and again.
var seenPlays struct {
	sync.Mutex
	of map[string]*fewestNode
}

const mostSeenPlays = 4096 // of a kilobyte or so; then it begins anew

// played returns what [Fewest.play] does.
func (f *Fewest) played(rate float64) *fewestNode {
	question := f.question(rate)
	seenPlays.Lock()
	n := seenPlays.of[question]
	seenPlays.Unlock()
	if n != nil {
		return n
	}
	n = f.play(rate)
	seenPlays.Lock()
	defer seenPlays.Unlock()
	if seenPlays.of == nil || len(seenPlays.of) >= mostSeenPlays {
		seenPlays.of = map[string]*fewestNode{}
	}
	seenPlays.of[question] = n
	return n
}

// question is all that a play depends on.
func (f *Fewest) question(rate float64) string {
	all := binary.AppendUvarint(nil, uint64(f.turns))
	number := func(x float64) { all = binary.LittleEndian.AppendUint64(all, math.Float64bits(x)) }
	number(rate)
	for i := range f.kinds {
		of := &f.kinds[i]
		all = binary.AppendUvarint(all, uint64(of.Targets))
		number(of.Servers)
		number(of.Each)
		number(of.Away)
		number(of.Limit)
	}
	return string(all)
}
