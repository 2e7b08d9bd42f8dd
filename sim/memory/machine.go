package memory

import "sync"

// assumed is the memory of a machine that does not tell.
const assumed = 8 << 30

// asked is what the system said at the first question.
var asked = sync.OnceValue(ask)

// Machine returns how many bytes this process may take of the machine, which stays
// the same for as long as it lives.
func Machine() int64 { return asked() }
