package dataplane

// links are a place in a list.
type links struct{ older, newer uint32 }

// chain is a list of entries of a pool.
type chain struct{ oldest, newest uint32 }

// link puts an entry at the end of a list; of says where the entry keeps its place there.
func link[T any](entries *pool[T], c *chain, id uint32, of func(*T) *links) {
	linkBehind(entries, c, id, c.newest, of)
}

// linkBehind puts an entry behind another of a list; noIndex: before all.
func linkBehind[T any](entries *pool[T], c *chain, id, behind uint32, of func(*T) *links) {
	l := links{older: behind, newer: c.oldest}
	if behind == noIndex {
		c.oldest = id
	} else {
		before := of(entries.at(behind))
		l.newer, before.newer = before.newer, id
	}
	if l.newer == noIndex {
		c.newest = id
	} else {
		of(entries.at(l.newer)).older = id
	}
	*of(entries.at(id)) = l
}

// unlink takes an entry out of a list.
func unlink[T any](entries *pool[T], c *chain, id uint32, of func(*T) *links) {
	l := *of(entries.at(id))
	if l.older == noIndex {
		c.oldest = l.newer
	} else {
		of(entries.at(l.older)).newer = l.newer
	}
	if l.newer == noIndex {
		c.newest = l.older
	} else {
		of(entries.at(l.newer)).older = l.older
	}
}
